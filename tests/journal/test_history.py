"""The life of an entry: what forbids a repair, when an alert is due, what the facts show of a planned repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.journal.history import (
    EMPTY,
    FunctionHistory,
    counted,
    gone,
    is_due,
    is_in_view,
    is_made,
    is_on_its_way,
    is_open,
    reported,
    seen,
    settled,
)
from permission_guard.model.document import dumped
from permission_guard.model.facts import (
    GONE,
    MISSING_ROLE,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import Finding
from permission_guard.repair.outcome import Ending
from permission_guard.rules import evaluate
from tests.fake_aws.builders import (
    BASIC,
    FUNCTION,
    NOW,
    OWN,
    ROLE,
    TARGET,
    facts_with,
    facts_with_role,
    statement,
    trigger,
)

OPEN = statement("s3.amazonaws.com")
BOUND = statement("s3.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})
FACTS = facts_with(OPEN)
(FINDING,) = evaluate(FACTS, OWN)
DAY = timedelta(days=1)
REWRITTEN = Rewritten(TARGET, Family.DOCUMENT, dumped(OPEN), dumped(BOUND), "{}")
NO_POLICY = replace(FACTS, policy=PolicyFacts(None, None, None, Family.DOCUMENT))


def entry(state: State = State.REPORTED, **changes: object) -> Entry:
    made = replace(seen(EMPTY, FINDING, FACTS, trigger(), NOW), state=state)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of Entry


def held_back(one: Entry | None) -> tuple[Ending, str] | None:
    history = FunctionHistory((one,)) if one else EMPTY
    return history.held_back(FINDING, FACTS, NOW)


def test_nothing_holds_a_repair_back_that_was_never_made() -> None:
    assert held_back(None) is None
    assert held_back(entry(State.PLANNED)) is None
    assert held_back(entry(State.REPORTED, reported_as=Ending.FAILED)) is None


def test_a_closed_journal_holds_every_repair_back() -> None:
    found = FunctionHistory(closed="AccessDenied").held_back(FINDING, FACTS, NOW)
    assert found == (
        Ending.REPORTED,
        "the journal cannot be read, and a repair must be written into it first: AccessDenied",
    )


def test_a_fault_that_was_put_back_as_often_as_the_limit_says_is_escalated() -> None:
    times = tuple(NOW - timedelta(hours=hours) for hours in (3, 2, 1))
    one = entry(repairs=times, reported_as=Ending.REPAIRED)
    found = held_back(one)
    assert found is not None
    assert found[0] is Ending.ESCALATED
    assert "the guard repaired this 3 times, and each time it was put back" in found[1]
    assert held_back(entry(repairs=times[1:], reported_as=Ending.REPAIRED)) is None


def test_repairs_before_the_window_do_not_count() -> None:
    times = tuple(NOW - DAY - timedelta(hours=hours) for hours in (2, 1, 0))
    assert held_back(entry(repairs=times, reported_as=Ending.REPAIRED)) is None


def test_what_was_escalated_stays_so_while_the_fault_stays() -> None:
    long_ago = (NOW - 9 * DAY,) * 3
    stays = held_back(entry(repairs=long_ago, reported_as=Ending.ESCALATED))
    assert stays is not None
    assert stays[0] is Ending.ESCALATED
    assert held_back(entry(State.GONE, repairs=long_ago, reported_as=Ending.ESCALATED)) is None


def test_seeing_a_fault_again_keeps_its_history_and_takes_the_new_event() -> None:
    old = entry(repairs=(NOW,), reported_at=NOW)
    again = seen(FunctionHistory((old,)), FINDING, FACTS, replace(trigger(), event_id="later"), NOW + DAY)
    assert again == replace(old, cause=again.cause, last_seen=NOW + DAY)
    assert again.cause.event_id == "later"
    assert again.first_seen == NOW


def test_a_hundred_repairs_are_remembered() -> None:
    one = entry()
    for _ in range(120):
        one = counted(replace(one, state=State.PLANNED), NOW)
    assert len(one.repairs) == 100


def test_a_repair_that_was_reported_is_not_counted_again() -> None:
    once = counted(entry(state=State.PLANNED), NOW)
    assert (once.state, len(once.repairs)) == (State.PLANNED, 1)
    assert counted(reported(once, Ending.REPAIRED, NOW), NOW) == reported(once, Ending.REPAIRED, NOW)


@pytest.mark.parametrize(
    ("one", "ending", "is_finished", "state"),
    [
        (entry(State.PLANNED), Ending.REPAIRED, True, State.REPORTED),
        (entry(State.PLANNED), Ending.FAILED, True, State.REPORTED),
        (entry(State.PLANNED), Ending.FAILED, False, State.PLANNED),
        (entry(State.UNDONE), Ending.REPORTED, True, State.UNDONE),
        (entry(State.RELEASING), Ending.RELEASED, True, State.RELEASED),
    ],
)
def test_a_report_finishes_an_entry_unless_it_is_unfinished_or_undone(
    one: Entry, ending: Ending, state: State, *, is_finished: bool
) -> None:
    after = reported(one, ending, NOW, is_finished=is_finished)
    assert (after.state, after.reported_as, after.reported_at) == (state, ending, NOW)


REPLACED = entry(State.GONE, reported_at=NOW - DAY, reported_as=Ending.REPORTED, is_existing=True)
"""A statement that was reported as existing and then went."""


@pytest.mark.parametrize(
    ("one", "ending", "due"),
    [
        (None, Ending.REPORTED, True),
        (entry(State.GONE), Ending.REPORTED, True),
        (entry(reported_at=NOW - DAY, reported_as=Ending.REPORTED), Ending.REPORTED, False),
        (entry(reported_at=NOW - 7 * DAY, reported_as=Ending.REPORTED), Ending.REPORTED, True),
        (entry(reported_at=NOW - DAY, reported_as=Ending.REPORTED), Ending.FAILED, True),
        (entry(reported_at=NOW - DAY, reported_as=Ending.REPAIRED), Ending.REPAIRED, True),
        (entry(State.PLANNED, reported_at=NOW - DAY, reported_as=Ending.FAILED), Ending.FAILED, False),
        (entry(State.GONE, reported_at=NOW - DAY, reported_as=Ending.REPORTED), Ending.REPORTED, True),
        (entry(State.UNDONE, reported_at=NOW - DAY, reported_as=Ending.REPORTED), Ending.REPORTED, False),
        (entry(reported_at=NOW - DAY, reported_as=Ending.ESCALATED), Ending.ESCALATED, False),
        (replace(REPLACED, last_seen=NOW - DAY / 2), Ending.REPORTED, False),
        (replace(REPLACED, last_seen=NOW - DAY), Ending.REPORTED, True),
    ],
)
def test_an_alert_is_due_when_it_is_the_first_says_something_new_or_reminds(
    one: Entry | None, ending: Ending, *, due: bool
) -> None:
    assert is_due(one, ending, NOW) is due


ATTACHED = entry(State.PLANNED, change=Attached(ROLE, BASIC))


@pytest.mark.parametrize(
    ("one", "facts", "made"),
    [
        (entry(change=REWRITTEN), facts_with(BOUND), True),
        (entry(change=REWRITTEN), facts_with(OPEN), False),
        (entry(change=REWRITTEN), NO_POLICY, False),
        (entry(change=REWRITTEN), facts_with(BOUND, qualifier="live"), None),
        (entry(change=REWRITTEN), FunctionFacts(FUNCTION), None),
        (ATTACHED, facts_with_role(RoleFacts(ROLE, attached=(BASIC,))), True),
        (ATTACHED, facts_with_role(RoleFacts(ROLE)), False),
        (ATTACHED, FunctionFacts(FUNCTION), None),
        (entry(), FACTS, False),
    ],
)
def test_the_facts_show_whether_a_planned_repair_was_made(
    one: Entry, facts: FunctionFacts, *, made: bool | None
) -> None:
    assert is_made(one, facts) is made


def about_the_role() -> Entry:
    facts = facts_with_role(RoleFacts(ROLE))
    (finding,) = evaluate(facts, OWN)
    return seen(EMPTY, finding, facts, trigger(), NOW)


@pytest.mark.parametrize(
    ("one", "facts", "in_view"),
    [
        (entry(), FACTS, True),
        (entry(), facts_with(OPEN, qualifier="live"), False),
        (entry(), replace(FACTS, policy=Unreadable("the policy", "denied")), False),
        (entry(), FunctionFacts(FUNCTION, configuration=GONE), True),
        (about_the_role(), FACTS, False),
        (about_the_role(), facts_with_role(RoleFacts(ROLE)), True),
        (about_the_role(), replace(FACTS, role=MISSING_ROLE), True),
    ],
)
def test_only_facts_about_the_same_thing_show_that_a_fault_is_gone(
    one: Entry, facts: FunctionFacts, *, in_view: bool
) -> None:
    assert is_in_view(one, facts) is in_view


def test_a_fault_that_went_by_itself_keeps_its_history() -> None:
    one = entry(repairs=(NOW,), reported_at=NOW, reported_as=Ending.REPORTED)
    later = NOW + DAY
    assert gone(one, later) == replace(one, state=State.GONE, last_seen=later)


def test_an_entry_is_called_by_the_functions_name_and_the_fault() -> None:
    one = entry()
    assert one.id == f"orders/{one.fault}"


def test_a_finding_without_an_entry_has_none() -> None:
    other: Finding = evaluate(facts_with(statement("sns.amazonaws.com")), OWN)[0]
    assert FunctionHistory((entry(),)).of(other, facts_with(statement("sns.amazonaws.com"))) is None


def test_a_repair_that_failed_again_is_finished_without_another_alert() -> None:
    assert settled(entry(State.PLANNED)) == entry(State.REPORTED)


def test_what_was_once_reported_as_existing_stays_so() -> None:
    once = reported(entry(), Ending.REPORTED, NOW, is_existing=True)
    assert reported(once, Ending.REPORTED, NOW).is_existing
    assert not reported(entry(), Ending.REPORTED, NOW).is_existing


def test_a_statement_with_the_content_of_an_existing_one_is_existing_whatever_its_sid() -> None:
    history = FunctionHistory((entry(is_existing=True),))
    both = facts_with(OPEN, statement("s3.amazonaws.com", sid="terraform-2"))
    assert [history.is_existing(one, both) for one in evaluate(both, OWN)] == [True, True]
    other = facts_with(statement("sns.amazonaws.com"))
    assert not history.is_existing(evaluate(other, OWN)[0], other)
    assert not FunctionHistory((entry(),)).is_existing(FINDING, FACTS)


def test_what_a_sweep_has_seen_is_kept_apart_for_versions() -> None:
    history = FunctionHistory(seen=frozenset({"a"}), seen_versions=frozenset({"b"}))
    assert [history.seen_in(one) for one in (None, "live", "7")] == [
        history.seen,
        history.seen,
        history.seen_versions,
    ]


JUST_ATTACHED = replace(ATTACHED, state=State.REPORTED, reported_as=Ending.REPAIRED, repairs=(NOW,))


@pytest.mark.parametrize(
    ("one", "after", "is_so"),
    [
        (JUST_ATTACHED, timedelta(seconds=59), True),
        (JUST_ATTACHED, timedelta(minutes=1), False),
        (replace(JUST_ATTACHED, state=State.GONE), timedelta(), False),
        (replace(JUST_ATTACHED, reported_as=Ending.FAILED), timedelta(), False),
        (replace(JUST_ATTACHED, repairs=()), timedelta(), False),
        (replace(JUST_ATTACHED, change=REWRITTEN), timedelta(), False),
        (None, timedelta(), False),
    ],
)
def test_a_policy_that_was_attached_within_the_minute_need_not_be_shown_by_iam_yet(
    one: Entry | None, after: timedelta, *, is_so: bool
) -> None:
    assert is_on_its_way(one, NOW + after) is is_so


@pytest.mark.parametrize(
    ("one", "is_so"),
    [
        (entry(State.PLANNED, change=REWRITTEN), True),
        (entry(reported_as=Ending.REPORTED), True),
        (entry(reported_as=Ending.FAILED, change=REWRITTEN), True),
        (entry(State.UNDONE, reported_as=Ending.REPAIRED, change=REWRITTEN), True),
        (JUST_ATTACHED, True),
        (entry(reported_as=Ending.REPAIRED, change=REWRITTEN), False),
        (entry(State.GONE), False),
        (entry(State.RELEASED, change=ATTACHED.change), False),
    ],
)
def test_a_sweep_looks_again_at_whatever_is_not_done(one: Entry, *, is_so: bool) -> None:
    assert is_open(one) is is_so
