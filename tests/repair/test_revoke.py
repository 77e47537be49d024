"""Whoever removes a statement removes what the guard has made of it, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.journal.entry import State
from permission_guard.model.document import Body
from permission_guard.ports import RetryLater
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Ending
from permission_guard.settings import MODE_TAG, Mode
from tests.fake_aws.builders import settings, statement
from tests.received import whats
from tests.watched import LOGGING, Died, Watched

REPAIRED, RELEASED = [Ending.REPAIRED], [Ending.RELEASED]
WIDE = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com")
NEIGHBOUR = statement(
    "s3.amazonaws.com", sid="neighbour", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}
)


def repaired(*, documents: bool = False) -> Watched:
    """The guard has put a narrower statement in the place of `s3`."""
    there = Watched()
    there.account.has_resource_policy_calls = documents
    there.account.with_role("role", logs=LOGGING)
    there.open(NEIGHBOUR)
    add(there)
    there.later(hours=1)
    return there


def add(there: Watched) -> None:
    there.account.add_permission("orders", WIDE)
    there.handle(Kind.PERMISSION_ADDED, added="s3")


def remove(there: Watched, sid: str = "s3") -> None:
    there.handle(Kind.PERMISSION_REMOVED, added=None, removed=sid)


def sids(there: Watched) -> list[str]:
    return [str(one["Sid"]) for one in there.statements]


def test_what_was_made_of_a_statement_goes_with_it_and_that_is_reported() -> None:
    there = repaired()
    (_, twin) = sids(there)
    remove(there)
    assert sids(there) == ["neighbour"]
    assert there.reported == [REPAIRED, RELEASED]
    (what,) = whats(there.notifier.sent[-1])
    assert what == f'Removed "{twin}", which replaced "s3", because the owner removed "s3".'
    assert [one.state for one in there.entries] == [State.RELEASED]
    remove(there)
    assert there.reported == [REPAIRED, RELEASED]


def test_the_removal_of_another_statement_takes_nothing_back() -> None:
    there = repaired()
    before = sids(there)
    for sid in ("neighbour", before[1], "another"):
        remove(there, sid)
    assert (sids(there), there.reported) == (before, [REPAIRED])


def test_a_statement_that_kept_its_sid_is_removed_by_its_owners_call_alone() -> None:
    there = repaired(documents=True)
    there.later(minutes=1)
    remove(there)
    assert sids(there) == ["neighbour", "s3"]


def test_what_is_not_there_any_more_or_was_changed_is_left() -> None:
    there = repaired()
    _, twin = sids(there)
    there.open(NEIGHBOUR, statement("sns.amazonaws.com", sid=twin, Condition=NEIGHBOUR["Condition"]))
    remove(there)
    assert sids(there) == ["neighbour", twin]
    there.account.functions["orders"].policies.clear()
    remove(there)
    assert there.reported == [REPAIRED]


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_removal_whose_event_comes_after_that_of_a_later_adding_takes_nothing_back(seconds: int) -> None:
    there = repaired()
    removal = there.now
    there.later(seconds=seconds)
    add(there)
    before = sids(there)
    there.now = removal
    remove(there)
    assert sids(there) == before
    assert there.reported == [REPAIRED, REPAIRED]


def test_a_removing_that_is_refused_is_reported_and_one_that_cannot_be_made_now_is_made_later() -> None:
    there = repaired()
    there.fail("RemovePermission", "AccessDeniedException")
    remove(there)
    assert there.reported == [REPAIRED, [Ending.FAILED]]
    assert "Could not remove" in whats(there.notifier.sent[-1])[0]
    for code in ("TooManyRequestsException", "ResourceConflictException"):
        there.fail("RemovePermission", code)
        with pytest.raises(RetryLater):
            remove(there)
    there.account.before = lambda _call: None
    remove(there)
    assert (sids(there), there.reported[2:]) == (["neighbour"], [RELEASED])


def test_what_somebody_else_has_removed_meanwhile_is_removed() -> None:
    there = repaired()
    there.fail("RemovePermission", "ResourceNotFoundException")
    remove(there)
    assert there.reported == [REPAIRED, RELEASED]


def test_what_was_made_of_a_statement_of_a_tagged_function_stays_and_that_is_reported() -> None:
    there = repaired()
    (_, twin) = sids(there)
    there.account.functions["orders"].tags[MODE_TAG] = "observe"
    remove(there)
    assert sids(there) == ["neighbour", twin]
    (what,) = whats(there.notifier.sent[-1])
    assert what == (
        f'Nothing was changed: "s3" was removed, and "{twin}" replaced it: '
        "the function's tag permission-guard:mode is observe, so nothing was changed."
    )


def test_a_guard_that_observes_removes_nothing() -> None:
    there = repaired()
    there.settings = settings(mode=Mode.OBSERVE)
    before = sids(there)
    remove(there)
    assert (sids(there), there.reported) == (before, [REPAIRED])


def test_the_same_sid_in_the_policy_of_an_alias_is_another_statement() -> None:
    there = repaired()
    before = sids(there)
    policies = there.account.functions["orders"].policies
    policies["live"] = policies[None]
    event = there.event(Kind.PERMISSION_REMOVED, added=None)
    there.guard.handle(replace(event, qualifier="live", removed="s3"), there.now)
    assert sids(there) == before
    assert policies["live"] == policies[None]


@pytest.mark.parametrize("neighbours", [(NEIGHBOUR,), ()], ids=["beside another", "alone"])
def test_a_run_that_dies_anywhere_while_it_removes_is_finished_and_reported_by_the_next(
    neighbours: tuple[Body, ...],
) -> None:
    def removing(dies_at: int, *, after: bool) -> Watched:
        there = repaired()
        there.notifier.account = there.account
        there.open(*neighbours, there.statements[-1])
        calls = 0

        def hook(_call: str) -> None:
            nonlocal calls
            calls += 1
            if calls == dies_at:
                raise Died

        setattr(there.account, "after" if after else "before", hook)
        for _ in range(2):
            with suppress(Died):
                remove(there)
        assert calls < dies_at or there.reported[1:] in ([RELEASED], [RELEASED] * 2), dies_at
        assert [one.state for one in there.entries] == [State.RELEASED], dies_at
        assert sids(there) == [str(one["Sid"]) for one in neighbours]
        return there

    made = len(removing(0, after=False).account.calls)
    for place in range(1, made + 1):
        for after in (False, True):
            removing(place, after=after)


def test_a_journal_that_refuses_leaves_the_statement_and_that_is_reported() -> None:
    there = repaired()
    before = sids(there)
    there.fail("TransactWriteItems", "AccessDeniedException")
    remove(there)
    assert (sids(there), there.reported) == (before, [REPAIRED, [Ending.FAILED]])
