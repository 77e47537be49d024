"""An alert in words, written once, and cut to what a message for SNS holds."""

from __future__ import annotations

import json
from typing import Final, cast

from permission_guard.alerts.detail import details
from permission_guard.alerts.machine import body
from permission_guard.alerts.mail import text
from permission_guard.alerts.subject import subject, worst_ending
from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.journal.news import Alert
from permission_guard.ports import Notification

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes that a message may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""
_HALF: Final = MESSAGE_LIMIT // 2 - 1024
"""Bytes for the mail and for the JSON each; the subject and the attributes count too."""
_CUT: Final = "(cut here, too long for a mail: the guard's log has all of it)"


@frozen
class RenderedAlert:
    """An alert in words: it is sent, or stored for the digest, and logged."""

    alert: Alert
    subject: str
    mail: str
    body: dict[str, Json]
    """The alert for machines."""


def rendered(alert: Alert, last_of_hour: int | None = None) -> RenderedAlert:
    """Write an alert. `last_of_hour` is how many alerts this hour has, if it is the last that is sent at once."""
    title, found = subject(alert), details(alert)
    return RenderedAlert(
        alert, title, text(alert, found, last_of_hour), body(alert, title, found, last_of_hour)
    )


def notification(made: RenderedAlert) -> Notification:
    """Return the message for SNS.

    What does not fit is left out: lines at the end of the mail, and whole findings of the JSON, which shows how many.
    """
    alert = made.alert
    return Notification(
        made.subject,
        cut_mail(made.mail, _HALF),
        cut_body(made.body, _HALF),
        {
            "severity": alert.severity.name,
            "verdict": alert.verdict.value,
            "rule": alert.lines[0].finding.concern.value,
            "outcome": worst_ending(alert).value,
            "account": alert.facts.arn.account,
            "region": alert.facts.arn.region,
        },
    )


def cut_mail(mail: str, limit: int) -> str:
    """Return a mail of at most so many bytes within a JSON text; lines at its end are left out."""
    lines = mail.splitlines()
    while len(lines) > 1 and _size("\n".join(lines)) > limit:
        lines = [*lines[: (len(lines) - 1) * 9 // 10], _CUT]
    return "\n".join(lines) + "\n"


def cut_body(whole: dict[str, Json], limit: int) -> str:
    """Return the alert as JSON of at most so many bytes within a JSON text; whole findings are left out, and counted."""
    findings = cast("list[Json]", whole["findings"])
    kept = len(findings)
    machine = json.dumps(whole)
    while kept and _size(machine) > limit:
        kept = kept * 9 // 10
        machine = json.dumps({**whole, "findings": findings[:kept], "leftOut": len(findings) - kept})
    return machine


def _size(part: str) -> int:
    """Return the bytes of a part in the message, where quotes and non-ASCII characters are escaped."""
    return len(json.dumps(part))
