"""The digest: the gravest first, as many as a message takes, the rest counted, and nothing that holds up what follows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from permission_guard.alerts import SUBJECT_LIMIT, rendered
from permission_guard.alerts.digest import DIGEST_LIMIT, Digest, digest_of, waiting_alert
from permission_guard.aws.sns import message
from permission_guard.journal.entry import WaitingAlert
from permission_guard.journal.summary import SweepSummary
from permission_guard.model.finding import Severity
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine
from tests.alerts.scenes import FORGED, line, report
from tests.fake_aws.builders import ACCOUNT, NOW


def waiting(*lines: ReportLine) -> WaitingAlert:
    return waiting_alert(rendered(report(*lines)), NOW)


HIGH = waiting(line(Ending.REPAIRED))
LARGE = waiting(*(line(Ending.REPORTED, name=f"s{one}", size=3000) for one in range(100)))


def digest(*alerts: WaitingAlert, summary: SweepSummary | None = None) -> Digest:
    return digest_of(alerts, ACCOUNT, "us-east-1", NOW, summary)


def body(one: Digest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.notification.body)
    return found


def size(one: Digest) -> int:
    return len(message(one.notification).encode())


def numbered(
    count: int, alert: WaitingAlert = HIGH, severity: Severity = Severity.HIGH
) -> list[WaitingAlert]:
    return [replace(alert, id=f"{number:04}", severity=severity) for number in range(count)]


SUMMARY = SweepSummary(
    began=NOW - timedelta(minutes=30),
    functions=214,
    evaluated=214,
    open=((Severity.CRITICAL, 1), (Severity.HIGH, 2)),
    unknown=1,
    repaired=3,
    accepted=2,
    unreadable=0,
    severity=Severity.CRITICAL,
)
SAID = (
    "Sweep of 03 Nov 2026 11:30 UTC: 214 functions evaluated."
    " Open: 1 CRITICAL, 2 HIGH; repaired 3 (last 24 h); accepted 2; unknown 1."
)


def test_a_summary_without_an_alert_is_a_digest_of_its_own() -> None:
    one = digest(summary=SUMMARY)
    assert one.alerts == ()
    assert one.notification.subject == (
        f"[CRITICAL] Sweep: 3 findings open, 3 repaired ({ACCOUNT}, us-east-1)"
    )
    assert one.notification.attributes["severity"] == "CRITICAL"
    assert one.notification.mail == (
        f"The Lambda Permission Guard evaluated account {ACCOUNT}, Region us-east-1. Nothing is new since the last digest.\n"
        f"{SAID}\n"
        "To see each finding: permission-guard journal --region us-east-1\n"
    )
    assert (body(one)["alerts"], body(one)["leftOut"]) == ([], 0)
    assert body(one)["sweep"] == {
        "began": "2026-11-03T11:30:00+00:00",
        "functions": 214,
        "evaluated": 214,
        "open": {"CRITICAL": 1, "HIGH": 2},
        "unknown": 1,
        "repaired": 3,
        "accepted": 2,
        "unreadable": 0,
    }


def test_with_alerts_the_subject_is_theirs_and_the_summary_comes_before_them() -> None:
    one = digest(HIGH, summary=SUMMARY)
    assert one.notification.subject == f"[HIGH] Digest: 1 alert ({ACCOUNT}, us-east-1)"
    assert one.notification.mail.splitlines()[2] == SAID
    assert one.notification.mail.index(SAID) < one.notification.mail.index(HIGH.subject)


def test_a_waiting_alert_holds_the_whole_alert() -> None:
    assert HIGH.id.startswith("2026-11-03T12:00#")
    assert (HIGH.severity, HIGH.subject) == (
        Severity.HIGH,
        "[HIGH] Fixed: orders was open to any account (111122223333, us-east-1)",
    )
    assert json.loads(HIGH.body)["findings"][0]["action"]["outcome"] == "REPAIRED"
    assert "Function    arn:aws:lambda:" in HIGH.mail


def test_two_runs_for_one_event_write_one_item_and_another_ending_is_another() -> None:
    assert waiting(line(Ending.REPAIRED)).id == HIGH.id
    assert waiting(line(Ending.FAILED)).id != HIGH.id


def test_a_digest_says_how_many_and_where_and_shows_each_alert_the_gravest_first() -> None:
    critical, low = replace(HIGH, id="9", severity=Severity.CRITICAL), replace(HIGH, severity=Severity.LOW)
    one = digest(low, HIGH, critical)
    assert one.alerts == (critical, HIGH, low)
    assert (one.notification.attributes["severity"], one.notification.subject) == (
        "CRITICAL",
        f"[CRITICAL] Digest: 3 alerts ({ACCOUNT}, us-east-1)",
    )
    assert one.notification.mail.count(HIGH.subject) == 3
    assert body(one) == {
        "schema": "permission-guard/digest/1",
        "subject": one.notification.subject,
        "severity": "CRITICAL",
        "account": ACCOUNT,
        "region": "us-east-1",
        "time": NOW.isoformat(),
        "alerts": [json.loads(HIGH.body)] * 3,
        "leftOut": 0,
        "sweep": None,
    }
    assert digest(HIGH).notification.subject == f"[HIGH] Digest: 1 alert ({ACCOUNT}, us-east-1)"


@pytest.mark.parametrize("alert", [HIGH, LARGE], ids=["small", "large"])
def test_what_200_kb_do_not_hold_is_counted_and_follows_the_oldest_of_the_gravest_first(
    alert: WaitingAlert,
) -> None:
    left = [*numbered(400, alert), *numbered(1, HIGH, Severity.CRITICAL)]
    one = digest(*left, summary=SUMMARY)
    assert DIGEST_LIMIT // 4 < size(one) <= DIGEST_LIMIT
    assert one.alerts == (left[-1], *left[: len(one.alerts) - 1])
    assert body(one)["leftOut"] == 401 - len(one.alerts) > 0
    assert (
        f"{401 - len(one.alerts)} of them do not fit here and follow in the next digest"
        in one.notification.mail
    )
    rounds = 0
    while left:
        sent = digest(*left)
        left = [alert for alert in left if alert.id not in {one.id for one in sent.alerts}]
        rounds += 1
    assert rounds <= 201


DAMAGED = {
    "no JSON": replace(HIGH, body="{"),
    "an empty text": replace(HIGH, body="", mail="", subject=""),
    "a key twice": replace(HIGH, body='{"a": 1, "a": 2}'),
    "a number": replace(HIGH, body="7"),
    "NaN": replace(HIGH, body="NaN"),
    "390 KB of JSON": replace(HIGH, body=json.dumps(["x" * 390_000])),
    "390 KB of no JSON": replace(HIGH, body="\N{BOMB}" * 97_000),
    "390 KB of a mail in one line": replace(HIGH, mail="\N{BOMB}" * 97_000),
    "390 KB of a subject": replace(HIGH, subject="\N{BOMB}" * 97_000),
    "names of somebody's choice": replace(HIGH, subject=FORGED, mail=FORGED, body=json.dumps(FORGED)),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_an_alert_that_somebody_has_damaged_holds_up_no_other(what: str) -> None:
    damaged = replace(DAMAGED[what], id="damaged", severity=Severity.CRITICAL)
    one = digest(damaged, HIGH)
    assert [alert.id for alert in one.alerts] == ["damaged", HIGH.id]
    assert size(one) <= DIGEST_LIMIT
    assert body(one)["alerts"][1] == json.loads(HIGH.body)
    assert one.notification.subject.isascii()
    assert len(one.notification.subject) <= SUBJECT_LIMIT
