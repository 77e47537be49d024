"""The one verdict that an event proves by itself, without a call to AWS.

Otherwise an event only names what to read. AddPermission's event carries the statement that Lambda made of the call. If
that statement alone gives no untrusted access, it gives none in any policy: another statement cannot widen it, a Deny can
only narrow it, and whatever replaced it since has an event of its own (docs/decisions/0031).
"""

from __future__ import annotations

from collections.abc import Mapping

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.iam import Policy, PolicyError
from permission_guard.iam.policy import loads
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, Trusted
from permission_guard.model.finding import Finding, Verdict
from permission_guard.repair.grant import Grant, NotExpressible
from permission_guard.rules import evaluate


def compliant_findings(trigger: Trigger, trusted: Trusted) -> tuple[Finding, ...]:
    """Return the findings about a permission that its own event proves compliant; none if the function must be read.

    Each of them is a PASS: every other permission is evaluated in the policy as it is now.
    """
    policy = _alone(trigger)
    if policy is None:
        return ()
    known = PolicyFacts(trigger.qualifier, policy, None, Family.STATEMENTS)
    findings = evaluate(
        FunctionFacts(trigger.subject, trigger.qualifier, policy=known, at=trigger.at), trusted
    )
    return () if any(finding.verdict is not Verdict.PASS for finding in findings) else findings


def _alone(trigger: Trigger) -> Policy | None:
    """Return a policy of only the statement in the event; None if the event does not show all of it.

    It must be word for word what AddPermission makes of one call on just this function, version or alias. Not shown is
    what means something else beside another statement: the two halves of a public URL, and a variable, which is one only
    in a document of the newer version.
    """
    text = trigger.statement
    if trigger.kind is not Kind.PERMISSION_ADDED or text is None or "${" in text:
        return None
    target = trigger.subject.qualified(trigger.qualifier)
    try:
        body = loads(text)
        if not isinstance(body, Mapping):
            return None
        grant = Grant.of(body, target)
        policy = Policy.parse(
            {"Version": "2012-10-17", "Statement": [body]}, name=f"the event about {target}"
        )
    except (NotExpressible, PolicyError):
        return None
    is_half = grant.invoked_via_function_url is not None or grant.function_url_auth_type is not None
    if grant.sid != trigger.arrived or grant.principal == "*" or is_half:
        return None
    return policy
