"""The story over time: one alert for one fault, faults that come back, and a journal that cannot be had."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError
from permission_guard.journal.entry import Attached, Rewritten, State
from permission_guard.model.finding import Concern
from permission_guard.ports import Refused, RetryLater
from permission_guard.repair.outcome import Ending
from permission_guard.settings import Treatment
from tests.fake_aws.builders import BASIC, FOREIGN, settings, statement
from tests.received import body, digests, whats
from tests.watched import Watched

REPAIRED, REPORTED = [Ending.REPAIRED], [Ending.REPORTED]
FOREIGNER = statement(FOREIGN, sid="foreign")
COMPLIANT = statement("s3.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})


def test_a_repair_is_journaled_made_reported_and_journaled_again() -> None:
    there = Watched()
    there.notifier.account = there.account
    there.open()
    there.handle()
    assert there.account.calls == [
        *("GetResourcePolicy", "Query", "ListTags"),
        *("TransactWriteItems", "UpdateItem", "PutResourcePolicy", "Publish", "TransactWriteItems"),
    ]
    (entry,) = there.entries
    assert (entry.state, entry.reported_as, entry.repairs) == (State.REPORTED, Ending.REPAIRED, (there.now,))
    assert isinstance(entry.change, Rewritten)
    assert '"s3.amazonaws.com"' in entry.change.before
    assert '"aws:SourceAccount":"111122223333"' in entry.change.after
    assert entry.change.document.startswith('{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s"')


def test_what_is_only_reported_is_reported_first_and_then_journaled() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    assert there.account.calls == ["GetResourcePolicy", "Query", "UpdateItem", "TransactWriteItems"]
    assert there.reported == [REPORTED]
    assert [(one.state, one.reported_as, one.change) for one in there.entries] == [
        (State.REPORTED, Ending.REPORTED, None)
    ]


def test_a_journal_that_changes_faster_than_it_can_be_written_is_tried_again_later() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.fail("TransactWriteItems", "ConditionalCheckFailedException")
    with pytest.raises(RetryLater, match="change faster than they can be written"):
        there.handle()


def test_a_fault_that_stays_is_reported_once_and_again_after_the_reminder_period() -> None:
    there = Watched()
    there.open(FOREIGNER)
    for _ in range(6):
        there.handle()
        there.later(days=1)
    assert there.reported == [REPORTED]
    there.later(days=1)
    there.handle()
    assert there.reported == [REPORTED, REPORTED]


def test_a_fault_that_changes_is_reported_again() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    there.open(statement(FOREIGN, sid="foreign", Action="lambda:GetFunction"))
    there.handle()
    assert there.reported == [REPORTED, REPORTED]


def test_a_fault_that_went_by_itself_and_comes_back_is_reported_again() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    there.account.functions["orders"].policies.clear()
    there.handle()
    assert [one.state for one in there.entries] == [State.GONE]
    there.open(FOREIGNER)
    there.handle()
    assert there.reported == [REPORTED, REPORTED]


def test_what_was_escalated_is_not_reported_again_at_an_event_that_did_not_bring_it_nor_ever_repaired() -> (
    None
):
    there = Watched(settings=settings(repair_existing=False))
    for _ in range(4):
        there.open()
        there.handle()
        there.later(hours=1)
    there.handle(Kind.PERMISSION_REMOVED, added=None)
    assert there.reported == [REPAIRED, REPAIRED, REPAIRED, [Ending.ESCALATED]]
    there.later(days=30)
    there.handle()
    assert there.reported[4:] == [[Ending.ESCALATED]]
    assert "Condition" not in there.statements[0]


def test_without_a_journal_nothing_is_repaired_and_everything_is_reported() -> None:
    there = Watched()
    there.open()

    def hook(call: str) -> None:
        if call in {"Query", "TransactWriteItems"}:
            raise ApiError("ResourceNotFoundException", "no such table")

    there.account.before = hook
    there.handle()
    there.handle()
    assert there.reported == [REPORTED, REPORTED]
    assert "a repair must be written into it first" in whats(there.notifier.sent[0])[0]


@pytest.mark.parametrize("code", ["TooManyRequestsException", "PreconditionFailedException"])
def test_a_repair_that_is_not_finished_stays_planned_and_is_reported_from_the_fifth_receipt_on(
    code: str,
) -> None:
    there = Watched()
    there.open()
    there.fail("PutResourcePolicy", code)
    for receives in range(1, 7):
        with pytest.raises(RetryLater, match=code):
            there.handle(receives=receives)
        assert there.reported == ([[Ending.FAILED]] if receives >= 5 else [])
    assert [one.state for one in there.entries] == [State.PLANNED]
    there.account.before = lambda _call: None
    there.handle(receives=7)
    assert there.reported == [[Ending.FAILED], REPAIRED]


def test_a_statement_that_the_guard_has_replaced_is_not_waited_for() -> None:
    there = Watched()
    there.account.has_resource_policy_calls = False
    there.open()
    there.handle(Kind.PERMISSION_ADDED, added="s")
    assert [one["Sid"] for one in there.statements] != ["s"]
    there.handle(Kind.PERMISSION_ADDED, added="s")
    assert there.reported == [REPAIRED]


def test_a_policy_that_does_not_exist_yet_is_waited_for_and_one_that_cannot_be_read_is_not() -> None:
    there = Watched()
    with pytest.raises(RetryLater):
        there.handle(Kind.PERMISSION_ADDED, added="s")
    assert there.handle(Kind.PERMISSION_ADDED, added="s", receives=3).lines == ()
    there.fail("GetResourcePolicy", "AccessDeniedException")
    there.handle(Kind.PERMISSION_ADDED, added="s")
    assert there.reported == [REPORTED]


def test_a_sweep_without_a_journal_reports_nothing_and_is_tried_again() -> None:
    there = Watched()
    there.open()
    there.fail("Query", "AccessDeniedException")
    with pytest.raises(RetryLater, match="AccessDeniedException"):
        there.handle(Kind.SWEEP, added=None)
    assert (there.reported, there.waiting) == ([], [])


def test_a_role_that_got_the_policy_is_remembered_with_it() -> None:
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    assert there.attached == [BASIC]
    role = there.account.roles["role"]
    assert [one.change for one in there.entries] == [Attached(role.arn, BASIC, role.id)]


def test_a_role_rule_that_is_switched_to_alert_attaches_and_releases_nothing() -> None:
    given = settings()
    treatments = {**given.treatments, Concern.ROLE_CAN_WRITE_LOGS: Treatment.ALERT}
    there = Watched(settings=replace(given, treatments=treatments))
    there.handle(Kind.FUNCTION_CREATED)
    assert there.reported == [REPORTED]
    assert there.attached == []


def beyond(limit: int) -> Watched:
    """A guard that sends so many alerts within an hour."""
    return Watched(settings=replace(settings(), alerts_per_hour=limit))


def test_the_last_alert_of_an_hour_says_so_and_what_comes_after_it_waits_and_is_repaired() -> None:
    there = beyond(2)
    for source in ("s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"):
        there.open(statement(source))
        there.handle()
        assert "Condition" in there.statements[0]
    assert there.reported == [REPAIRED, REPAIRED]
    assert [body(one)["lastOfHour"] for one in there.notifier.sent] == [None, 2]
    assert (there.waiting, digests(there.notifier.sent)) == ([["REPAIRED"]], [])
    there.later(hours=1)
    there.open(statement("config.amazonaws.com"))
    there.handle()
    assert len(there.reported) == 3


def test_a_critical_alert_beyond_the_limit_sends_the_digest_at_once_and_at_most_every_five_minutes() -> None:
    there = beyond(0)
    for number in (1, 2):
        there.open(statement(Action="lambda:*"))
        there.handle()
        there.later(minutes=number)
    assert digests(there.notifier.sent) == [1]
    assert there.waiting == [["REPAIRED", "REPAIRED"]]
    there.later(minutes=5)
    there.open(statement(Action="lambda:*"))
    there.handle()
    assert digests(there.notifier.sent) == [1, 2]
    assert there.waiting == []


def test_what_a_sweep_finds_waits_for_the_digest_and_does_not_count() -> None:
    there = Watched()
    there.open()
    there.handle(Kind.SWEEP, added=None)
    assert (there.reported, there.waiting, there.journal.counts) == ([], [["REPAIRED"] * 2], {})
    assert there.guard.send_digest(there.now) == 1
    assert (there.waiting, len(digests(there.notifier.sent))) == ([], 1)
    assert there.guard.send_digest(there.now) == 0


def test_an_alert_that_no_topic_takes_waits_and_one_without_a_journal_is_tried_again() -> None:
    there = Watched()
    there.notifier.account = there.account
    there.open()
    there.fail("Publish", "AuthorizationError")
    there.handle()
    assert (there.reported, there.waiting) == ([], [["REPAIRED"]])

    there = Watched()
    there.notifier.account = there.account
    there.open()

    def hook(call: str) -> None:
        if call in {"Publish", "Query"}:
            raise ApiError("AccessDeniedException", "no")

    there.account.before = hook
    with pytest.raises(Refused):
        there.handle()


def test_a_digest_that_no_topic_takes_stays_where_it_is() -> None:
    there = Watched()
    there.notifier.account = there.account
    there.open()
    there.handle(Kind.SWEEP, added=None)
    there.fail("Publish", "AuthorizationError")
    with pytest.raises(Refused):
        there.guard.send_digest(there.now)
    assert there.waiting == [["REPAIRED"] * 2]


def test_where_what_an_earlier_run_left_cannot_be_finished_because_the_journal_is_closed_it_is_tried_again() -> (
    None
):
    there = Watched()
    there.open(COMPLIANT)
    there.fail("Query", "AccessDeniedException")
    with pytest.raises(RetryLater, match="AccessDeniedException"):
        there.handle()
