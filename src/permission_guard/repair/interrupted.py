"""Complete what an interrupted run has left: repairs that were not reported, and faults that disappeared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from permission_guard.alerts.report import Line, Report, before_and_after
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Attached, Entry, State
from permission_guard.journal.fault import fault_of
from permission_guard.journal.history import (
    FunctionHistory,
    counted,
    gone,
    is_held,
    is_in_view,
    is_made,
    reported,
)
from permission_guard.journal.session import JournalSession
from permission_guard.model.finding import Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.plan import Plan

_OPEN: Final = frozenset({Ending.REPORTED, Ending.FAILED, Ending.WOULD_REPAIR, Ending.ESCALATED})
"""The endings after which a fault was still there."""


_SETTLED: Final = timedelta(minutes=5)
"""After this time IAM shows what was attached to a role; what it does not show then was detached."""


@frozen
class PendingReport:
    """A report of what an earlier run did, and its journal entries once it is sent."""

    report: Report
    after: Callable[[FunctionHistory], tuple[Entry, ...]]


def complete_interrupted(report: Report, session: JournalSession, now: datetime) -> Iterator[PendingReport]:
    """Yield what earlier runs did and never reported, all of it in one report.

    Faults that disappeared without a repair are noted as gone.
    """
    faults = {fault_of(one, report.facts) for one in report.findings if one.verdict is not Verdict.PASS}
    left = [entry for entry in session.history.entries if entry.fault not in faults]
    vanished = {entry.fault for entry in left if _has_vanished(entry, report, now)}
    if vanished:
        # What another run has written meanwhile is left to that run.
        session.note(
            lambda history: tuple(
                gone(one, now) for one in history.entries if one in left and one.fault in vanished
            )
        )
    unreported = [
        (entry, ending)
        for entry in left
        if entry.fault not in vanished and (ending := _ending(entry, report)) is not None
    ]
    if unreported:
        yield _pending(unreported, report, now)


def _has_vanished(entry: Entry, report: Report, now: datetime) -> bool:
    """Return whether a fault is gone and needs no report: it was reported before, or another change fixed it."""
    if not is_in_view(entry, report.facts):
        return False
    stands = is_made(entry, report.facts)
    if entry.state is State.PLANNED:
        return entry.last_seen == now and stands is False
    if entry.state is not State.REPORTED:
        return False
    detached = isinstance(entry.change, Attached) and stands is False and now - entry.last_seen > _SETTLED
    return detached or (entry.reported_as in _OPEN and not is_held(entry))


def _ending(entry: Entry, report: Report) -> Ending | None:
    """Return how a fault ended that an earlier run left open; None if there is nothing to report."""
    if entry.state is State.PLANNED and is_in_view(entry, report.facts):
        return Ending.REPAIRED if is_made(entry, report.facts) else Ending.REPORTED
    return None


def _pending(unreported: list[tuple[Entry, Ending]], report: Report, now: datetime) -> PendingReport:
    """Return one report of everything that was not reported, each entry with its cause."""
    alone = len(unreported) == 1
    reports = [
        noted(entry, ending, _what(entry, ending, alone=alone), report) for entry, ending in unreported
    ]
    combined = replace(reports[0], noted=tuple(line for one in reports for line in one.noted))
    if alone:
        combined = replace(combined, trigger=unreported[0][0].cause)

    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        return tuple(
            # A repair that may have been made counts too: what it attached for a deleted function must be detached.
            reported(one if is_made(entry, report.facts) is False else counted(one, now), ending, now)
            for entry, ending in unreported
            for one in history.about(entry.fault)
        )

    return PendingReport(combined, entries)


def _what(entry: Entry, ending: Ending, *, alone: bool) -> str:
    what = _WHAT[ending]
    cause = entry.cause
    return (
        what if alone else f"{what} ({cause.kind.value} at {cause.at.isoformat()} by {cause.actor.principal})"
    )


_WHAT: Final = {
    Ending.REPAIRED: "An earlier run of the guard repaired this and ended before it could report it.",
    Ending.REPORTED: (
        "An earlier run of the guard began to repair this and ended before it could report it. The fault is gone now."
    ),
}


def noted(entry: Entry, ending: Ending, what: str, report: Report) -> Report:
    """Return the report about one entry."""
    before, after = before_and_after(entry.change)
    if ending is Ending.RELEASED:
        before, after = after, ""
    line = Line(entry.finding, ending, what, before, after, entry.id)
    return replace(report, findings=(), plan=Plan(), outcomes=(), silent=frozenset(), noted=(line,))
