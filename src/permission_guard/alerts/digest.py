"""The digest: the alerts that wait in the journal, in one message, the most severe first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from permission_guard import PROGRAM
from permission_guard.alerts.chat import chat
from permission_guard.alerts.printable import printable
from permission_guard.alerts.rendered import RenderedAlert, cut_body, cut_mail
from permission_guard.alerts.subject import SUBJECT_LIMIT
from permission_guard.frozen import frozen
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import Json, loads
from permission_guard.journal.entry import WaitingAlert
from permission_guard.journal.summary import SweepSummary
from permission_guard.model.finding import Severity
from permission_guard.ports import Notification

SCHEMA: Final = "permission-guard/digest/1"
DIGEST_LIMIT: Final = 200_000
"""Bytes of a digest, all its parts together: SNS takes 262,144 with the attributes (API_Publish.html)."""
_CHAT: Final = 50_000
_HALF: Final = (DIGEST_LIMIT - _CHAT) // 2
"""Bytes of the mail and of the JSON each."""
_ITEM: Final = 36_000
"""Bytes that the mail and the JSON of one waiting alert may each have: an item of DynamoDB holds 400 KB, and one alert
must leave room for others in a digest."""
_DIGITS: Final = 16
_SHOWN: Final = 2_000
"""Characters that are shown of an alert that was edited and is too long."""


@frozen
class Digest:
    """One message with the alerts that have waited."""

    notification: Notification
    alerts: tuple[WaitingAlert, ...]
    """Those that it reports; the others wait for the next one."""


def waiting_alert(made: RenderedAlert, now: datetime) -> WaitingAlert:
    """Return an alert to store."""
    alert = made.alert
    keys = sorted(f"{one.finding.rule}\n{one.finding.subject}\n{one.ending.value}" for one in alert.lines)
    what = json.dumps([alert.trigger.event_id, alert.facts.target, keys])
    digest = hashlib.sha256(what.encode()).hexdigest()[:_DIGITS]
    return WaitingAlert(
        id=f"{now:%Y-%m-%dT%H:%M}#{digest}",
        severity=alert.severity,
        subject=made.subject,
        mail=cut_mail(made.mail, _ITEM),
        body=cut_body(made.body, _ITEM),
    )


def digest_of(
    waiting: tuple[WaitingAlert, ...],
    account: str,
    region: str,
    now: datetime,
    summary: SweepSummary | None = None,
) -> Digest:
    """Return the digest of the waiting alerts: as many as fit, the most severe first, and of those the oldest.

    There must be an alert or a summary.
    """
    ordered = sorted(waiting, key=lambda one: (-one.severity, one.id))
    alerts = tuple(_fitting(ordered))
    left = len(ordered) - len(alerts)
    worst, title = _head(ordered, summary)
    head = f"[{worst.name}] {title} ({account}, {region})"
    opening = tuple(_opening(len(ordered), account, region, now, summary))
    title = printable(head).encode("ascii", "replace").decode()[:SUBJECT_LIMIT]
    attributes = {"severity": worst.name, "outcome": "DIGEST", "account": account, "region": region}
    body: dict[str, Json] = {
        "schema": SCHEMA,
        "subject": head,
        "severity": worst.name,
        "account": account,
        "region": region,
        "time": now.isoformat(),
        "alerts": [_body(one) for one in alerts],
        "leftOut": left,
        "sweep": summary.body if summary else None,
    }
    rows = (*opening, *(one.subject for one in alerts))
    commands = (f"{PROGRAM} journal --region {region}",)
    notification = Notification(
        title,
        "\n".join(_mail(alerts, left, opening, region)) + "\n",
        json.dumps(body),
        cut_body(body, _CHAT, lambda machine: chat(title, rows, commands, attributes, machine), "alerts"),
        attributes,
    )
    return Digest(notification, alerts)


def _head(ordered: list[WaitingAlert], summary: SweepSummary | None) -> tuple[Severity, str]:
    """Return the severity of a digest, and what its subject says: the alerts, or the summary if there are none."""
    if summary is not None and not ordered:
        return summary.severity, summary.title
    count = f"{len(ordered)} alert{'s' if len(ordered) > 1 else ''}"
    return ordered[0].severity, f"Digest: {count}"


def _body(alert: WaitingAlert) -> Json:
    """Return an alert's JSON; a damaged one is shown as text."""
    try:
        return loads(alert.body)
    except PolicyError:
        return {"subject": alert.subject, "damaged": alert.body}


def _cut(alert: WaitingAlert) -> WaitingAlert:
    """Cut an alert so that others fit. Only an edited item is longer."""
    if max(len(json.dumps(one)) for one in (alert.subject, alert.mail, alert.body)) <= _ITEM:
        return alert
    return replace(
        alert,
        subject=alert.subject[:SUBJECT_LIMIT],
        mail=alert.mail[:_SHOWN],
        body=json.dumps({"subject": alert.subject[:SUBJECT_LIMIT], "damaged": alert.body[:_SHOWN]}),
    )


def _fitting(ordered: list[WaitingAlert]) -> Iterator[WaitingAlert]:
    """Yield alerts as long as their texts fit; the first always does."""
    mail = body = 2_000
    for alert in map(_cut, ordered):
        mail += len(json.dumps(alert.mail)) + len(json.dumps(alert.subject)) + 90
        body += len(json.dumps(json.dumps(_body(alert)))) + 2
        if max(mail, body) > _HALF:
            return
        yield alert


def _opening(
    count: int, account: str, region: str, now: datetime, summary: SweepSummary | None
) -> Iterator[str]:
    """Yield the first lines: how many alerts follow, and the summary of the sweep."""
    if count:
        yield f"The Lambda Permission Guard found this in account {account}, Region {region}, since the last digest."
        yield f"{now.astimezone(UTC):%d %b %Y %H:%M} UTC, alerts: {count}, the most severe first."
    else:
        yield f"The Lambda Permission Guard evaluated account {account}, Region {region}. Nothing is new since the last digest."
    if summary is not None:
        yield summary.text
        yield f"To see each finding: {PROGRAM} journal --region {region}"


def _mail(
    alerts: tuple[WaitingAlert, ...], left: int, opening: tuple[str, ...], region: str
) -> Iterator[str]:
    yield from opening
    if left:
        yield f"{left} of them do not fit here and follow in the next digest. To see them now: {PROGRAM} journal --region {region}"
    for alert in alerts:
        yield ""
        yield "=" * 80
        yield alert.subject
        yield ""
        yield alert.mail.rstrip("\n")
