"""Which change fixes a finding, and is it proved? By itself, or together with others at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar, assert_never

from permission_guard.model.document import Body, ConditionExists, NewCondition, statements_of, with_condition
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted
from permission_guard.model.finding import Finding
from permission_guard.repair.grant import Grant, NotExpressible, derived_sid
from permission_guard.repair.proof import objection
from permission_guard.repair.step import AttachRolePolicy, Repair, Replacement, RewriteStatements
from permission_guard.rules import rule_of
from permission_guard.rules.rule import AddCondition, AttachPolicy, LeaveIt, Remedy, SplitStatement

NOT_HERE: Final = ", and PutResourcePolicy is not available in this Region"
"""The end of a reason where only AddPermission is available."""

_T = TypeVar("_T")


def repair_of(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> tuple[Repair | None, str | None]:
    """Return the first repair that is proved, as a step; or None, and why the last one is not."""
    reason = "no known repair is sure to keep every legitimate caller"
    for remedy in rule_of(finding).remedies(finding, facts, trusted):
        step, problem = _step(remedy, finding, facts)
        if step is not None:
            problem = objection(step, facts, trusted)
            if problem is None:
                return step, None
        reason = problem or reason
    return None, reason


def repairs_of(
    findings: Sequence[Finding], facts: FunctionFacts, trusted: Trusted
) -> tuple[tuple[Repair | None, str | None], ...]:
    """Return for each finding what `repair_of` does. Changes of statements that are proved in one take one proof."""
    proved = [
        (one, replace(group, replacements=(replacement,)))
        for group in _groups(findings, facts, trusted)
        for replacement in group.replacements
        for one in replacement.fixes
    ]
    known = {id(one): step for one, step in proved}
    return tuple(
        (known[id(one)], None) if id(one) in known else repair_of(one, facts, trusted) for one in findings
    )


def together(
    due: Sequence[Finding], facts: FunctionFacts, trusted: Trusted
) -> tuple[RewriteStatements | None, str | None]:
    """Return the first remedies of as many findings as are proved, as one change, and why they cannot be made together.

    A proof for each finding would analyze the whole policy each time: a minute for a policy full of open statements. Where one
    PutResourcePolicy makes all changes at once, one proof of all is enough. If it fails, halves are proved, so that one
    finding does not block the others.
    """
    groups = _groups(due, facts, trusted)
    whole = _joined(groups)
    return whole, objection(whole, facts, trusted) if whole is not None and len(groups) > 1 else None


def _groups(
    findings: Sequence[Finding], facts: FunctionFacts, trusted: Trusted
) -> tuple[RewriteStatements, ...]:
    """Return the first remedies of findings as changes that are proved; nothing where no call makes several changes at once."""
    if not isinstance(facts.policy, PolicyFacts) or facts.policy.family is not Family.DOCUMENT:
        return ()
    first = (_first(finding, facts, trusted) for finding in findings)
    return _proved([step for step in first if step is not None], facts, trusted)


def _first(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> RewriteStatements | None:
    """Return the first remedy of a finding, if it changes a statement."""
    remedy = next(iter(rule_of(finding).remedies(finding, facts, trusted)), None)
    step, _ = _step(remedy, finding, facts) if remedy is not None else (None, None)
    return step if isinstance(step, RewriteStatements) else None


def _proved(
    steps: Sequence[RewriteStatements], facts: FunctionFacts, trusted: Trusted
) -> tuple[RewriteStatements, ...]:
    """Return changes that are proved, each by itself."""

    def against(some: Sequence[RewriteStatements]) -> str | None:
        change = _joined(some)
        return objection(change, facts, trusted) if change is not None else None

    changes = [_joined(some) for some, why in halved(steps, against) if why is None]
    return tuple(change for change in changes if change is not None)


def halved(
    proposed: Sequence[_T], against: Callable[[Sequence[_T]], str | None]
) -> Iterator[tuple[Sequence[_T], str | None]]:
    """Yield proposals in groups with what is against each: all at once if nothing is, else each half by itself.

    Something is against groups of one only.
    """
    why = against(proposed)
    if why is None or len(proposed) == 1:
        yield proposed, why
        return
    half = len(proposed) // 2
    for part in (proposed[:half], proposed[half:]):
        yield from halved(part, against)


def _joined(steps: Sequence[RewriteStatements]) -> RewriteStatements | None:
    """Return one change of all of them, without those that contradict an earlier one."""
    whole: RewriteStatements | None = None
    for step in steps:
        for replacement in step.replacements:
            whole, _ = joined(whole, replace(step, replacements=(replacement,)))
    return whole


def _step(remedy: Remedy, finding: Finding, facts: FunctionFacts) -> tuple[Repair | None, str | None]:
    match remedy:
        case AttachPolicy(policy):
            if not isinstance(facts.role, RoleFacts):
                return None, "the function has no role to attach a policy to"
            return AttachRolePolicy(facts.role.arn, policy, (finding,), facts.role.id), None
        case LeaveIt(reason):
            return None, reason
        case AddCondition() | SplitStatement():
            if not isinstance(facts.policy, PolicyFacts) or facts.policy.policy is None:
                return None, "the function has no resource-based policy"
            try:
                replacement = _replacement(
                    remedy, finding, facts.target, facts.policy, facts.policy.policy.text
                )
            except ConditionExists as error:
                return None, str(error)
            except NotExpressible as error:
                return None, f"the fix is a condition {_wanted(remedy)}, but {error}{NOT_HERE}"
            return RewriteStatements(facts.target, facts.policy, (replacement,)), None
        case _:
            assert_never(remedy)


def joined(
    rewrite: RewriteStatements | None, step: RewriteStatements
) -> tuple[RewriteStatements, str | None]:
    """Add a change to those that are planned, and merge it with one that fixes another finding about the same statement.

    If the plan already changes the same statement differently, it stays as it is, and the reason is returned.
    """
    if rewrite is None:
        return step, None
    (replacement,) = step.replacements
    same = next((one for one in rewrite.replacements if _place(one) == _place(replacement)), None)
    if same is None:
        return replace(rewrite, replacements=(*rewrite.replacements, replacement)), None
    if same.after != replacement.after:
        return rewrite, "another repair of this statement comes first"
    joined = replace(same, fixes=(*same.fixes, *replacement.fixes))
    return replace(
        rewrite, replacements=tuple(joined if one is same else one for one in rewrite.replacements)
    ), None


def _place(replacement: Replacement) -> int | None:
    """Return the index of the statement that is replaced."""
    return replacement.fixes[0].statement


def _wanted(remedy: AddCondition | SplitStatement) -> str:
    conditions = (remedy.condition,) if isinstance(remedy, AddCondition) else remedy.conditions
    return " or ".join(map(str, conditions))


def _replacement(
    remedy: AddCondition | SplitStatement, finding: Finding, target: str, policy: PolicyFacts, text: str
) -> Replacement:
    """Return the replacement, made by the calls that edit this policy. Raises ConditionExists and NotExpressible."""
    before = statements_of(text)[remedy.statement]
    if isinstance(remedy, SplitStatement):
        if policy.family is not Family.DOCUMENT:
            raise NotExpressible("it takes several statements at once")
        return Replacement(before, tuple(_each(before, remedy.conditions)), fixes=(finding,))
    after = with_condition(before, remedy.condition)
    if policy.family is Family.DOCUMENT:
        return Replacement(before, (after,), fixes=(finding,))
    narrow = Grant.of(after, target).twin()
    return Replacement(before, (narrow.statement(target),), narrow, (finding,))


def _each(before: Body, conditions: Sequence[NewCondition]) -> Iterator[Body]:
    """Yield the statements. The first keeps the Sid; the others have Sids derived from it, so that they are removed with it."""
    sid = before.get("Sid")
    for place, condition in enumerate(conditions):
        after = with_condition(before, condition)
        yield {**after, "Sid": derived_sid(sid, str(condition))} if place and isinstance(sid, str) else after
