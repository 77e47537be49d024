"""Which change at the source fixes a finding: the one that was made or planned, else the one that the advice describes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from permission_guard.alerts.patches.advice import WHO, advised
from permission_guard.alerts.patches.change import (
    Change,
    ClosedUrl,
    LoggingPolicy,
    Permissions,
    SharedLayer,
    WholeStatement,
)
from permission_guard.alerts.patches.permission import grant_of, grants_of, marks_of
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.iam import EvalDecision, FunctionArn, Layer, Policy
from permission_guard.model.document import Body, bodies_of, body_of, statements_of
from permission_guard.model.facts import FunctionFacts, RoleFacts
from permission_guard.model.finding import Concern, DeniedRequest, Recorded, Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine

_SEVERAL: Final = "One resource for each source: such a resource takes one."


def change_of(line: ReportLine, facts: FunctionFacts, trigger: Trigger) -> Change | None:
    """Return what to change at the source; None where only a person can know it.

    A repair that was made or planned is shown as it is. A finding that is only reported gets its advice. The trigger says where
    the fault is: the facts may be about another function than what an earlier run left to report.
    """
    finding, subject = line.finding, trigger.subject
    if finding.verdict is not Verdict.FAIL or line.ending is Ending.RELEASED:
        return None
    if finding.concern is Concern.ROLE_CAN_WRITE_LOGS:
        return _logging(line, facts)
    if not isinstance(subject, FunctionArn):
        return SharedLayer(subject) if finding.concern is Concern.LAYER_IS_NOT_PUBLIC else None
    if finding.concern is Concern.FUNCTION_URL_IS_NOT_PUBLIC:
        return ClosedUrl(subject.name, trigger.qualifier)
    change = _about_a_statement(line, facts, trigger)
    if isinstance(change, Permissions) and trigger.kind is Kind.PERMISSION_ADDED:
        return replace(change, logical_id=trigger.actor.resource)
    return change


def _about_a_statement(line: ReportLine, facts: FunctionFacts, trigger: Trigger) -> Change | None:
    before = body_of(line.before) if line.before else _evaluated(line, facts)
    if before is None:
        return None
    after = bodies_of(line.after) if line.after else ()
    # Of several statements, only the one for an organization is what a person would write.
    organizations = [one for one in after if "aws:PrincipalOrgID" in str(one.get("Condition"))]
    if len(after) == 1 or organizations:
        return _rewritten(before, (*organizations, *after)[0], trigger)
    advice = advised(line.finding.concern, before, facts)
    if advice is None:
        return None
    return Permissions(facts.arn.name, facts.qualifier, advice.grants, advice.marks, remark=advice.remark)


def _evaluated(line: ReportLine, facts: FunctionFacts) -> Body | None:
    """Return the statement that the finding is about, if the policy is the one that was evaluated."""
    policy, index = facts.resource_policy, line.finding.statement
    if policy is None or index is None or isinstance(line.finding.proof, Recorded):
        return None
    return statements_of(policy.text)[index]


def _rewritten(before: Body, after: Body, trigger: Trigger) -> Change:
    """Return a replacement. The narrow statement keeps the Sid of the wide one, whatever Sid the guard gave it."""
    target, sid = trigger.subject.qualified(trigger.qualifier), before.get("Sid")
    was = grant_of(before, target)
    grants = grants_of(after, target, was.sid) if was else None
    if was is None or grants is None:
        return WholeStatement({**after, "Sid": sid} if "Sid" in before else after)
    marks = marks_of(grants, was)
    # AddPermission cannot write "a caller of the account"; naming the account comes nearest.
    remark = WHO if "principal" in marks else _SEVERAL if len(grants) > 1 else ""
    return Permissions(trigger.subject.name, trigger.qualifier, grants, marks, remark=remark)


def _logging(line: ReportLine, facts: FunctionFacts) -> Change | None:
    """Return the managed policy that was or would be attached; None if a Deny or a boundary forbids the logs anyway."""
    # The subject of a finding about a role is the role's ARN; its name is the last part, without the path.
    role_name = line.finding.subject.rsplit("/", 1)[-1]
    if line.after:
        return LoggingPolicy(role_name, line.after)
    role, proof = facts.role, line.finding.proof
    if not isinstance(proof, DeniedRequest) or not isinstance(role, RoleFacts) or not role.is_modifiable:
        return None
    if proof.decision.answer is not EvalDecision.NOT_ALLOWED or proof.decision.layer is Layer.BOUNDARY:
        return None
    basic = f"arn:{facts.arn.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    return LoggingPolicy(role_name, facts.remedy.name if isinstance(facts.remedy, Policy) else basic)
