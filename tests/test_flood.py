"""Whoever may add permissions cannot bury an alert under others, and what waits is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.alert import body, text
from permission_guard.document import Body, dumped
from permission_guard.journal.entry import State
from permission_guard.outcome import Ending
from permission_guard.ports import TryAgain
from permission_guard.trigger import EVERYTHING, Kind
from permission_guard.world import ApiError
from tests.watched import LOGGING, Watched
from tests.world.builders import TARGET, settings, statement

LIMIT = 5


def watched(*, limit: int = LIMIT) -> Watched:
    """A function that can write its logs, and a guard with this limit."""
    there = Watched(settings=replace(settings(), alerts_per_hour=limit))
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    return there


def flooded(faults: int, *, limit: int = LIMIT) -> Watched:
    """A function to which somebody has given one foreign account after the other, and taken it away again."""
    there = watched(limit=limit)
    for number in range(faults):
        there.open(foreign(number))
        there.handle()
        there.later(seconds=30)
    return there


def foreign(number: int) -> Body:
    return statement(f"9999{number:08d}", sid=f"s{number}")


def entries_told(there: Watched) -> Counter[str]:
    return Counter(line.entry or "" for report in there.herald.told for line in report.lines)


def test_no_more_alerts_than_the_limit_are_sent_within_the_hour() -> None:
    there = flooded(40)
    assert len(there.herald.told) == LIMIT
    assert [entry.state for entry in there.journal.entries.values()].count(State.WAITING) == 40 - LIMIT


def test_the_last_alert_says_that_what_follows_waits_and_where_it_is_read() -> None:
    *earlier, last = flooded(40).herald.told
    assert [report.limit for report in earlier] == [None] * (LIMIT - 1)
    assert body(last)["waitsAfter"] == LIMIT
    mail = text(last)
    assert f"\nMore       {LIMIT} alerts about it within an hour are enough" in mail
    assert f"permission-guard journal {TARGET}\n" in mail
    assert "More   " not in text(earlier[0])


def test_what_waited_is_told_in_one_alert_that_names_every_entry_though_every_fault_is_gone() -> None:
    there = flooded(40)
    del there.account.functions["orders"].policies[None]
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    (summary,) = there.herald.told[LIMIT:]
    assert len(summary.lines) == 40 - LIMIT
    assert set(entries_told(there).values()) == {1}
    assert set(entries_told(there)) == {entry.id for entry in there.journal.entries.values()}
    assert len({line.what for line in summary.lines}) == len(summary.lines), "each has its own cause"
    assert all("(PutResourcePolicy at 2026-11-03T12:" in line.what for line in summary.lines)
    there.handle(Kind.SWEEP, brought=None)
    assert len(there.herald.told) == LIMIT + 1


def test_one_that_waited_alone_is_told_with_its_own_cause() -> None:
    there = flooded(LIMIT + 1)
    del there.account.functions["orders"].policies[None]
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    assert there.herald.told[-1].trigger.kind is Kind.POLICY_WRITTEN
    assert there.herald.told[-1].lines[0].what.endswith("within the hour")


def test_what_waits_and_is_there_still_is_told_as_what_it_is() -> None:
    there = flooded(LIMIT + 1)
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    assert there.told[-1] == [Ending.TOLD]
    assert there.herald.told[-1].lines[0].what.startswith("nothing was changed")
    assert State.WAITING not in {entry.state for entry in there.journal.entries.values()}


def test_repairs_are_made_beyond_the_limit_too_and_told_later() -> None:
    there = flooded(LIMIT)
    there.open(statement("s3.amazonaws.com"))
    there.handle()
    assert "Condition" in there.statements[0]
    assert len(there.herald.told) == LIMIT
    (made,) = (one for one in there.journal.entries.values() if one.repairs)
    assert made.state is State.WAITING
    assert len(made.repairs) == 1
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    assert Ending.REPAIRED in there.told[-1]
    (made,) = (one for one in there.journal.entries.values() if one.repairs)
    assert (made.state, len(made.repairs)) == (State.TOLD, 1)


def test_one_fault_that_comes_and_goes_counts_each_time() -> None:
    there = watched()
    for _ in range(20):
        there.open(foreign(1))
        there.handle()
        there.open(statement("444455556666", Effect="Deny"))
        there.handle()
        there.later(seconds=10)
    assert len(there.herald.told) == LIMIT


def test_a_flood_that_does_not_end_is_told_of_each_hour_and_loses_nothing() -> None:
    there = flooded(60 * 4)
    spans = (60 * 4) // 2 // 60
    assert len(there.herald.told) <= 2 * LIMIT * (spans + 1)
    there.later(hours=1)
    there.handle(Kind.SWEEP, brought=None)
    assert set(entries_told(there)) == {entry.id for entry in there.journal.entries.values()}


@contextmanager
def throttled(there: Watched, call: str) -> Iterator[None]:
    """Let AWS take no call of this name."""

    def hook(made: str) -> None:
        if made == call:
            raise ApiError("ThrottlingException", "no")

    there.account.before = hook
    yield
    there.account.before = lambda _call: None


def test_nothing_waits_as_long_as_the_journal_does_not_know_that_somebody_was_told_so() -> None:
    there = flooded(LIMIT - 1)
    for number in range(100, 103):
        there.open(foreign(number))
        with throttled(there, "TransactWriteItems"), pytest.raises(TryAgain):
            there.handle()
    assert [report.limit for report in there.herald.told[LIMIT - 1 :]] == [LIMIT] * 3
    there.open(foreign(200))
    there.handle()
    assert there.herald.told[-1].limit == LIMIT


def test_what_a_person_undid_and_what_was_escalated_stay_so_while_a_reminder_waits() -> None:
    there = watched()
    for _ in range(there.settings.put_back_limit + 1):
        there.open()
        there.handle()
        there.later(hours=2)
    assert there.told[-1] == [Ending.ESCALATED]
    there.later(days=8)
    for number in range(LIMIT):
        there.open(statement("s3.amazonaws.com"), foreign(number))
        there.journal.entries = {
            key: replace(
                one,
                warned_at=there.now,
                tellings=tuple(there.now - timedelta(minutes=m) for m in range(LIMIT)),
            )
            for key, one in there.journal.entries.items()
        }
        there.handle(brought=EVERYTHING)
        there.later(seconds=1)
    assert "Condition" not in there.statements[0]
    assert there.told[-1] == [Ending.ESCALATED]


def test_other_functions_have_a_budget_of_their_own() -> None:
    there = flooded(40)
    there.account.with_function("invoices", role="role")
    there.account.functions["invoices"].policies[None] = (
        there.account.functions["orders"].policies[None][0].replace(":orders", ":invoices"),
        "r",
    )
    event = replace(there.event(Kind.POLICY_WRITTEN), subject=there.account.functions["invoices"].arn)
    there.guard.handle(event, there.now)
    assert len(there.herald.told) == LIMIT + 1
