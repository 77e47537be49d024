"""Detach a policy that the guard attached to a role, when nothing needs it any more.

An attached policy prevents the deletion of its role (DeleteConflict). So it is detached when the last function that needs it
is deleted, or when the role has the right by another policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from permission_guard.frozen import frozen
from permission_guard.iam import Effect
from permission_guard.journal.entry import Attached, Entry, State
from permission_guard.journal.history import FunctionHistory, gone, is_due, is_held, reported, settled
from permission_guard.journal.news import Alert, Journaled, about
from permission_guard.journal.session import JournalSession
from permission_guard.model.facts import (
    GONE,
    MISSING_ROLE,
    FactKind,
    FunctionFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import Verdict
from permission_guard.ports import ChangedMeanwhile, Observer, Refused, RetryLater, Writer
from permission_guard.repair.execute import execute
from permission_guard.repair.mode_tag import NO_TAG, ModeTag, mode_tag
from permission_guard.repair.outcome import Ending, Result
from permission_guard.repair.report import Report
from permission_guard.repair.step import DetachRolePolicy, apply
from permission_guard.rules import role_can_write_logs


@frozen
class HandedOver:
    """Another function needs the attached policy: the entry is now about that function."""

    entry: Entry


@frozen
class StaysAttached:
    """The policy stays attached, because something else may need it."""

    why: str


@frozen
class NothingToDetach:
    """There is nothing to detach: the role was deleted, or deleted and created again under the same name."""


def release(
    entry: Entry, facts: FunctionFacts, observer: Observer
) -> DetachRolePolicy | HandedOver | StaysAttached | NothingToDetach | None:
    """Return what to do with an attached policy; None if its function still needs it. Raises RetryLater."""
    change = entry.change
    if not isinstance(change, Attached):
        return None
    step = DetachRolePolicy(change.role_arn, change.policy_arn, (entry.finding,))
    is_same = isinstance(facts.role, RoleFacts) and facts.role.arn == change.role_arn
    has_left = facts.configuration is GONE or (isinstance(facts.role, RoleFacts) and not is_same)
    if not has_left and not (_stands(entry, step, facts) and _can_do_without(step, facts, observer)):
        return None
    role = facts.role if is_same else observer.role(change.role_arn)
    if not isinstance(role, RoleFacts):
        return NothingToDetach() if role is MISSING_ROLE else StaysAttached(str(role))
    if change.role_id != role.id:
        return NothingToDetach()
    if not _is_for_lambda_alone(role):
        return StaysAttached(
            f"something other than Lambda may assume {role.name}, and may rely on the policy"
        )
    users = observer.users(change.role_arn)
    if isinstance(users, Unreadable):
        return StaysAttached(str(users))
    # A published version keeps its role (lambda/latest/dg/configuration-versions.html). The list may still show a function
    # that was deleted a moment ago.
    is_gone = facts.configuration is GONE
    left = [one.with_role(role) for one in users if not (is_gone and one.arn == facts.arn)]
    needing = [one for one in left if not _can_do_without(step, one, observer)]
    if not needing:
        return step
    return _handed_over(entry, needing, facts) if has_left else None


def _is_for_lambda_alone(role: RoleFacts) -> bool:
    """Return whether only Lambda may assume a role (IAM/latest/UserGuide/id_roles.html)."""
    if role.trust is None:
        return False
    return all(
        statement.principals is not None
        and not statement.principals.negated
        and all(one.type == "Service" and one.name in _LAMBDA for one in statement.principals.named)
        for statement in role.trust.statements
        if statement.effect is Effect.ALLOW
    )


_LAMBDA: Final = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})


def _stands(entry: Entry, step: DetachRolePolicy, facts: FunctionFacts) -> bool:
    """Return whether the policy is attached, or was when an interrupted run began to detach it."""
    attached = facts.role.attached if isinstance(facts.role, RoleFacts) else ()
    return step.policy_arn in attached or entry.state is State.RELEASING


def _can_do_without(step: DetachRolePolicy, facts: FunctionFacts, observer: Observer) -> bool:
    """Return whether the function can write its logs without the policy; an existing log group counts. Raises RetryLater."""
    without = apply(step, facts)
    if FactKind.LOG_GROUP in role_can_write_logs.asks(without):
        without = observer.read(without, FactKind.LOG_GROUP)
    found = role_can_write_logs.check(without)
    return bool(found) and all(finding.verdict is Verdict.PASS for finding in found)


def _handed_over(entry: Entry, needing: list[FunctionFacts], facts: FunctionFacts) -> HandedOver | None:
    """Move the entry to another function of this Region: each Region has its own journal.

    A function whose published version still needs the policy keeps the entry.
    """
    near = next((one for one in needing if one.arn.region == facts.arn.region), None)
    if near is None or any(one.arn == facts.arn for one in needing):
        return None
    cause = replace(entry.cause, subject=near.arn, qualifier=None)
    return HandedOver(replace(entry, subject=str(near.arn), cause=cause, version=0))


def released(
    report: Report,
    session: JournalSession,
    observer: Observer,
    writer: Writer,
    now: datetime,
) -> Iterator[Alert]:
    """Detach what nothing needs any more, and yield the alerts. Raises RetryLater."""
    for entry in filter(is_held, session.history.entries):
        if entry.cause.qualifier != report.facts.qualifier:
            continue  # a version's own role shows nothing about the function's
        found = release(entry, report.facts, observer)
        ending, what = Ending.REPORTED, ""
        match found:
            case DetachRolePolicy():
                tag = NO_TAG if report.is_gone else mode_tag(report.facts.arn, observer)
                ending, what = _detached(found, entry, tag, session, writer)
            case HandedOver(inherited):
                what = _written(session, replace(entry, state=State.GONE), inherited) or ""
            case NothingToDetach():
                session.note(_ended(entry, now))
            case StaysAttached(why):
                what = f"The policy stays attached: {why}." if report.is_gone else ""
            case None:
                pass
            case _:
                assert_never(found)
        if what and is_due(entry, ending, now):
            yield _reported(entry, ending, what, report, now)
        elif what:
            yield _reported_before(entry, report)


def _ended(entry: Entry, now: datetime) -> Journaled:
    return lambda history: tuple(gone(one, now) for one in history.about(entry.fault))


def _written(session: JournalSession, *entries: Entry) -> str | None:
    """Write entries before a change; return why the change must not be made, if the journal refuses. Raises RetryLater."""
    try:
        session.write(entries)
    except ChangedMeanwhile as error:
        raise RetryLater(f"another run is detaching the same policy: {error}") from error
    except Refused as error:
        return f"The policy stays attached: it could not be written into the journal first: {error}."
    return None


def _detached(
    step: DetachRolePolicy, entry: Entry, tag: ModeTag, session: JournalSession, writer: Writer
) -> tuple[Ending, str]:
    """Detach the policy, and return how that ended; nothing is to report if the tag keeps it attached. Raises RetryLater."""
    if tag.prevents is not None:
        what = "" if tag.prevents is Result.TAGGED else f"The policy stays attached: {tag.words}."
        return Ending.FAILED, what
    is_known = entry.state is State.RELEASING
    refused = None if is_known else _written(session, replace(entry, state=State.RELEASING))
    if refused is not None:
        return Ending.FAILED, refused
    outcome = execute(step, writer)
    if outcome.result is Result.RETRY_LATER:
        raise RetryLater(outcome.detail)
    if outcome.result is Result.DONE:
        return Ending.RELEASED, f"{step.done}, because no function needs it any more."
    return Ending.FAILED, f"Could not {step.what}: {outcome.result.value} ({outcome.detail})."


def _reported(entry: Entry, ending: Ending, what: str, report: Report, now: datetime) -> Alert:
    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        return tuple(reported(one, ending, now) for one in history.about(entry.fault))

    return about(entry, ending, what, report, entries)


def _reported_before(entry: Entry, report: Report) -> Alert:
    def entries(history: FunctionHistory) -> tuple[Entry, ...]:
        return tuple(settled(one) for one in history.about(entry.fault) if one.state is State.RELEASING)

    return replace(about(entry, Ending.REPORTED, "", report, entries), lines=())
