"""Prove before you touch: is a step worth taking, and does it harm nobody?

A step is carried out only if the facts that it predicts are free of the faults it mends and of new ones, if every known
legitimate caller that gets in now gets in afterwards, and if nobody gets in who does not now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from permission_guard.document import POLICY_LIMIT
from permission_guard.exposure import EVERY, Member, door_of
from permission_guard.facts import Family, FunctionFacts, Trusted
from permission_guard.finding import DeniedRequest, Finding, Verdict
from permission_guard.iam import Answer, IamPrincipal, Policy, Request, decide
from permission_guard.rules import judge
from permission_guard.step import BoundStatements, Step, apply


def objection(step: Step, facts: FunctionFacts, trusted: Trusted) -> str | None:
    """Say why a step must not be taken; None if it may."""
    after = apply(step, facts)
    known = {one.key for one in _faults(facts, trusted)} - {one.key for one in step.mends}
    for fault in _faults(after, trusted):
        if fault.key not in known:
            return f"{step.what} would not help: {_why(fault)}"
    if not isinstance(step, BoundStatements):
        return None
    deleted = _deleted_principal(step)
    if deleted is not None:
        return f"Lambda refuses to write the policy, because it names {deleted}, the id of a deleted role or user: remove it first"
    if len(step.after) > POLICY_LIMIT:
        return f"the policy would be {len(step.after)} characters long, more than the {POLICY_LIMIT} that Lambda takes"
    return _caller_lost(step, facts, after, trusted) or _caller_gained(facts, after, trusted)


_DELETED: Final = re.compile(r"(?:AROA|AIDA)[A-Z0-9]+")
"""What IAM puts in the place of a principal's ARN once it is deleted (IAM/latest/UserGuide/reference_identifiers.html)."""


def _deleted_principal(step: BoundStatements) -> str | None:
    """Return a principal that does not exist any more, which PutResourcePolicy refuses."""
    if step.policy.family is not Family.DOCUMENT or step.policy.policy is None:
        return None
    for statement in step.policy.policy.statements:
        for one in statement.principals.named if statement.principals else ():
            if one.type == "AWS" and _DELETED.fullmatch(one.name):
                return one.name
    return None


def _faults(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    return tuple(finding for finding in judge(facts, trusted) if finding.verdict is not Verdict.PASS)


def _why(fault: Finding) -> str:
    return fault.proof.blocker if isinstance(fault.proof, DeniedRequest) else fault.summary


def _is_allowed(request: Request, policy: Policy | None) -> bool:
    return policy is not None and decide(request, resource=policy).answer is Answer.ALLOWED


def _caller_lost(
    step: BoundStatements, facts: FunctionFacts, after: FunctionFacts, trusted: Trusted
) -> str | None:
    """Put to the new policy every trusted caller of the statements that change.

    Behind a bare `*` we know of no services that use it, only that principals of trusted accounts may: what a service
    really sends is known for services that a statement names.
    """
    policy, changed = facts.resource_policy, {finding.statement for finding in step.mends}
    for statement in policy.statements if policy else ():
        if statement.index not in changed:
            continue
        names_services = (
            any(one.type == "Service" for one in statement.principals.named) if statement.principals else 0
        )
        for family in door_of(facts, trusted).families(statement, EVERY):
            for friend in family.friends():
                if not names_services and not isinstance(friend.request.principal, IamPrincipal):
                    continue
                if _is_allowed(friend.request, policy) and not _is_allowed(
                    friend.request, after.resource_policy
                ):
                    return f"it could lock out a caller that you trust: {friend.who} ({_source(friend)})"
    return None


def _source(friend: Member) -> str:
    values = friend.request.context.values("aws:sourcearn")
    return f"SourceArn {values[0]}" if values else "without SourceArn"


def _caller_gained(facts: FunctionFacts, after: FunctionFacts, trusted: Trusted) -> str | None:
    """Put to both policies everybody around the statements in which they differ: nobody else's answer can change."""
    for member in chain(_around(facts, after, trusted), _around(after, facts, trusted)):
        if _is_allowed(member.request, after.resource_policy) and not _is_allowed(
            member.request, facts.resource_policy
        ):
            return f"it would let in {member.who}, who is kept out now"
    return None


def _around(facts: FunctionFacts, other: FunctionFacts, trusted: Trusted) -> Iterator[Member]:
    policy = other.resource_policy
    same = {replace(statement, index=0) for statement in policy.statements} if policy else set()
    door = door_of(facts, trusted)
    for statement in door.policy.statements:
        if replace(statement, index=0) not in same:
            for family in door.families(statement, EVERY):
                yield from family.strangers()
                yield from family.friends()
