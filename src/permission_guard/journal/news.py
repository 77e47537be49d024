"""What is new in a report, and its journal entries after it was reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from permission_guard.alerts.report import Line, Report
from permission_guard.journal.entry import Entry, State
from permission_guard.journal.history import FunctionHistory, counted, is_due, reported, seen, settled
from permission_guard.repair.outcome import UNFINISHED, Ending


def news(report: Report, history: FunctionHistory, now: datetime) -> Report:
    """Return the report without what was reported before, and with the journal entries of the rest."""
    silent = frozenset(
        line.finding.key
        for line in report.lines
        if not is_due(history.of(line.finding, report.facts), line.ending, now)
    )
    report = replace(report, silent=silent)
    return replace(report, history=history.with_entries(entries_after_report(report, now)(history)))


def entries_after_report(report: Report, now: datetime) -> Callable[[FunctionHistory], tuple[Entry, ...]]:
    """Return the journal's entries after a report was sent, or stored for the digest."""
    lines = replace(report, silent=frozenset()).lines
    trying = frozenset(
        finding.key
        for outcome in report.outcomes
        if outcome.result in UNFINISHED
        for finding in outcome.step.fixes
    )
    existing = frozenset(one.finding.key for one in report.plan.unrepaired if one.is_existing)

    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        found = (seen(history, line.finding, report.facts, report.trigger, now) for line in lines)
        after = (
            _after(line, entry, report, trying, existing, now)
            for line, entry in zip(lines, found, strict=True)
        )
        return tuple(entry for entry in after if entry is not None)

    return entries


def _after(
    line: Line,
    entry: Entry,
    report: Report,
    trying: frozenset[object],
    existing: frozenset[object],
    now: datetime,
) -> Entry | None:
    key = line.finding.key
    if key not in report.silent:
        # Another run may have continued with it since; a repair counts once.
        entry = counted(entry, now) if line.ending is Ending.REPAIRED else entry
        return reported(entry, line.ending, now, is_finished=key not in trying, is_existing=key in existing)
    if entry.state is State.PLANNED and key not in trying:
        return settled(entry)
    if entry.state in {State.GONE, State.RELEASED} or entry.is_existing is not (key in existing):
        # It returned, or its owner replaced it: it is known, and not reported again.
        return replace(
            entry, state=State.REPORTED, last_seen=now, is_existing=entry.is_existing or key in existing
        )
    return None
