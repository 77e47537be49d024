"""What to do about the findings: proved repairs, and for every other finding the reason why it is only reported."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.journal.entry import Entry, State
from permission_guard.journal.fault import statement_digest
from permission_guard.journal.history import EMPTY, FunctionHistory, is_on_its_way
from permission_guard.model.document import statements_of
from permission_guard.model.facts import FunctionFacts, RoleFacts
from permission_guard.model.finding import Concern, Finding, Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.proof import objection
from permission_guard.repair.remedy import joined, repair_of, together
from permission_guard.repair.report import Plan, Unrepaired
from permission_guard.repair.step import AttachRolePolicy, RewriteStatements
from permission_guard.settings import NEVER_REPAIRED, NEW_STATEMENT_AGE, Settings, Treatment


def concerned(
    findings: tuple[Finding, ...],
    facts: FunctionFacts,
    trigger: Trigger,
    history: FunctionHistory,
    now: datetime,
) -> tuple[Finding, ...]:
    """Return the findings that this event is about, without those of another event and those that are fixed already.

    A deployment adds several permissions within a second, each with its own event: what another event has added is not
    reported as existing. What the journal knows is handled as usual. IAM may not show yet what was attached a moment ago
    (IAM/latest/UserGuide/troubleshoot.html, eventual consistency).
    """
    return tuple(
        one
        for one in findings
        if one.verdict is not Verdict.PASS
        and _is_its_own(one, facts, trigger, history)
        and not is_on_its_way(history.of(one, facts), now)
    )


def _is_its_own(finding: Finding, facts: FunctionFacts, trigger: Trigger, history: FunctionHistory) -> bool:
    policy = facts.resource_policy
    if trigger.kind is not Kind.PERMISSION_ADDED or policy is None or finding.statement is None:
        return True
    return trigger.added(policy.statements[finding.statement].sid) or history.of(finding, facts) is not None


def plan_for(
    findings: tuple[Finding, ...],
    facts: FunctionFacts,
    trigger: Trigger,
    settings: Settings,
    now: datetime,
    history: FunctionHistory = EMPTY,
) -> Plan:
    """Plan the repairs that are proved safe and that the journal does not forbid."""
    whys = [
        (finding, _not_repaired_reason(finding, facts, trigger, settings, now, history))
        for finding in findings
        if finding.verdict is not Verdict.PASS
        and settings.treatments[finding.concern] is not Treatment.IGNORE
    ]
    proved, problem = together([one for one, why in whys if why is None], facts, settings.trusted)
    at_once = None if problem else proved
    attach, rewrite = None, at_once
    unrepaired: list[Unrepaired] = []
    for finding, why in whys:
        reason = None
        if why is None and _is_fixed(finding, proved):
            reason = problem
        elif why is None:
            step, reason = repair_of(finding, facts, settings.trusted)
            if isinstance(step, AttachRolePolicy):
                attach = step
            elif step is not None:
                rewrite, reason = joined(rewrite, step)
        if why is not None or reason is not None:
            unrepaired.append(why or Unrepaired(finding, str(reason)))
    if rewrite is not None and rewrite is not at_once and len(rewrite.replacements) > 1:
        # Each change is proved by itself, and all together once.
        problem = objection(rewrite, facts, settings.trusted)
        if problem is not None:
            unrepaired += [Unrepaired(one, problem) for one in rewrite.fixes if not _is_fixed(one, at_once)]
            rewrite = at_once
    return Plan(tuple(step for step in (attach, rewrite) if step is not None), tuple(unrepaired))


def _is_fixed(finding: Finding, step: RewriteStatements | None) -> bool:
    return step is not None and any(one is finding for one in step.fixes)


def _not_repaired_reason(
    finding: Finding,
    facts: FunctionFacts,
    trigger: Trigger,
    settings: Settings,
    now: datetime,
    history: FunctionHistory,
) -> Unrepaired | None:
    """Return why a finding is only reported, before looking for a repair; None if it may be repaired."""
    entry = history.of(finding, facts)
    accepted = entry.acceptance if entry is not None else None
    if entry is not None and accepted is not None and (accepted.holds(now) or not settings.repair_existing):
        return Unrepaired(finding, accepted.words(entry.id, now))
    reason = _forbidden_reason(finding, facts, settings)
    if reason is not None:
        return Unrepaired(finding, reason)
    # Before the age of the statement: what was escalated stays so at every later event.
    held_back = history.held_back(finding, facts, now)
    if held_back is not None:
        return Unrepaired(finding, held_back[1], held_back[0])
    if settings.repair_existing:
        return None
    reason = not_new_reason(finding, facts, trigger, history, now)
    return Unrepaired(finding, reason, is_existing=True) if reason is not None else None


def _forbidden_reason(finding: Finding, facts: FunctionFacts, settings: Settings) -> str | None:
    """Return why a finding is never repaired; None if it may be."""
    if finding.verdict is Verdict.UNKNOWN:
        return "the guard repairs only what it can evaluate"
    if finding.concern in NEVER_REPAIRED:
        return "findings of this rule are reported and never repaired, because only a person knows what is intended"
    if settings.treatments[finding.concern] is Treatment.ALERT:
        return f"AlertOnly lists {finding.concern.value}"
    is_about_role = finding.concern is Concern.ROLE_CAN_WRITE_LOGS
    if is_about_role and isinstance(facts.role, RoleFacts) and not facts.role.is_modifiable:
        return "the role belongs to an AWS service and cannot be changed"
    return None


def not_new_reason(
    finding: Finding, facts: FunctionFacts, trigger: Trigger, history: FunctionHistory, now: datetime
) -> str | None:
    """Return why callers may rely on a statement already; None if it is new.

    New is what this event added, what an earlier run left unfinished or has repaired before, and what appeared since a
    sweep last saw the function's policies. The journal identifies a statement by its content, not by its Sid.
    """
    policy = facts.resource_policy
    if finding.statement is None or policy is None:
        return None
    entry = history.of(finding, facts)
    if entry is not None and not entry.is_existing and _was_begun(entry):
        return None
    if history.is_existing(finding, facts):
        return _EXISTING.format("was reported before")
    statement = statements_of(policy.text)[finding.statement]
    seen = history.seen_in(facts.qualifier)
    if seen is not None:
        if statement_digest(facts.target, statement) in seen:
            return _EXISTING.format("was there at an earlier sweep")
        if not trigger.added(policy.statements[finding.statement].sid):
            return None
    elif not trigger.added(policy.statements[finding.statement].sid):
        return _EXISTING.format(f"was there before this {_event(trigger)}")
    if (trigger.first_received or now) - trigger.at > NEW_STATEMENT_AGE:
        return _EXISTING.format("is older than an hour, because its event arrived late")
    return None


def _was_begun(entry: Entry) -> bool:
    """Return whether an earlier run began a repair, because the statement was new then."""
    return entry.state is State.PLANNED or bool(entry.repairs) or entry.reported_as is Ending.FAILED


_EXISTING: Final = "the statement {}, and callers may rely on it (RepairExisting is false)"


def _event(trigger: Trigger) -> str:
    return "sweep" if trigger.kind is Kind.SWEEP else "call"
