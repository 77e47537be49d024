"""What to do about the findings: steps that are proved, and for everything else the reason why it is only told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from permission_guard.document import statements_of, with_condition
from permission_guard.facts import Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted
from permission_guard.finding import Concern, Finding, Verdict
from permission_guard.grant import Grant, NotExpressible
from permission_guard.journal.book import EMPTY, Book
from permission_guard.outcome import Ending
from permission_guard.prove import objection
from permission_guard.rules import rule_of
from permission_guard.rules.rule import AddCondition, AttachPolicy, Remedy
from permission_guard.settings import FRESH, Settings, Treatment
from permission_guard.step import AttachRolePolicy, BoundStatements, Repair, Swap
from permission_guard.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Tell:
    """A finding that is not repaired, and why not."""

    finding: Finding
    reason: str
    ending: Ending = Ending.TOLD


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to take, in order, and what is told instead. A finding is in exactly one of them, or switched off."""

    steps: tuple[Repair, ...] = ()
    tells: tuple[Tell, ...] = ()


def plan_for(
    findings: tuple[Finding, ...],
    facts: FunctionFacts,
    trigger: Trigger,
    settings: Settings,
    now: datetime,
    book: Book = EMPTY,
) -> Plan:
    """Plan the repair of what can be proved safe to repair and what the journal does not forbid to repair (again)."""
    attach: AttachRolePolicy | None = None
    bound: BoundStatements | None = None
    tells: list[Tell] = []
    for finding in findings:
        if finding.verdict is Verdict.PASS or settings.treatments[finding.concern] is Treatment.OFF:
            continue
        reason = _why_only_told(finding, facts, trigger, settings, now)
        held_back = book.held_back(finding, facts, settings, now) if reason is None else None
        if held_back is not None:
            ending, why = held_back
            tells.append(Tell(finding, why, ending))
            continue
        if reason is None:
            step, reason = repair(finding, facts, settings.trusted)
            if isinstance(step, AttachRolePolicy):
                attach = step
            elif step is not None:
                bound, reason = _joined(bound, step)
        if reason is not None:
            tells.append(Tell(finding, reason))
    if bound is not None and len(bound.swaps) > 1:
        # Each change is proved by itself; what they do together is proved once.
        problem = objection(bound, facts, settings.trusted)
        if problem is not None:
            tells += [Tell(finding, problem) for finding in bound.mends]
            bound = None
    return Plan(tuple(step for step in (attach, bound) if step is not None), tuple(tells))


def _why_only_told(
    finding: Finding, facts: FunctionFacts, trigger: Trigger, settings: Settings, now: datetime
) -> str | None:
    """Say what forbids a repair before any is looked for; None if nothing does."""
    if finding.verdict is Verdict.UNKNOWN:
        return "what cannot be judged is never changed"
    if settings.treatments[finding.concern] is Treatment.ALERT:
        return "the settings say to alert only"
    if finding.concern is Concern.ROLE_CAN_WRITE_LOGS:
        if isinstance(facts.role, RoleFacts) and not facts.role.is_modifiable:
            return "the role belongs to an AWS service and cannot be modified"
        return None
    if settings.repair_existing or finding.statement is None:
        return None
    policy = facts.resource_policy
    if policy is None or not trigger.brought(policy.statements[finding.statement].sid):
        return "the statement was there before this call, so callers that cannot be listed may rely on it (RepairExisting)"
    if now - trigger.at > FRESH:
        return f"the call is older than {FRESH}, so callers may rely on it already (RepairExisting)"
    return None


def repair(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> tuple[Repair | None, str | None]:
    """Return the first remedy that is proved, as a step; or none, and the last thing that stood against one."""
    reason = "no repair is known that is sure to keep the legitimate callers"
    for remedy in rule_of(finding).remedies(finding, facts, trusted):
        step, problem = _step(remedy, finding, facts)
        if step is not None:
            problem = objection(step, facts, trusted)
            if problem is None:
                return step, None
        reason = problem or reason
    return None, reason


def _step(remedy: Remedy, finding: Finding, facts: FunctionFacts) -> tuple[Repair | None, str | None]:
    match remedy:
        case AttachPolicy(policy):
            if not isinstance(facts.role, RoleFacts):
                return None, "there is no role to attach a policy to"
            return AttachRolePolicy(facts.role.arn, policy, (finding,)), None
        case AddCondition():
            if not isinstance(facts.policy, PolicyFacts) or facts.policy.policy is None:
                return None, "there is no resource policy"
            try:
                swap = _swap(remedy, finding, facts.target, facts.policy, facts.policy.policy.text)
            except NotExpressible as error:
                return (
                    None,
                    f"{remedy} is what is missing, but {error}, and PutResourcePolicy is not to be had here",
                )
            if swap is None:
                return None, f"the statement already has another {remedy.operator} on {remedy.key}"
            return BoundStatements(facts.target, facts.policy, (swap,)), None
        case _:
            assert_never(remedy)


def _joined(bound: BoundStatements | None, step: BoundStatements) -> tuple[BoundStatements, str | None]:
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


def _swap(remedy: AddCondition, finding: Finding, target: str, policy: PolicyFacts, text: str) -> Swap | None:
    before = statements_of(text)[remedy.statement]
    after = with_condition(before, remedy.operator, remedy.key, remedy.values)
    if after is None or policy.family is Family.DOCUMENT:
        return Swap(before, after, mends=(finding,)) if after is not None else None
    narrow = Grant.of(after, target).twin()
    return Swap(before, narrow.statement(target), narrow, (finding,))
