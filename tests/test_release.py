"""What the guard attached is taken off again when nothing needs it, and never while something does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from permission_guard.document import dumped
from permission_guard.facts import FunctionFacts
from permission_guard.iam import FunctionArn
from permission_guard.journal.book import EMPTY, seen
from permission_guard.journal.entry import State
from permission_guard.outcome import Ending
from permission_guard.ports import TryAgain
from permission_guard.release import release
from permission_guard.rules import judge
from permission_guard.settings import Mode
from permission_guard.trigger import Kind
from permission_guard.world import Account, ApiError, WorldObserver
from tests.watched import LOGGING, Watched
from tests.world.builders import (
    ACCOUNT,
    BASIC,
    NOW,
    OWN,
    facts_with,
    settings,
    statement,
    trigger,
)

REPAIRED, RELEASED = [Ending.REPAIRED], [Ending.RELEASED]


def repaired() -> Watched:
    """The role of `orders` got the logging policy from the guard."""
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    there.later(hours=1)
    return there


def deleted(there: Watched) -> Watched:
    del there.account.functions["orders"]
    return there


def failing(call: str, code: str) -> Callable[[str], None]:
    def hook(made: str) -> None:
        if made == call:
            raise ApiError(code, "no")

    return hook


def test_when_its_function_is_deleted_the_policy_is_detached_and_that_is_told() -> None:
    there = deleted(repaired())
    there.account.calls.clear()
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.told == [REPAIRED, RELEASED]
    assert there.account.calls == [
        "Query",
        "GetFunctionConfiguration",
        "ListFunctions",
        "TransactWriteItems",
        "DetachRolePolicy",
        "TransactWriteItems",
    ]
    (line,) = there.herald.told[-1].lines
    assert (line.before, line.after) == (BASIC, "")
    assert line.what.endswith("no function needs it any more")
    assert [one.state for one in there.entries] == [State.RELEASED]


def test_what_was_released_is_not_released_again() -> None:
    there = deleted(repaired())
    there.handle(Kind.FUNCTION_CHANGED)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.told == [REPAIRED, RELEASED]


def test_a_role_that_is_deleted_already_needs_no_detaching() -> None:
    there = deleted(repaired())
    there.account.roles.clear()
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.told == [REPAIRED, RELEASED]


def test_while_another_function_needs_it_the_policy_stays_and_the_entry_goes_over_to_that_one() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.told == [REPAIRED]
    assert sorted((one.subject.rsplit(":", 1)[-1], one.state) for one in there.entries) == [
        ("invoices", State.TOLD),
        ("orders", State.GONE),
    ]


def test_a_function_in_another_region_keeps_the_policy_and_the_entry_stays_here() -> None:
    there = deleted(repaired())
    far = there.account.with_function("invoices")
    far.arn = FunctionArn("aws", "eu-west-1", ACCOUNT, "invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert [one.subject.rsplit(":", 1)[-1] for one in there.entries] == ["orders"]


def test_another_function_of_the_role_that_can_log_without_it_does_not_keep_it() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.told == [REPAIRED, RELEASED]


def test_a_role_that_has_gained_the_right_by_other_means_is_released() -> None:
    there = repaired()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.told == [REPAIRED, RELEASED]
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.told == [REPAIRED, RELEASED]


def test_a_role_that_has_not_gained_it_keeps_the_policy_at_no_further_cost() -> None:
    there = repaired()
    there.account.calls.clear()
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert "ListFunctions" not in there.account.calls


def test_a_living_function_keeps_it_while_a_neighbour_with_another_log_group_needs_it() -> None:
    there = repaired()
    narrow = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders",
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders:*",
        ],
    }
    there.account.roles["role"].inline["logs"] = dumped({"Version": "2012-10-17", "Statement": [narrow]})
    there.account.with_function("invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.told == [REPAIRED]


def test_a_policy_of_which_nobody_can_tell_who_needs_it_stays_and_that_is_told_of_a_deleted_function() -> (
    None
):
    there = deleted(repaired())
    there.account.before = failing("ListFunctions", "AccessDeniedException")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.told == [REPAIRED, [Ending.TOLD]]
    assert "the policy stays attached: the functions that use" in there.herald.told[-1].lines[0].what


def test_of_a_living_function_it_is_not_worth_telling() -> None:
    there = repaired()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.account.before = failing("ListFunctions", "AccessDeniedException")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.told == [REPAIRED]


def test_a_role_that_cannot_be_read_keeps_the_policy() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.account.before = failing("GetRole", "AccessDenied")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert "could not be read" in there.herald.told[-1].lines[0].what


def test_a_detaching_that_is_refused_is_told() -> None:
    there = deleted(repaired())
    there.account.before = failing("DetachRolePolicy", "AccessDenied")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.told == [REPAIRED, [Ending.FAILED]]
    assert "AccessDenied" in there.herald.told[-1].lines[0].what


def test_a_detaching_that_is_throttled_is_tried_again_and_told_once() -> None:
    there = deleted(repaired())
    there.account.before = failing("DetachRolePolicy", "Throttling")
    with pytest.raises(TryAgain):
        there.handle(Kind.FUNCTION_CHANGED)
    there.account.before = lambda _call: None
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.told == [REPAIRED, RELEASED]


@pytest.mark.parametrize("gained", [False, True])
def test_a_run_that_died_after_the_detaching_is_finished_by_the_next(*, gained: bool) -> None:
    there = repaired()
    if gained:
        there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    else:
        deleted(there)
    there.handle_and_die("DetachRolePolicy", after=True, kind=Kind.FUNCTION_CHANGED)
    assert [one.state for one in there.entries] == [State.RELEASING]
    there.later(minutes=1)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.told == [REPAIRED, RELEASED]
    assert [one.state for one in there.entries] == [State.RELEASED]


def test_a_guard_that_observes_releases_nothing() -> None:
    there = deleted(repaired())
    there.settings = settings(mode=Mode.OBSERVE)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]


def test_an_entry_that_attached_nothing_has_nothing_to_release() -> None:
    facts = facts_with(statement("s3.amazonaws.com"))
    (finding,) = judge(facts, OWN)
    entry = seen(EMPTY, finding, facts, trigger(), NOW)
    assert release(entry, FunctionFacts(facts.arn), WorldObserver(Account(), BASIC), OWN) is None
