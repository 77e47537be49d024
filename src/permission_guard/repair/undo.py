"""Undo a repair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, assert_never

from permission_guard.iam import ArnError, FunctionArn
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.model.document import NO_STATEMENTS, bodies_of, body_of, canonical, statements_of
from permission_guard.model.facts import (
    FactKind,
    Family,
    FunctionFacts,
    MissingRole,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.ports import ChangedMeanwhile, Journal, Observer, Refused, RetryLater, Writer
from permission_guard.repair.execute import execute
from permission_guard.repair.grant import Grant, NotExpressible
from permission_guard.repair.outcome import Ending, Outcome, Result
from permission_guard.repair.step import DetachRolePolicy, Replacement, RewriteStatements

_UNDOABLE: Final = frozenset({State.PLANNED, State.REPORTED, State.UNDONE})
"""UNDONE too: an undo that was interrupted, or whose answer was lost, is finished by the next."""
_MAY_BE_ATTACHED: Final = _UNDOABLE | {State.RELEASING}
_MAY_BE_MADE: Final = frozenset({Result.DONE, Result.RETRY_LATER})


class CannotUndo(Exception):
    """There is nothing to undo, or it was changed after the repair. The message says which."""


def undo(entry: Entry, observer: Observer, writer: Writer, journal: Journal, undone: Acceptance) -> Outcome:
    """Restore what was there before a repair. The guard does not repair it again until a person lifts that.

    Raises CannotUndo, and what the ports raise before the call is made.
    """
    step = undoing(entry, observer)
    return taken_back(step, (entry, *fixed_with(entry, journal)), writer, journal, undone)


def taken_back(
    step: RewriteStatements | DetachRolePolicy,
    entries: tuple[Entry, ...],
    writer: Writer,
    journal: Journal,
    undone: Acceptance,
) -> Outcome:
    """Note that a repair is undone, and undo it.

    The journal is written first, because the call that undoes the repair wakes the guard. If the call is refused, the
    entries are restored. If AWS does not answer, they stay UNDONE, since the call may have had its effect, and can be undone
    again. Raises what the journal raises before the call is made.
    """
    marked = journal.write(
        tuple(
            replace(
                one,
                state=State.UNDONE,
                reported_at=undone.at,
                reported_as=Ending.REPORTED,
                acceptance=undone,
            )
            for one in entries
        )
    )
    outcome = execute(step, writer)
    if outcome.result in _MAY_BE_MADE:
        return outcome
    try:
        journal.write(tuple(replace(a, version=b.version) for a, b in zip(entries, marked, strict=True)))
    except (ChangedMeanwhile, Refused, RetryLater) as error:
        return replace(outcome, detail=f"{outcome.detail}; the journal says UNDONE nevertheless: {error}")
    return outcome


def fixed_with(entry: Entry, journal: Journal) -> tuple[Entry, ...]:
    """Return the entries about other faults that the same change has fixed: they return with it."""
    return tuple(
        one
        for one in journal.of(entry.subject).entries
        if one.fault != entry.fault and one.change == entry.change and one.state in _UNDOABLE
    )


def undoing(entry: Entry, observer: Observer) -> RewriteStatements | DetachRolePolicy:
    """Return the step that undoes a repair. Raises CannotUndo if there is none, and RetryLater."""
    if entry.state not in _UNDOABLE:
        raise CannotUndo(f"Nothing to undo: {entry.id} was not repaired (its state is {entry.state.value}).")
    change = entry.change
    if change is None:
        raise CannotUndo(f"Nothing to undo: {entry.id} was reported and never repaired.")
    match change:
        case Attached():
            return detaching(change, observer.attached(change.role_arn))
        case Rewritten():
            try:
                facts = FunctionFacts(FunctionArn.parse(entry.subject), entry.cause.qualifier)
            except ArnError as error:
                raise CannotUndo(f"Nothing to undo: {entry.id} is not about a function.") from error
            return _back(change, observer.read(facts, FactKind.POLICY))
        case _:
            assert_never(change)


def attached_by_guard(entries: Iterable[Entry]) -> dict[Attached, tuple[Entry, ...]]:
    """Return what the guard attached to roles, each with the entries about it: of every function with the role."""
    found: dict[Attached, tuple[Entry, ...]] = {}
    for one in entries:
        is_ours = bool(one.repairs) or one.reported_as is Ending.REPAIRED or one.state is not State.REPORTED
        if isinstance(one.change, Attached) and one.state in _MAY_BE_ATTACHED and is_ours:
            found[one.change] = (*found.get(one.change, ()), one)
    return found


def detaching(change: Attached, role: RoleFacts | MissingRole | Unreadable) -> DetachRolePolicy:
    """Return the step that detaches what the guard attached. Raises CannotUndo if it is not there any more, or not readable."""
    if isinstance(role, Unreadable):
        raise CannotUndo(str(role))
    if not isinstance(role, RoleFacts):
        raise CannotUndo(f"{change.role_arn} does not exist any more")
    if role.id != change.role_id:
        raise CannotUndo(
            f"{change.role_arn} was deleted and created again, and the guard has attached nothing to the new role"
        )
    if change.policy_arn not in role.attached:
        raise CannotUndo(f"{change.policy_arn} is no longer attached to {change.role_arn}")
    return DetachRolePolicy(change.role_arn, change.policy_arn, ())


def _back(change: Rewritten, facts: FunctionFacts) -> RewriteStatements:
    policy = facts.policy
    if isinstance(policy, Unreadable):
        raise CannotUndo(str(policy))
    text = facts.resource_policy.text if facts.resource_policy else NO_STATEMENTS
    original = body_of(change.before)
    wanted = [canonical(one) for one in bodies_of(change.after)]
    # Of equal statements, one is restored.
    stands = {canonical(one): one for one in statements_of(text)}
    ours = [stands[one] for one in wanted if one in stands]
    is_there = len(ours) == len(wanted)
    if not is_there and canonical(original) in map(canonical, statements_of(text)):
        raise CannotUndo(
            f"the statement in the policy of {change.target} is already as it was before the repair"
        )
    if not isinstance(policy, PolicyFacts) or not is_there:
        raise CannotUndo(f"the statement in the policy of {change.target} was changed after the repair")
    if policy.family is Family.DOCUMENT:
        replacements = (Replacement(ours[0], (original,)), *(Replacement(one, ()) for one in ours[1:]))
        step = RewriteStatements(change.target, policy, replacements)
        # Nothing else has changed, so the document can be restored to the byte.
        is_whole = _content(step.after) == _content(change.document)
        return replace(step, verbatim=change.document) if is_whole else step
    try:
        grant = Grant.of(original, change.target)
    except NotExpressible as error:
        raise CannotUndo(f"{error}, and PutResourcePolicy is not available in this Region") from error
    return RewriteStatements(change.target, policy, (Replacement(ours[0], (original,), grant),))


def _content(text: str) -> tuple[Mapping[str, object], Counter[str]]:
    """Return the content of a document, whatever the order of its statements and its spaces."""
    rest = {key: value for key, value in body_of(text).items() if key != "Statement"}
    return rest, Counter(map(canonical, statements_of(text)))
