"""Undoing a repair at a person's word, and letting the guard repair again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from permission_guard.carry_out import carry_out
from permission_guard.document import body_of, canonical, statements_of
from permission_guard.facts import Family, FunctionFacts, Look, PolicyFacts, RoleFacts
from permission_guard.grant import Grant, NotExpressible
from permission_guard.iam import ArnError, FunctionArn
from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.outcome import Ending, Outcome, Result
from permission_guard.ports import Actor, Journal, Observer
from permission_guard.step import BoundStatements, DetachRolePolicy, Swap

_UNDOABLE = frozenset({State.PLANNED, State.DONE, State.TOLD})
_MADE = frozenset({Result.DONE, Result.NOT_YET_VISIBLE})


class CannotUndo(Exception):
    """There is nothing to undo, or what stands there now is not ours any more. The message says which."""


def undo(entry: Entry, observer: Observer, actor: Actor, journal: Journal, now: datetime) -> Outcome:
    """Put back what stood there before a repair, and have the fault left alone until a person resumes it.

    The journal knows it first, so that the guard, woken by the very call that undoes its repair, leaves it alone. If the
    call is refused, the entry is as it was. Raises CannotUndo, and what the ports raise.
    """
    step = undoing(entry, observer)
    left_alone = replace(entry, state=State.UNDONE, told_at=now, told_as=Ending.TOLD)
    (marked,) = journal.write((left_alone,))
    outcome = carry_out(step, actor)
    if outcome.result not in _MADE and outcome.result is not Result.TRY_AGAIN:
        journal.write((replace(entry, version=marked.version),))
    return outcome


def resume(entry: Entry, journal: Journal) -> Entry:
    """Let the guard repair a fault again that was undone, or that was put back too often."""
    (written,) = journal.write((replace(entry, state=State.GONE, repairs=(), told_at=None, told_as=None),))
    return written


def undoing(entry: Entry, observer: Observer) -> BoundStatements | DetachRolePolicy:
    """Return the step that undoes a repair. Raises CannotUndo if there is none."""
    if entry.state not in _UNDOABLE:
        raise CannotUndo(f"{entry.id} is {entry.state.value}: there is no repair of ours to undo")
    try:
        facts = FunctionFacts(FunctionArn.parse(entry.subject), entry.cause.qualifier)
    except ArnError as error:
        raise CannotUndo(f"{entry.id} is not about a function") from error
    change = entry.change
    match change:
        case None:
            raise CannotUndo(f"{entry.id} was told and never repaired: there is nothing to undo")
        case Attached(role_arn=role_arn, policy_arn=policy_arn):
            role = observer.read(facts, Look.ROLE).role
            if not isinstance(role, RoleFacts) or policy_arn not in role.attached:
                raise CannotUndo(f"{policy_arn} is not attached to {role_arn} (any more)")
            return DetachRolePolicy(role_arn, policy_arn, ())
        case Rewritten():
            return _back(change, observer.read(facts, Look.POLICY))
        case _:
            assert_never(change)


def _back(change: Rewritten, facts: FunctionFacts) -> BoundStatements:
    policy = facts.policy
    text = facts.resource_policy.text if facts.resource_policy else '{"Statement":[]}'
    wanted, original = canonical(body_of(change.after)), body_of(change.before)
    ours = next((one for one in statements_of(text) if canonical(one) == wanted), None)
    if not isinstance(policy, PolicyFacts) or ours is None:
        raise CannotUndo(
            f"the statement in the policy of {change.target} is not any more what the guard wrote"
        )
    narrow = None
    if policy.family is Family.STATEMENTS:
        try:
            narrow = Grant.of(original, change.target)
        except NotExpressible as error:
            raise CannotUndo(f"{error}, and PutResourcePolicy is not to be had here") from error
    return BoundStatements(change.target, policy, (Swap(ours, original, narrow),))
