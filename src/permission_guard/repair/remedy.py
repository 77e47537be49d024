"""Which change mends a finding, and is it proved? By itself, or together with others at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, assert_never

from permission_guard.model.document import AlreadyBound, Body, Bound, statements_of, with_condition
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted
from permission_guard.model.finding import Finding
from permission_guard.repair.grant import Grant, NotExpressible, derived_sid
from permission_guard.repair.proof import objection
from permission_guard.repair.step import AttachRolePolicy, BoundStatements, Repair, Swap
from permission_guard.rules import rule_of
from permission_guard.rules.rule import AddCondition, AttachPolicy, LeaveIt, Remedy, ReplaceStatement

NOT_HERE: Final = ", and PutResourcePolicy is not available in this Region"
"""What a reason says where there is only AddPermission."""


def repair_of(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> tuple[Repair | None, str | None]:
    """Return the first repair that is proved, as a step; or None, and the reason why the last one was not."""
    reason = "no repair is known that is sure to keep the legitimate callers"
    for remedy in rule_of(finding).remedies(finding, facts, trusted):
        step, problem = _step(remedy, finding, facts)
        if step is not None:
            problem = objection(step, facts, trusted)
            if problem is None:
                return step, None
        reason = problem or reason
    return None, reason


def together(
    due: Sequence[Finding], facts: FunctionFacts, trusted: Trusted
) -> tuple[BoundStatements | None, str | None]:
    """Return the first remedies of as many findings as are proved, as one change, and what forbids to make them together.

    To prove each by itself takes as many proofs as there are findings, and each looks at the whole policy: a minute for a policy
    full of open statements. One proof of all is as good where one PutResourcePolicy makes them all, since nobody ever meets
    some of them without the others. Where it fails, halves are proved, so that one finding does not spoil it for the rest.
    """
    if not isinstance(facts.policy, PolicyFacts) or facts.policy.family is not Family.DOCUMENT:
        return None, None
    first = (_first(finding, facts, trusted) for finding in due)
    groups = _proved([step for step in first if step is not None], facts, trusted)
    whole = _joined(groups)
    return whole, objection(whole, facts, trusted) if whole is not None and len(groups) > 1 else None


def _first(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> BoundStatements | None:
    """Return the first remedy of a finding, if it changes a statement."""
    remedy = next(iter(rule_of(finding).remedies(finding, facts, trusted)), None)
    step, _ = _step(remedy, finding, facts) if remedy is not None else (None, None)
    return step if isinstance(step, BoundStatements) else None


def _proved(
    steps: Sequence[BoundStatements], facts: FunctionFacts, trusted: Trusted
) -> tuple[BoundStatements, ...]:
    """Return changes that are proved, each by itself."""
    change = _joined(steps)
    if change is None or objection(change, facts, trusted) is None:
        return (change,) if change is not None else ()
    half = len(steps) // 2
    return (*_proved(steps[:half], facts, trusted), *_proved(steps[half:], facts, trusted)) if half else ()


def _joined(steps: Sequence[BoundStatements]) -> BoundStatements | None:
    """Return one change of all of them, without those that would change a statement otherwise than one before."""
    whole: BoundStatements | None = None
    for step in steps:
        for swap in step.swaps:
            whole, _ = joined(whole, replace(step, swaps=(swap,)))
    return whole


def _step(remedy: Remedy, finding: Finding, facts: FunctionFacts) -> tuple[Repair | None, str | None]:
    match remedy:
        case AttachPolicy(policy):
            if not isinstance(facts.role, RoleFacts):
                return None, "there is no role to attach a policy to"
            return AttachRolePolicy(facts.role.arn, policy, (finding,), facts.role.id), None
        case LeaveIt(reason):
            return None, reason
        case AddCondition() | ReplaceStatement():
            if not isinstance(facts.policy, PolicyFacts) or facts.policy.policy is None:
                return None, "there is no resource policy"
            try:
                swap = _swap(remedy, finding, facts.target, facts.policy, facts.policy.policy.text)
            except AlreadyBound as error:
                return None, str(error)
            except NotExpressible as error:
                return None, f"{_wanted(remedy)} is what is missing, but {error}{NOT_HERE}"
            return BoundStatements(facts.target, facts.policy, (swap,)), None
        case _:
            assert_never(remedy)


def joined(bound: BoundStatements | None, step: BoundStatements) -> tuple[BoundStatements, str | None]:
    """Add a change to those that are planned, into which one that mends another finding about the statement goes.

    If the plan changes the same statement otherwise already, it stays as it is, and the reason is returned.
    """
    if bound is None:
        return step, None
    (swap,) = step.swaps
    same = next((one for one in bound.swaps if _place(one) == _place(swap)), None)
    if same is None:
        return replace(bound, swaps=(*bound.swaps, swap)), None
    if same.after != swap.after:
        return bound, "another repair of this statement comes first"
    joined = replace(same, mends=(*same.mends, *swap.mends))
    return replace(bound, swaps=tuple(joined if one is same else one for one in bound.swaps)), None


def _place(swap: Swap) -> int | None:
    """Return the index of the statement that a planned swap replaces."""
    return swap.mends[0].statement


def _wanted(remedy: AddCondition | ReplaceStatement) -> str:
    bounds = (remedy.bound,) if isinstance(remedy, AddCondition) else remedy.bounds
    return " or ".join(map(str, bounds))


def _swap(
    remedy: AddCondition | ReplaceStatement, finding: Finding, target: str, policy: PolicyFacts, text: str
) -> Swap:
    """Return the swap by the calls that edit this policy. Raises AlreadyBound and NotExpressible."""
    before = statements_of(text)[remedy.statement]
    if isinstance(remedy, ReplaceStatement):
        if policy.family is not Family.DOCUMENT:
            raise NotExpressible("that takes several statements at once")
        return Swap(before, tuple(_each(before, remedy.bounds)), mends=(finding,))
    after = with_condition(before, remedy.bound)
    if policy.family is Family.DOCUMENT:
        return Swap(before, (after,), mends=(finding,))
    narrow = Grant.of(after, target).twin()
    return Swap(before, (narrow.statement(target),), narrow, (finding,))


def _each(before: Body, bounds: Sequence[Bound]) -> Iterator[Body]:
    """Yield the statements: the first keeps the Sid, each other has one made of it, by which they are removed with it."""
    sid = before.get("Sid")
    for place, bound in enumerate(bounds):
        after = with_condition(before, bound)
        yield {**after, "Sid": derived_sid(sid, str(bound))} if place and isinstance(sid, str) else after
