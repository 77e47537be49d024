"""Remove the guard's replacement of a statement when the owner removes the original.

Where only AddPermission is available, a repaired statement has another Sid. Its owner knows only the original Sid, so a
RemovePermission of that Sid removes the replacement too.
https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from permission_guard.journal.entry import Entry, Rewritten, State
from permission_guard.journal.history import FunctionHistory, reported
from permission_guard.journal.news import Alert, Journaled, about
from permission_guard.journal.session import JournalSession
from permission_guard.model.document import NO_STATEMENTS, bodies_of, body_of, canonical, statements_of
from permission_guard.model.facts import PolicyFacts
from permission_guard.ports import NOT_FOUND, ChangedMeanwhile, Observer, Refused, RetryLater, Writer
from permission_guard.repair.mode_tag import NO_TAG, ModeTag, mode_tag
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import Report


def revoked(
    report: Report, session: JournalSession, observer: Observer, writer: Writer, now: datetime
) -> Iterator[Alert]:
    """Remove the replacements of the statement that the event removes, and yield the alerts.

    What was added again after the removal stays: events arrive in any order. Raises RetryLater if one of them could not be removed.
    """
    removed, policy = report.trigger.removed, report.facts.policy
    if removed is None or not isinstance(policy, PolicyFacts):
        return
    text = policy.policy.text if policy.policy else NO_STATEMENTS
    present = {canonical(one) for one in statements_of(text)}
    # CloudTrail's times are whole seconds: of two calls within one second, AddPermission may be the later.
    before = [entry for entry in session.history.entries if entry.cause.at < report.trigger.at]
    made = ((entry, _sids_made_of(entry, removed, report.facts.target, present)) for entry in before)
    due = [(entry, sids) for entry, sids in made if sids]
    tag = mode_tag(report.facts.arn, observer) if due else NO_TAG
    for entry, sids in due:
        if tag.prevents is not None:
            yield _kept(entry, sids, tag, report, now)
        else:
            yield _removed(entry, sids, report, session, writer, now)


def _sids_made_of(entry: Entry, removed: str, target: str, present: set[str]) -> tuple[str, ...]:
    """Return the Sids of a statement's replacement, if it exists or did when an interrupted run began to remove it."""
    change = entry.change
    if not isinstance(change, Rewritten) or change.target != target:
        return ()
    if body_of(change.before).get("Sid") != removed:
        return ()
    there = (
        one.get("Sid")
        for one in bodies_of(change.after)
        if canonical(one) in present or entry.state is State.RELEASING
    )
    return tuple(sid for sid in there if isinstance(sid, str) and sid != removed)


def _kept(entry: Entry, sids: tuple[str, ...], tag: ModeTag, report: Report, now: datetime) -> Alert:
    what = f'Nothing was changed: "{report.trigger.removed}" was removed, and "{", ".join(sids)}" replaced it: {tag.words}.'
    return about(entry, Ending.REPORTED, what, report, _after(entry, Ending.REPORTED, now))


def _removed(
    entry: Entry,
    sids: tuple[str, ...],
    report: Report,
    session: JournalSession,
    writer: Writer,
    now: datetime,
) -> Alert:
    removed, sid = report.trigger.removed, '" and "'.join(sids)
    try:
        if entry.state is not State.RELEASING:
            session.write((replace(entry, state=State.RELEASING),))
        for one in sids:
            _remove(report.facts.target, one, writer)
    except ChangedMeanwhile as error:
        raise RetryLater(str(error)) from error
    except Refused as error:
        what = f'Could not remove "{sid}", which replaced "{removed}": {error}.'
        return about(entry, Ending.FAILED, what, report, _after(entry, Ending.FAILED, now))
    what = f'Removed "{sid}", which replaced "{removed}", because the owner removed "{removed}".'
    return about(entry, Ending.RELEASED, what, report, _after(entry, Ending.RELEASED, now))


def _remove(target: str, sid: str, writer: Writer) -> None:
    """Remove a statement; no error if it does not exist. Raises Refused, ChangedMeanwhile and RetryLater."""
    try:
        writer.remove_permission(target, sid, None)
    except Refused as error:
        if error.code not in NOT_FOUND:
            raise


def _after(entry: Entry, ending: Ending, now: datetime) -> Journaled:
    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        return tuple(reported(one, ending, now) for one in history.about(entry.fault))

    return entries
