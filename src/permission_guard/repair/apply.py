"""Applies a plan: each repair is written into the journal, and then made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.journal.entry import Entry
from permission_guard.journal.history import planned
from permission_guard.journal.session import JournalSession
from permission_guard.ports import ChangedMeanwhile, Observer, Refused, RetryLater, Writer
from permission_guard.repair.execute import execute
from permission_guard.repair.mode_tag import NO_TAG, ModeTag, mode_tag
from permission_guard.repair.outcome import Outcome, Result
from permission_guard.repair.report import Report
from permission_guard.repair.step import Repair, parts


def applied(
    report: Report, session: JournalSession, observer: Observer, writer: Writer | None, now: datetime
) -> Report:
    """Make the planned repairs, on the policies and entries that they were planned from. Without a writer nothing is changed."""
    steps = (part for step in report.plan.steps for part in parts(step))
    # The entries as they were before the first step, which reads the journal again if it fails.
    known = [(step, planned(session.history, step, report.facts, report.trigger, now)) for step in steps]
    if writer is None:
        return replace(report, outcomes=tuple(Outcome(step, Result.WOULD_DO) for step, _ in known))
    try:
        tag = mode_tag(report.facts.arn, observer) if known else NO_TAG
    except RetryLater as error:
        tag = ModeTag(Result.RETRY_LATER, str(error))
    if tag.prevents is not None:
        outcomes = tuple(Outcome(step, tag.prevents, tag.remark) for step, _ in known)
        return replace(report, outcomes=outcomes)
    made = (_made(step, entries, report.trigger, session, writer, now) for step, entries in known)
    remarked = (replace(one, detail=tag.remark) if one.result is Result.DONE else one for one in made)
    return replace(report, outcomes=tuple(remarked))


def _made(
    step: Repair,
    entries: tuple[Entry, ...],
    trigger: Trigger,
    session: JournalSession,
    writer: Writer,
    now: datetime,
) -> Outcome:
    """Write one repair into the journal, then make it.

    That it was made is noted with its report. An interrupted run leaves PLANNED, and a later run reads whether the
    repair was made.
    """
    try:
        if trigger.kind is Kind.SWEEP:
            session.write(entries)
        else:
            session.write_before_alert(entries, now)
    except ChangedMeanwhile as error:
        return Outcome(step, Result.CHANGED_MEANWHILE, str(error))
    except Refused as error:
        return Outcome(step, Result.REFUSED, f"it could not be written into the journal first: {error}")
    except RetryLater as error:
        return Outcome(step, Result.RETRY_LATER, str(error))
    return execute(step, writer)
