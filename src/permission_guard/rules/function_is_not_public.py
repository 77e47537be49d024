"""Rule: no statement lets anybody invoke, nor an account or organisation that is not trusted.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html: a principal of `*` is everyone with an
AWS account, and through a function URL without authentication everyone at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.exposure import INVOKE_URL, Exposure, Kin, Scale, door_of, invoking
from permission_guard.facts import NOT_READ, FunctionFacts, Look, PolicyFacts, Trusted
from permission_guard.finding import Concern, Finding, Proof, Severity, Verdict, advice_on
from permission_guard.iam import Statement
from permission_guard.iam.principal import Principals
from permission_guard.rules.rule import AddCondition, Remedy, Rule

ID: Final = "function-is-not-public"


def admitted(statement: Statement) -> Principals | None:
    """Return whom a statement admits besides services; None if nobody."""
    principals = statement.principals
    if principals is None or principals.negated:
        return principals
    others = tuple(one for one in principals.named if one.type != "Service")
    return Principals(others) if others else None


def asks(facts: FunctionFacts, _trusted: Trusted) -> Look:
    """Ask for the resource policy."""
    return Look.POLICY if facts.policy is NOT_READ else Look.NOTHING


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement that lets principals invoke: one finding each, FAIL with a stranger who gets in.

    A policy that could not be read is told once, by the rule on sources.
    """
    if not isinstance(facts.policy, PolicyFacts) or facts.policy.policy is None:
        return ()
    door = door_of(facts, trusted)
    found: list[Finding] = []
    for statement in door.policy.statements:
        principals = admitted(statement)
        if principals is None or not invoking(statement):
            continue
        exposure = door.exposure(replace(statement, principals=principals))
        found.append(_judged(statement, facts.target, exposure, principals))
    return tuple(found)


def _judged(statement: Statement, target: str, exposure: Exposure, principals: Principals) -> Finding:
    if exposure.witness is not None:
        summary = f"{statement.label} lets {exposure.witness.stranger} invoke"
        return _finding(statement, target, Verdict.FAIL, summary, exposure.witness, _concern(exposure))
    if exposure.doubt is not None:
        return _finding(
            statement, target, Verdict.UNKNOWN, exposure.doubt.doubt, exposure.doubt, _concern(exposure)
        )
    who = ", ".join(one.name for one in principals.named)
    summary = f"{statement.label} admits {who} as {exposure.scale.value}"
    if exposure.scale is Scale.DEAD:
        summary = f"{statement.label} admits {exposure.scale.value}"
    return _finding(statement, target, Verdict.PASS, summary, None, Concern.FUNCTION_IS_NOT_PUBLIC)


def _concern(exposure: Exposure) -> Concern:
    if exposure.kin is Kin.FOREIGN:
        return Concern.FOREIGN_ACCOUNTS
    if exposure.witness is not None and exposure.witness.request.action == INVOKE_URL:
        return Concern.PUBLIC_FUNCTION_URLS
    return Concern.FUNCTION_IS_NOT_PUBLIC


_SEVERITIES: Final = {
    Concern.FUNCTION_IS_NOT_PUBLIC: Severity.CRITICAL,
    Concern.PUBLIC_FUNCTION_URLS: Severity.HIGH,
    Concern.FOREIGN_ACCOUNTS: Severity.MEDIUM,
}
_ADVICE: Final = {
    Concern.FUNCTION_IS_NOT_PUBLIC: "Name the accounts or roles that may invoke instead of '*' where the permission is "
    "defined, or bound it by PrincipalOrgID.",
    Concern.PUBLIC_FUNCTION_URLS: "If the URL is not meant for everybody, set its AuthType to AWS_IAM and remove both "
    "statements that open it. If it is, set PublicFunctionUrls to Off.",
    Concern.FOREIGN_ACCOUNTS: "If this account or organisation is yours or a partner's, add it to TrustedAccounts or "
    "TrustedOrganizationIds; if not, remove the statement.",
}


def _finding(
    statement: Statement, target: str, verdict: Verdict, summary: str, proof: Proof, concern: Concern
) -> Finding:
    return Finding(
        rule=ID,
        concern=concern,
        subject=f"{target} {statement.label}",
        verdict=verdict,
        severity=_SEVERITIES[concern],
        summary=summary,
        proof=proof,
        statement=statement.index,
        advice=advice_on(verdict, proof, _ADVICE[concern]),
    )


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer to bind a bare `*` to the trusted organisations, if there are any, else to the trusted accounts.

    A `*` that has conditions of its own is somebody's decision; so is a `*` among other principals, or a NotPrincipal.
    """
    policy = facts.policy.policy if isinstance(facts.policy, PolicyFacts) else None
    if policy is None or finding.statement is None or finding.concern is not Concern.FUNCTION_IS_NOT_PUBLIC:
        return
    statement = policy.statements[finding.statement]
    principals = statement.principals
    if statement.conditions or principals is None or principals.negated:
        return
    if not all(one.is_anyone for one in principals.named):
        return
    if trusted.organizations:
        yield AddCondition(finding.statement, "StringEquals", "aws:PrincipalOrgID", trusted.organizations)
    else:
        yield AddCondition(finding.statement, "StringEquals", "aws:PrincipalAccount", trusted.all_accounts)


RULE: Final = Rule(
    id=ID,
    title="Nobody at large may invoke the function",
    why="A function open to everyone is run, paid for and probed by everyone.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    looks_at=Look.POLICY,
    asks=asks,
    check=check,
    remedies=remedies,
)
