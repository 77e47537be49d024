"""Complete what an interrupted run has left: repairs that were not reported, and faults that disappeared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

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
from permission_guard.journal.news import Alert, about, by_severity
from permission_guard.journal.session import JournalSession
from permission_guard.model.finding import Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import Report

_OPEN: Final = frozenset({Ending.REPORTED, Ending.FAILED, Ending.WOULD_REPAIR, Ending.ESCALATED})
"""The endings after which a fault was still there."""


_SETTLED: Final = timedelta(minutes=5)
"""After this time IAM shows what was attached to a role; what it does not show then was detached."""


def complete_interrupted(report: Report, session: JournalSession, now: datetime) -> Iterator[Alert]:
    """Yield what earlier runs did and never reported, all of it in one alert.

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


def _pending(unreported: list[tuple[Entry, Ending]], report: Report, now: datetime) -> Alert:
    """Return one alert about everything that was not reported, each entry with its cause."""
    alone = len(unreported) == 1

    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        return tuple(
            # A repair that may have been made counts too: what it attached for a deleted function must be detached.
            reported(one if is_made(entry, report.facts) is False else counted(one, now), ending, now)
            for entry, ending in unreported
            for one in history.about(entry.fault)
        )

    alerts = [
        about(entry, ending, _what(entry, ending, alone=alone), report, entries)
        for entry, ending in unreported
    ]
    combined = replace(alerts[0], lines=by_severity(line for one in alerts for line in one.lines))
    return replace(combined, trigger=unreported[0][0].cause) if alone else combined


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
