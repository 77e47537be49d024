"""The alerts that wait in the journal's table, and how many were sent this hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from permission_guard.fake_aws import Account, ApiError, FakeJournal
from permission_guard.journal.entry import WaitingAlert
from permission_guard.model.finding import Severity
from permission_guard.ports import ChangedMeanwhile
from tests.aws.journals import NEW, alert, journal
from tests.aws.transport import Transport
from tests.fake_aws.builders import NOW, TARGET


def test_alerts_wait_until_they_are_removed_and_are_written_with_the_entry_or_not_at_all() -> None:
    kept = journal()
    (first,) = kept.write((NEW,), (alert("1"), alert("2")))
    with pytest.raises(ChangedMeanwhile):
        kept.write((NEW,), (alert("3"),))
    assert kept.waiting() == (alert("1"), alert("2"))
    kept.remove((alert("1"),))
    kept.remove((alert("1"),))
    assert kept.waiting() == (alert("2"),)
    assert (kept.of(TARGET).entries, kept.all()) == ((first,), (first,))


def test_two_runs_that_write_the_same_alert_leave_one() -> None:
    kept = journal()
    kept.write((), (alert(),))
    kept.write((), (alert(),))
    assert kept.waiting() == (alert(),)


def test_a_waiting_alert_that_was_damaged_is_taken_as_grave_and_shown_as_far_as_it_can_be_read() -> None:
    wire = Transport(Account())
    wire.table.items["digest", "1"] = {
        "subject": {"S": "digest"},
        "fault": {"S": "1"},
        "severity": {"S": "MILD"},
        "title": {"N": "1"},
        "mail": {"S": "what is left"},
    }
    (read,) = journal(wire).waiting()
    assert read == WaitingAlert("1", Severity.CRITICAL, "an alert that cannot be read", "what is left", "{}")


def test_alerts_are_counted_by_the_hour_beside_the_writing_of_an_entry_or_alone() -> None:
    wire = Transport(Account())
    kept = journal(wire)
    (first,), count = kept.write_and_count((NEW,), NOW)
    assert (first.version, count, kept.count_alert(NOW), kept.count_alert(NOW + timedelta(hours=1))) == (
        *(1, 1),
        *(2, 1),
    )
    item = wire.table.items["alerts", "2026-11-03T12"]
    assert item["expires"] == {"N": str(int((NOW + timedelta(days=1)).timestamp()))}
    assert kept.all() == (first,)


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "TransactionConflictException"]
)
def test_an_alert_that_cannot_be_counted_has_no_number(code: str) -> None:
    wire = Transport(Account())
    wire.faults["UpdateItem"] = ApiError(code, "no")
    assert journal(wire).count_alert(NOW) is None
    assert journal(wire).may_send_digest(NOW) is False
    account = Account()

    def refuse(_call: str) -> None:
        raise wire.faults["UpdateItem"]

    account.before = refuse
    assert FakeJournal(account).count_alert(NOW) is None
    assert FakeJournal(account).may_send_digest(NOW) is False


def test_a_digest_out_of_turn_is_sent_at_most_every_five_minutes() -> None:
    kept = journal()
    minutes = (0, 4, 5, 9, 10)
    assert [kept.may_send_digest(NOW + timedelta(minutes=one)) for one in minutes] == [
        *(True, False, True, False, True)
    ]
