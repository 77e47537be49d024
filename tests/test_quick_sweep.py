"""A quick sweep: what moved is looked at, what did not costs its share of a list, and nothing is ever missed by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permission_guard.iam import FunctionArn
from permission_guard.outcome import Ending
from permission_guard.ports import TryAgain
from permission_guard.report import Report
from permission_guard.revisions import SHARDS, Revision, Shards, moved, remembering
from permission_guard.task import Moved, Part, Sweep
from permission_guard.world import ApiError
from tests.test_sweep import Swept, looked_at
from tests.watched import LOGGING
from tests.world.builders import FUNCTION


def functions(swept: Swept, *names: str) -> Swept:
    """Let there be these functions, whose role may log."""
    swept.there.account.functions.clear()
    swept.there.account.with_role("role", logs=LOGGING)
    for name in names:
        swept.there.account.with_function(name)
    return swept


def quick(swept: Swept, has_time: Callable[[], bool] = lambda: True) -> list[str]:
    """Begin a quick sweep, and return the functions that are to be looked at, without looking at them."""
    swept.queue.tasks.append(Moved(Sweep("quick", swept.there.now)))
    found: list[str] = []
    while swept.queue.tasks:
        task = swept.queue.tasks.pop(0)
        if isinstance(task, Moved):
            swept.sweeper.list_page(task, has_time)
        elif isinstance(task, Part):
            assert task.qualifiers == (None,)
            found.append(task.function.name)
    return sorted(found)


def test_the_first_quick_sweep_looks_at_everything_and_the_next_at_nothing() -> None:
    swept = functions(Swept(page=2), "a", "b", "c", "d", "e")
    assert quick(swept) == ["a", "b", "c", "d", "e"]
    swept.there.account.calls.clear()
    assert quick(swept) == []
    assert swept.there.account.calls == ["Query", *["ListFunctions"] * 3]


@pytest.mark.parametrize(
    "change",
    {
        "its policy": lambda account: account.functions["b"].policies.update({None: ("{}", "moved")}),
        "its role": lambda account: setattr(
            account.functions["b"], "role_arn", "arn:aws:iam::111122223333:role/b"
        ),
        "its log group": lambda account: setattr(account.functions["b"], "log_group", "elsewhere"),
    }.items(),
    ids=lambda change: change[0],
)
def test_a_function_that_moved_is_looked_at_once(change: tuple[str, Callable[[object], None]]) -> None:
    swept = functions(Swept(), "a", "b", "c")
    quick(swept)
    change[1](swept.there.account)
    assert quick(swept) == ["b"]
    assert quick(swept) == []


def test_a_new_function_is_looked_at_and_one_that_was_deleted_is_forgotten() -> None:
    swept = functions(Swept(), "a", "b")
    quick(swept)
    del swept.there.account.functions["a"]
    swept.there.account.with_function("c")
    assert quick(swept) == ["c"]
    assert sum(map(len, swept.memory.shards.values())) == 2 * 16
    swept.there.account.with_function("a")
    assert quick(swept) == ["a"]


def test_what_moved_is_looked_at_as_a_sweep_does_with_its_aliases() -> None:
    swept = functions(Swept(), "orders")
    swept.there.account.functions["orders"].qualifiers = {"live", "1"}
    swept.there.account.roles["role"].inline.clear()
    swept.queue.tasks.append(Moved(Sweep("quick", swept.there.now)))
    reports: list[Report] = []
    while swept.queue.tasks:
        task = swept.queue.tasks.pop(0)
        if isinstance(task, Moved):
            swept.sweeper.list_page(task)
        elif isinstance(task, Part):
            reports += swept.sweeper.look_at(task, swept.there.now)
    assert looked_at(reports) == [str(FUNCTION), "live"]
    assert swept.there.told == [[Ending.REPAIRED]]


def test_what_there_is_no_time_for_is_a_task_of_its_own_and_nothing_is_forgotten_then() -> None:
    names = ["a", "b", "c", "d", "e"]
    swept = functions(Swept(page=2), *names)
    assert quick(swept, has_time=lambda: False) == names
    assert quick(swept, has_time=lambda: False) == []
    del swept.there.account.functions["e"]
    assert quick(swept, has_time=lambda: False) == []
    assert sum(map(len, swept.memory.shards.values())) == 5 * 16
    assert quick(swept) == []
    assert sum(map(len, swept.memory.shards.values())) == 4 * 16


@pytest.mark.parametrize("call", ["Query", "ListFunctions", "SendMessageBatch", "PutItem"])
def test_a_run_that_dies_at_any_call_misses_nothing(call: str) -> None:
    names = ["a", "b", "c"]
    swept = functions(Swept(page=2), *names)

    def fails(name: str) -> None:
        if name == call:
            raise ApiError("TooManyRequestsException", "Rate exceeded")

    swept.there.account.before = fails
    with pytest.raises(TryAgain):
        swept.sweeper.list_page(Moved(Sweep("quick", swept.there.now)))
    swept.queue.tasks.clear()
    swept.there.account.before = lambda _name: None
    assert quick(swept) == names


def test_replicas_of_the_edge_are_passed_over() -> None:
    swept = functions(Swept(), "a", "us-east-1.a")
    assert quick(swept) == ["a"]


def arn(name: str) -> FunctionArn:
    return FunctionArn("aws", "us-east-1", "111122223333", name)


def revisions(of: dict[str, str]) -> list[Revision]:
    return [Revision(arn(name), revision) for name, revision in of.items()]


NAMES = st.text("abc", min_size=1, max_size=3)
LISTS = st.dictionaries(NAMES, st.text("12", max_size=2), max_size=12)


@given(LISTS, LISTS, st.booleans())
def test_just_those_are_found_whose_revision_is_not_the_one_that_is_remembered(
    before: dict[str, str],
    now: dict[str, str],
    is_all: bool,  # noqa: FBT001  # drawn
) -> None:
    known: Shards = remembering(revisions(before), {}, is_all=True)
    assert {one.function.name for one in moved(revisions(now), known)} == {
        name for name, revision in now.items() if before.get(name) != revision
    }
    after = {**known, **remembering(revisions(now), known, is_all=is_all)}
    assert list(moved(revisions(now), after)) == []
    left = {name: revision for name, revision in before.items() if name not in now}
    assert bool(list(moved(revisions(left), after))) == (is_all and bool(left))


@given(LISTS, st.dictionaries(st.integers(0, SHARDS - 1), st.binary(max_size=40)))
def test_whatever_stands_in_the_memory_everything_is_remembered_afterwards(
    now: dict[str, str], garbage: dict[int, bytes]
) -> None:
    after = {**garbage, **remembering(revisions(now), garbage, is_all=True)}
    assert list(moved(revisions(now), after)) == []
    assert sum(map(len, after.values())) == 16 * len(now)


def test_nothing_is_written_where_nothing_moved() -> None:
    known = remembering(revisions({"a": "1"}), {}, is_all=True)
    assert len(known) == 1
    assert remembering(revisions({"a": "1"}), known, is_all=True) == {}


def test_a_shard_of_a_hundred_thousand_functions_fits_into_an_item() -> None:
    known = remembering([Revision(arn(f"f{number}"), "1") for number in range(100_000)], {}, is_all=True)
    assert max(map(len, known.values())) < 400_000 / 3


@given(LISTS, st.binary(min_size=1, max_size=40).filter(lambda shard: len(shard) % 16 > 0))
def test_a_shard_that_was_cut_off_is_healed_by_the_first_run_that_meets_it(
    now: dict[str, str], garbage: bytes
) -> None:
    broken = dict.fromkeys(range(SHARDS), garbage)
    after = {**broken, **remembering(revisions(now), broken, is_all=False)}
    assert list(moved(revisions(now), after)) == []
    assert sum(map(len, after.values())) == 16 * len(now)


@pytest.mark.parametrize("place", range(6))
def test_of_two_runs_at_once_none_makes_the_other_miss_what_moves_between_them(place: int) -> None:
    """The other runs whole before the call at this place, and something moves right before and right after it."""
    swept = functions(Swept(page=2), *"abcde")
    quick(swept)
    account, looked, met = swept.there.account, list[tuple[str, str]](), list[str]()

    def moves(name: str) -> None:
        account.functions[name].policies[None] = ("{}", f"moved {len(met)}")
        met.append(name)

    def run() -> None:
        asked, kept = Moved(Sweep("quick", swept.there.now)), swept.queue.tasks
        swept.queue.tasks = []
        swept.sweeper.list_page(asked)
        found = [task.function.name for task in swept.queue.tasks if isinstance(task, Part)]
        looked.extend((name, account.functions[name].revision) for name in found)
        swept.queue.tasks = kept

    count = 0

    def before(_: str) -> None:
        nonlocal count
        count += 1
        if count == place + 1:
            account.before = lambda _call: None
            moves("b")
            run()
            moves("d")

    moves("a")
    account.before = before
    run()
    account.before = lambda _call: None
    assert met == ["a", "b", "d"]
    run()
    for name in met:
        assert (name, account.functions[name].revision) in looked
    looked.clear()
    run()
    run()
    assert looked == [], "in the end nothing is looked at that stands still"
