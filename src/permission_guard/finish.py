"""Finishing what an earlier run began: repairs that were made and never told, and faults that have gone by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from permission_guard.finding import Verdict
from permission_guard.journal.book import (
    Book,
    counted,
    gone,
    is_held,
    is_in_view,
    is_made,
    is_narrowed,
    told,
)
from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.journal.fault import fault_of
from permission_guard.keep import Keeper
from permission_guard.outcome import Ending
from permission_guard.plan import Plan
from permission_guard.report import Line, Report, swapped

_OPEN: Final = frozenset({Ending.TOLD, Ending.FAILED, Ending.WOULD_REPAIR, Ending.ESCALATED})
"""The endings after which a fault was still there."""


_SETTLED: Final = timedelta(minutes=5)
"""After which IAM shows what was attached to a role; what it does not show then, somebody else has detached."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run left to be told, and how its entry goes on once it has been."""

    report: Report
    after: Callable[[Book], tuple[Entry, ...]]


def finish(report: Report, keeper: Keeper, now: datetime) -> Iterator[Earlier]:
    """Yield what earlier runs did and never told. Faults that are gone without our doing are noted as gone."""
    faults = {fault_of(one, report.facts) for one in report.findings if one.verdict is not Verdict.PASS}
    left = [entry for entry in keeper.book.entries if entry.fault not in faults]
    vanished = {entry.fault for entry in left if _has_vanished(entry, report, now)}
    if vanished:
        # What another run has written meanwhile is its own to go on with.
        keeper.note(
            lambda book: tuple(gone(one) for one in book.entries if one in left and one.fault in vanished)
        )
    for entry in left:
        ending = None if entry.fault in vanished else _ending(entry, report)
        if ending is not None:
            yield _earlier(entry, ending, report, now)


def _has_vanished(entry: Entry, report: Report, now: datetime) -> bool:
    """Tell whether a fault is gone and there is nothing to tell: it was told before, or this very run lost the race."""
    if not is_in_view(entry, report.facts):
        return False
    stands = is_made(entry, report.facts)
    if entry.state is State.PLANNED:
        return entry.last_seen == now and stands is False
    if entry.state is not State.TOLD:
        return False
    detached = isinstance(entry.change, Attached) and stands is False and now - entry.last_seen > _SETTLED
    return detached or (entry.told_as in _OPEN and not is_held(entry))


def _ending(entry: Entry, report: Report) -> Ending | None:
    """Return what became of a fault that an earlier run left open; None if nothing is left to tell."""
    if entry.state is State.PLANNED and is_in_view(entry, report.facts):
        return Ending.REPAIRED if is_made(entry, report.facts) else Ending.TOLD
    return Ending.NARROWED if is_narrowed(entry, report.facts) else None


def _earlier(entry: Entry, ending: Ending, report: Report, now: datetime) -> Earlier:
    told_now = replace(noted(entry, ending, _WHAT[ending], report), trigger=entry.cause)

    def entries(book: Book) -> tuple[Entry, ...]:
        # One that may have been made counts too: what it attached to the role of a function that is gone must come off.
        may_be_made = is_made(entry, report.facts) is not False
        return tuple(
            told(counted(one, now) if may_be_made else one, ending, now) for one in book.about(entry.fault)
        )

    return Earlier(told_now, entries)


NARROWED: Final = "it named any source of the account, and names by now exactly what is connected"
"""What a sweep does to a statement that a repair has bound to the account."""

_WHAT: Final = {
    Ending.NARROWED: f"{NARROWED}; an earlier run of the guard wrote that and ended before it could tell",
    Ending.REPAIRED: "repaired by an earlier run of the guard, which ended before it could tell",
    Ending.TOLD: (
        "an earlier run of the guard was about to repair this and ended before it could tell whether it did; "
        "the fault is not there any more"
    ),
}


def noted(entry: Entry, ending: Ending, what: str, report: Report) -> Report:
    """Return the report that tells of one entry alone."""
    before, after = swapped(entry.change)
    if ending is Ending.RELEASED:
        before, after = after, ""
    if ending is Ending.NARROWED and isinstance(entry.change, Rewritten):
        before, after = after, entry.change.narrower
    line = Line(entry.finding, ending, what, before, after, entry.id)
    return replace(report, findings=(), plan=Plan(), outcomes=(), silent=frozenset(), noted=(line,))
