"""Check a repair before it is made.

A step is executed only if the facts that it predicts are free of its findings and of new ones, if every trusted caller that
has access now keeps it, whatever is connected tomorrow, and if nobody gains access.
"""

from __future__ import annotations

import re
from typing import Final

from permission_guard.access import Change, compare
from permission_guard.model.document import POLICY_LIMIT
from permission_guard.model.facts import Family, FunctionFacts, Trusted
from permission_guard.model.finding import DeniedRequest, Finding, Verdict
from permission_guard.repair.step import RewriteStatements, Step, apply
from permission_guard.rules import evaluate


def objection(step: Step, facts: FunctionFacts, trusted: Trusted) -> str | None:
    """Return why a step must not be executed; None if it may."""
    refused = _why_lambda_refuses(step) if isinstance(step, RewriteStatements) else None
    if refused is not None:
        return refused
    after = apply(step, facts)
    known = {one.key for one in _faults(facts, trusted)} - {one.key for one in step.fixes}
    for fault in _faults(after, trusted):
        if fault.key not in known:
            return f"it would not help to {step.what}: {_why(fault)}"
    return _unsafe(facts, after, trusted) if isinstance(step, RewriteStatements) else None


def _why_lambda_refuses(step: RewriteStatements) -> str | None:
    """Return why Lambda takes no such policy. That needs no analysis, so it is asked first."""
    deleted = _deleted_principal(step)
    if deleted is not None:
        return f"Lambda refuses to write the policy, because it names {deleted}, the id of a deleted role or user: remove it first"
    if len(step.after) > POLICY_LIMIT:
        return f"the policy would be {len(step.after)} characters long, more than Lambda's limit of {POLICY_LIMIT}"
    return None


_DELETED: Final = re.compile(r"(?:AROA|AIDA)[A-Z0-9]+")
"""What IAM writes in place of the ARN of a deleted principal (IAM/latest/UserGuide/reference_identifiers.html)."""


def _deleted_principal(step: RewriteStatements) -> str | None:
    """Return a deleted principal of the new policy, which PutResourcePolicy refuses."""
    if step.policy.family is not Family.DOCUMENT or step.policy.policy is None:
        return None
    for statement in step.policy.policy.statements:
        for one in statement.principals.named if statement.principals else ():
            if one.type == "AWS" and _DELETED.fullmatch(one.name):
                return one.name
    return None


def _faults(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    return tuple(finding for finding in evaluate(facts, trusted) if finding.verdict is not Verdict.PASS)


def _why(fault: Finding) -> str:
    return fault.proof.blocker if isinstance(fault.proof, DeniedRequest) else fault.summary


def _unsafe(facts: FunctionFacts, after: FunctionFacts, trusted: Trusted) -> str | None:
    """Compare both policies over the whole zone of trust, whatever is connected today."""
    before, then = facts.resource_policy, after.resource_policy
    if before is None or then is None:
        return "the policy was not read"
    compared = compare(before, then, facts.target, trusted, facts.at)
    for change, witness, what in (
        (compared.lost, compared.lost_request, "refuse a trusted caller"),
        (compared.admitted, compared.admitted_request, "give access to a caller that has none now"),
    ):
        if change is Change.TOO_COMPLEX:
            return f"the policy is too complex to prove that it would not {what}"
        if change is not Change.NONE:
            may = "would" if change is Change.SOME else "may"
            return f"it {may} {what}: {witness}"
    return None
