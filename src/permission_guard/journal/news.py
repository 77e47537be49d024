"""What is new about an event, as one alert, and the journal's entries once it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, assert_never

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Attached, Change, Entry, Rewritten, State
from permission_guard.journal.history import FunctionHistory, counted, is_due, reported, seen, settled
from permission_guard.model.facts import FunctionFacts
from permission_guard.model.finding import Concern, Severity, Verdict, gravest
from permission_guard.repair.outcome import UNFINISHED, Ending
from permission_guard.repair.report import Report, ReportLine
from permission_guard.settings import Mode

Journaled: TypeAlias = Callable[[FunctionHistory], tuple[Entry, ...]]
"""The journal's entries of an alert once it was sent, or stored for the digest."""
_Keys: TypeAlias = frozenset[tuple[str, Concern, str]]


@frozen
class Alert:
    """What must be reported about one event."""

    trigger: Trigger
    facts: FunctionFacts
    mode: Mode
    lines: tuple[ReportLine, ...]
    """The findings to report, the most severe first; none if nothing is new."""
    entries: Journaled
    known: int = 0
    """How many findings were reported before."""

    @property
    def severity(self) -> Severity:
        """The severity of the most severe finding."""
        return max((line.finding.severity for line in self.lines), default=Severity.LOW)

    @property
    def verdict(self) -> Verdict:
        """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
        return gravest(line.finding.verdict for line in self.lines)


def news(report: Report, history: FunctionHistory, now: datetime) -> Alert:
    """Return what of a report is new, with the names of its journal entries."""
    lines = by_severity(report.lines())
    known = frozenset(
        line.finding.key
        for line in lines
        if not is_due(history.of(line.finding, report.facts), line.ending, now)
    )
    entries = _entries(report, lines, known, now)
    after = history.with_entries(entries(history))
    new = tuple(_named(line, report, after, now) for line in lines if line.finding.key not in known)
    return Alert(report.trigger, report.facts, report.mode, new, entries, len(known))


def by_severity(lines: Iterable[ReportLine]) -> tuple[ReportLine, ...]:
    """Return the findings, the most severe first."""
    return tuple(sorted(lines, key=lambda line: -line.finding.severity))


def about(entry: Entry, ending: Ending, what: str, report: Report, entries: Journaled) -> Alert:
    """Return the alert about one entry of the journal."""
    before, after = before_and_after(entry.change)
    if ending is Ending.RELEASED:
        before, after = after, ""
    cause = entry.cause if report.trigger.kind is Kind.SWEEP else None
    line = ReportLine(entry.finding, ending, what, before, after, entry.id, cause)
    return Alert(report.trigger, report.facts, report.mode, (line,), entries)


def _named(line: ReportLine, report: Report, history: FunctionHistory, now: datetime) -> ReportLine:
    """Add the name of the journal entry. What the guard has stopped repairing is reported with the repair that was undone each time."""
    entry = seen(history, line.finding, report.facts, report.trigger, now)
    if line.ending is Ending.ESCALATED:
        before, after = before_and_after(entry.change)
        line = replace(line, before=before, after=after)
    return replace(line, entry=entry.id, cause=entry.cause if report.trigger.kind is Kind.SWEEP else None)


def before_and_after(change: Change | None) -> tuple[str | None, str | None]:
    """Return what a repair in the journal replaced, and by what."""
    match change:
        case Attached(policy_arn=policy):
            return "", policy
        case Rewritten(before=before, after=after):
            return before, after
        case None:
            return None, None
        case _:
            assert_never(change)


def entries_of(report: Report, now: datetime) -> Journaled:
    """Return the journal's entries after all of a report was shown to a person."""
    return _entries(report, by_severity(report.lines()), frozenset(), now)


def _entries(report: Report, lines: tuple[ReportLine, ...], known: _Keys, now: datetime) -> Journaled:
    """Return the journal's entries after an alert was sent, or stored for the digest."""
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
            _after(line, entry, known, trying, existing, now)
            for line, entry in zip(lines, found, strict=True)
        )
        return tuple(entry for entry in after if entry is not None)

    return entries


def _after(
    line: ReportLine, entry: Entry, known: _Keys, trying: _Keys, existing: _Keys, now: datetime
) -> Entry | None:
    key = line.finding.key
    if key not in known:
        # Another run may have continued with it since; a repair counts once.
        entry = counted(entry, now) if line.ending is Ending.REPAIRED else entry
        return reported(entry, line.ending, now, is_finished=key not in trying, is_existing=key in existing)
    if entry.state is State.PLANNED and key not in trying:
        return settled(entry)
    is_replaced = entry.acceptance is None and entry.is_existing is not (key in existing)
    if entry.state in {State.GONE, State.RELEASED} or is_replaced:
        # It returned, or its owner replaced it: it is known, and not reported again.
        return replace(
            entry, state=State.REPORTED, last_seen=now, is_existing=entry.is_existing or key in existing
        )
    return None
