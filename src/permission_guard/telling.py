"""What of a report is new, and what the journal says of it once it has been told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from permission_guard.journal.book import Book, counted, is_due, seen, settled, told, waiting
from permission_guard.journal.budget import Budget
from permission_guard.journal.entry import Entry, State
from permission_guard.outcome import Ending, Result
from permission_guard.report import Line, Report
from permission_guard.settings import Settings


def news(report: Report, book: Book, settings: Settings, now: datetime) -> Report:
    """Return the report without what was told before, and with the entries by which people can call the rest."""
    silent = frozenset(
        line.finding.key
        for line in report.lines
        if not is_due(book.of(line.finding, report.facts), line.ending, now, settings)
    )
    report = replace(report, silent=silent)
    return replace(report, book=book.with_entries(as_told(report, now)(book)))


def within(report: Report, left: Budget, settings: Settings, *, of_account: bool = False) -> Report:
    """Return the report as far as it may be told now: all of it, perhaps with a warning that more will wait, or nothing."""
    match left:
        case Budget.OPEN:
            return report
        case Budget.LAST:
            limit = settings.account_alerts_per_hour if of_account else settings.alerts_per_hour
            return replace(report, limit=limit, is_limit_of_account=of_account)
        case Budget.SPENT:
            return replace(report, waiting=frozenset(line.finding.key for line in report.lines))
        case _:
            assert_never(left)


def as_told(report: Report, now: datetime) -> Callable[[Book], tuple[Entry, ...]]:
    """Return what the journal says after a report was told."""
    lines = replace(report, silent=frozenset(), waiting=frozenset()).lines
    trying = frozenset(
        finding.key
        for outcome in report.outcomes
        if outcome.result is Result.TRY_AGAIN
        for finding in outcome.step.mends
    )

    def entries(book: Book) -> tuple[Entry, ...]:
        found = (seen(book, line.finding, report.facts, report.trigger, now) for line in lines)
        after = (_after(line, entry, report, trying, now) for line, entry in zip(lines, found, strict=True))
        return tuple(entry for entry in after if entry is not None)

    return entries


def _after(
    line: Line, entry: Entry, report: Report, trying: frozenset[object], now: datetime
) -> Entry | None:
    key = line.finding.key
    is_warned = report.limit is not None and not report.is_limit_of_account
    if key in report.waiting:
        return waiting(entry, line.ending, now, is_finished=key not in trying)
    if key not in report.silent:
        # Another run may have gone on with it since; what was repaired counts once.
        entry = counted(entry, now) if line.ending is Ending.REPAIRED else entry
        return told(entry, line.ending, now, is_finished=key not in trying, warned=is_warned)
    return settled(entry) if entry.state is State.PLANNED and key not in trying else None
