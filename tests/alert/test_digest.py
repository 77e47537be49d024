"""The digest: what waits in one message within what SNS takes, the gravest first, and nothing lost or forged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard.alert import MESSAGE_LIMIT, SUBJECT_LIMIT
from permission_guard.alert.digest import DIGEST_LIMIT, SCHEMA, Digest, digest_of, waiting_alert
from permission_guard.finding import Severity
from permission_guard.journal.waiting import WaitingAlert
from permission_guard.outcome import Ending
from tests.alert.scenes import FORGED, line, report
from tests.aws.guarded import NOW

ITEM_LIMIT = 400 * 1024
"""amazondynamodb/latest/developerguide/Constraints.html, Item size."""


def of(severity: Severity, name: str, *, size: int = 0, minutes: int = 0) -> WaitingAlert:
    found = line(Ending.REPAIRED, name=name, size=size)
    graver = replace(found, finding=replace(found.finding, severity=severity))
    return waiting_alert(report(graver, name=name), NOW + timedelta(minutes=minutes))


def digest(*waiting: WaitingAlert) -> Digest:
    return digest_of(waiting, "111122223333", "us-east-1", NOW)


def test_the_gravest_comes_first_and_of_those_the_oldest() -> None:
    found = digest(
        of(Severity.LOW, "low"),
        of(Severity.CRITICAL, "later", minutes=2),
        of(Severity.CRITICAL, "sooner", minutes=1),
    )
    assert [json.loads(one.body)["event"]["actor"]["principal"] for one in found.alerts] == [
        "sooner",
        "later",
        "low",
    ]
    assert found.subject == "[CRITICAL] Digest: 3 alerts (111122223333, us-east-1)"
    machine = json.loads(found.body)
    assert (machine["schema"], machine["leftOut"], len(machine["alerts"])) == (SCHEMA, 0, 3)
    assert found.mail.index("sooner") < found.mail.index("later") < found.mail.index("low lets")


@settings(max_examples=25)
@given(sizes=st.lists(st.integers(0, 60_000), min_size=1, max_size=30), name=st.sampled_from(["it", FORGED]))
def test_however_much_waits_a_digest_is_within_its_limit_and_says_how_much_follows(
    sizes: list[int], name: str
) -> None:
    waiting = [
        of(Severity.HIGH, name, size=size, minutes=minute) for minute, size in enumerate(sizes, start=1)
    ]
    assert all(len(one.mail.encode()) + len(one.body.encode()) < ITEM_LIMIT for one in waiting)
    found = digest(*waiting)
    assert 0 < len(found.alerts) <= len(waiting)
    assert len(found.message.encode()) <= DIGEST_LIMIT < MESSAGE_LIMIT
    assert json.loads(found.body)["leftOut"] == len(waiting) - len(found.alerts)
    assert found.alerts == tuple(waiting[: len(found.alerts)])
    assert found.subject.isascii()
    assert len(found.subject) <= SUBJECT_LIMIT
    assert all(row.isprintable() for row in found.mail.split("\n"))


def test_two_runs_for_the_same_event_write_down_one_alert_and_two_events_two() -> None:
    first, again, other = of(Severity.HIGH, "a"), of(Severity.HIGH, "a"), of(Severity.HIGH, "b")
    assert first == again
    assert first.id != other.id
