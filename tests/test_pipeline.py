"""The story over time: one alert for one fault, faults that come back, and a journal that cannot be had."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.finding import Concern
from permission_guard.journal.entry import Attached, Rewritten, State
from permission_guard.outcome import Ending, Result
from permission_guard.ports import TryAgain
from permission_guard.settings import Mode, Treatment
from permission_guard.trigger import Kind
from permission_guard.world import ApiError
from tests.watched import Watched
from tests.world.builders import BASIC, FOREIGN, TARGET, settings, statement

REPAIRED, TOLD = [Ending.REPAIRED], [Ending.TOLD]
FOREIGNER = statement(FOREIGN, sid="foreign")


def test_a_repair_is_written_down_made_told_and_written_down() -> None:
    there = Watched()
    there.open()
    there.handle()
    assert there.account.calls == [
        "Query",
        "GetResourcePolicy",
        "TransactWriteItems",
        "PutResourcePolicy",
        "TransactWriteItems",
    ]
    (entry,) = there.entries
    assert (entry.state, entry.told_as, entry.repairs) == (State.TOLD, Ending.REPAIRED, (there.now,))
    assert isinstance(entry.change, Rewritten)
    assert '"s3.amazonaws.com"' in entry.change.before
    assert '"aws:SourceAccount":"111122223333"' in entry.change.after
    assert entry.change.document.startswith('{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s"')


def test_what_is_only_told_is_told_first_and_then_written_down() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    assert there.account.calls == ["Query", "GetResourcePolicy", "TransactWriteItems"]
    assert there.told == [TOLD]
    assert [(one.state, one.told_as, one.change) for one in there.entries] == [
        (State.TOLD, Ending.TOLD, None)
    ]


def test_a_compliant_function_leaves_no_entry() -> None:
    there = Watched()
    there.open(
        statement("s3.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})
    )
    assert there.handle().lines == ()
    assert there.account.calls == ["Query", "GetResourcePolicy"]
    assert there.entries == []


def test_a_fault_that_stays_is_told_once_and_again_after_the_reminder_period() -> None:
    there = Watched()
    there.open(FOREIGNER)
    for _ in range(6):
        there.handle()
        there.later(days=1)
    assert there.told == [TOLD]
    there.later(days=1)
    there.handle()
    assert there.told == [TOLD, TOLD]


def test_a_fault_that_changes_is_told_again() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    there.open(statement(FOREIGN, sid="foreign", Action="lambda:GetFunction"))
    there.handle()
    assert there.told == [TOLD, TOLD]


def test_a_fault_that_went_by_itself_and_comes_back_is_told_again() -> None:
    there = Watched()
    there.open(FOREIGNER)
    there.handle()
    there.account.functions["orders"].policies.clear()
    there.handle()
    assert [one.state for one in there.entries] == [State.GONE]
    there.open(FOREIGNER)
    there.handle()
    assert there.told == [TOLD, TOLD]


def test_a_fault_that_is_put_back_three_times_is_escalated_once_and_left_alone() -> None:
    there = Watched()
    for _ in range(6):
        there.open()
        there.handle()
        there.later(hours=1)
    assert there.told == [REPAIRED, REPAIRED, REPAIRED, [Ending.ESCALATED]]
    assert "Condition" not in there.statements[0]
    assert "it was repaired 3 times" in there.herald.told[-1].lines[0].what


def test_what_was_escalated_is_not_told_again_at_an_event_that_did_not_bring_it_nor_ever_repaired() -> None:
    there = Watched(settings=settings(repair_existing=False))
    for _ in range(4):
        there.open()
        there.handle()
        there.later(hours=1)
    there.handle(Kind.PERMISSION_REMOVED, brought=None)
    assert there.told == [REPAIRED, REPAIRED, REPAIRED, [Ending.ESCALATED]]
    there.later(days=30)
    there.handle()
    assert there.told[4:] == [[Ending.ESCALATED]]
    assert "Condition" not in there.statements[0]


def test_each_line_names_the_entry_by_which_it_can_be_undone() -> None:
    there = Watched()
    there.open()
    there.handle()
    assert [line.entry for line in there.herald.told[0].lines] == [there.entries[0].id]


def test_what_would_be_repaired_in_observe_mode_is_told_once() -> None:
    there = Watched(settings=settings(mode=Mode.OBSERVE))
    there.open()
    there.handle()
    there.handle()
    assert there.told == [[Ending.WOULD_REPAIR]]
    assert there.account.calls.count("PutResourcePolicy") == 0


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("AccessDeniedException", Result.REFUSED),
        ("ThrottlingException", Result.TRY_AGAIN),
        ("ConditionalCheckFailedException", Result.CHANGED_MEANWHILE),
    ],
)
def test_what_cannot_be_written_down_first_is_not_done(code: str, result: Result) -> None:
    there = Watched()
    there.open()

    def hook(call: str) -> None:
        if call == "TransactWriteItems":
            raise ApiError(code, "no")

    there.account.before = hook
    if result is Result.REFUSED:
        report = there.handle()
        assert [outcome.result for outcome in report.outcomes] == [result]
    else:
        with pytest.raises(TryAgain):
            there.handle()
    assert there.account.calls.count("PutResourcePolicy") == 0
    assert there.told == [[Ending.FAILED]]


def test_without_a_journal_nothing_is_repaired_and_everything_is_told() -> None:
    there = Watched()
    there.open()

    def hook(call: str) -> None:
        if call in {"Query", "TransactWriteItems"}:
            raise ApiError("ResourceNotFoundException", "no such table")

    there.account.before = hook
    there.handle()
    there.handle()
    assert there.told == [TOLD, TOLD]
    assert "nothing is repaired that cannot be written down first" in there.herald.told[0].lines[0].what


def test_that_a_repair_was_told_and_could_not_be_written_down_is_told_again_and_counted_once() -> None:
    there = Watched()
    there.open()
    written = 0

    def hook(call: str) -> None:
        nonlocal written
        written += call == "TransactWriteItems"
        if call == "TransactWriteItems" and written == 2:
            raise ApiError("ThrottlingException", "slow down")

    there.account.before = hook
    with pytest.raises(TryAgain, match="slow down"):
        there.handle()
    there.handle()
    assert there.told == [REPAIRED, REPAIRED]
    assert [(one.state, one.told_as, len(one.repairs)) for one in there.entries] == [
        (State.TOLD, Ending.REPAIRED, 1)
    ]


def test_a_repair_that_fails_for_now_stays_planned_and_its_failure_is_told_once() -> None:
    there = Watched()
    there.open()

    def hook(call: str) -> None:
        if call == "PutResourcePolicy":
            raise ApiError("TooManyRequestsException", "slow down")

    there.account.before = hook
    for _ in range(3):
        with pytest.raises(TryAgain, match="slow down"):
            there.handle()
    assert there.told == [[Ending.FAILED]]
    assert [one.state for one in there.entries] == [State.PLANNED]
    there.account.before = lambda _call: None
    there.handle()
    assert there.told == [[Ending.FAILED], REPAIRED]


def test_a_role_that_got_the_policy_is_remembered_with_it() -> None:
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    assert there.attached == [BASIC]
    assert [one.change for one in there.entries] == [Attached(there.account.roles["role"].arn, BASIC)]


def test_a_role_rule_that_is_switched_to_alert_attaches_and_releases_nothing() -> None:
    given = settings()
    treatments = {**given.treatments, Concern.ROLE_CAN_WRITE_LOGS: Treatment.ALERT}
    there = Watched(settings=replace(given, treatments=treatments))
    there.handle(Kind.FUNCTION_CREATED)
    assert there.told == [TOLD]
    assert there.attached == []


def test_the_entry_is_about_the_function_itself_whichever_alias_is_meant() -> None:
    there = Watched()
    there.open()
    there.handle()
    assert [one.subject for one in there.entries] == [TARGET]
