"""What waits to be told, beside what else may happen to it meanwhile: nothing is told twice, and nothing is never told."""

from __future__ import annotations

from permission_guard.journal.entry import Entry, Rewritten, State
from permission_guard.outcome import Ending
from permission_guard.trigger import Kind
from permission_guard.undo import undo
from permission_guard.world import WorldActor, WorldObserver
from tests.test_flood import LIMIT, entries_told, flooded, foreign
from tests.watched import Watched
from tests.world.builders import BASIC, statement

OPEN = statement("sns.amazonaws.com", sid="topics")


def repaired_in_a_flood() -> Watched:
    """So many alerts were sent that the repair of a permission waits to be told."""
    there = flooded(LIMIT)
    there.open(OPEN)
    there.handle()
    assert entry_of(there).state is State.WAITING
    return there


def entry_of(there: Watched) -> Entry:
    (entry,) = (one for one in there.journal.entries.values() if isinstance(one.change, Rewritten))
    return entry


def endings_of(there: Watched, entry: Entry) -> list[Ending]:
    return [line.ending for report in there.herald.told for line in report.lines if line.entry == entry.id]


def test_a_repair_that_waits_is_told_though_the_function_is_deleted_meanwhile() -> None:
    there = repaired_in_a_flood()
    entry = entry_of(there)
    del there.account.functions["orders"]
    there.later(hours=1)
    there.handle(Kind.FUNCTION_DELETED, brought=None)
    assert endings_of(there, entry) == [Ending.REPAIRED]
    there.later(hours=1)
    there.handle(Kind.FUNCTION_DELETED, brought=None)
    assert set(entries_told(there).values()) == {1}


def test_what_waits_is_not_told_as_repaired_once_it_has_been_undone_and_is_left_alone() -> None:
    there = repaired_in_a_flood()
    observer, actor = WorldObserver(there.account, BASIC), WorldActor(there.account)
    undo(entry_of(there), observer, actor, there.journal, there.now)
    there.later(hours=1)
    for _ in range(2):
        there.handle(Kind.SWEEP, brought=None)
        there.later(hours=1)
    assert there.statements == (OPEN,)
    assert entry_of(there).state is State.UNDONE
    assert Ending.REPAIRED not in endings_of(there, entry_of(there))


def test_the_same_fault_put_back_while_its_repair_waits_is_repaired_counted_and_told() -> None:
    there = repaired_in_a_flood()
    there.later(minutes=5)
    there.open(OPEN)
    there.handle()
    assert len(entry_of(there).repairs) == 2
    assert "Condition" in there.statements[0]
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    there.handle(Kind.SWEEP, brought=None)
    assert endings_of(there, entry_of(there)) == [Ending.REPAIRED]


def test_another_statement_under_the_same_sid_is_a_fault_of_its_own_while_the_first_waits() -> None:
    there = repaired_in_a_flood()
    first = entry_of(there)
    other = statement("events.amazonaws.com", sid="topics")
    there.open(other)
    there.handle()
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    told = [line for report in there.herald.told[LIMIT:] for line in report.lines]
    assert [line.ending for line in told if line.ending is Ending.REPAIRED] == [Ending.REPAIRED] * 2
    assert endings_of(there, first) == [Ending.REPAIRED]


def test_a_flood_of_sweeps_tells_nothing_more_once_all_has_been_told() -> None:
    there = repaired_in_a_flood()
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    known = len(there.herald.told)
    there.open(*there.statements, foreign(99))
    there.handle()
    there.handle()
    there.handle(Kind.SWEEP, brought=None)
    assert len(there.herald.told) == known + 1
