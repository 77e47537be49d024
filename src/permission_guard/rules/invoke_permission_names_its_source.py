"""Rule: a statement that lets an AWS service invoke the function names the source that the service may act for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html: a service acts for whoever asks it to. Without a
condition on its source, every AWS account can make it invoke the function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.callers import Caller, Mark, caller_of
from permission_guard.exposure import Exposure, Kin, Scale, door_of, invoking
from permission_guard.facts import NOT_READ, FunctionFacts, Look, PolicyFacts, Trusted, Unreadable
from permission_guard.finding import Concern, Finding, Severity, Undecided, Verdict, Witness, advice_on
from permission_guard.iam import Statement
from permission_guard.iam.principal import Principals
from permission_guard.rules.rule import AddCondition, Remedy, Rule

ID: Final = "invoke-permission-names-its-source"


def services(statement: Statement) -> tuple[str, ...]:
    """Return the services that a statement names."""
    if statement.principals is None or statement.principals.negated:
        return ()
    return tuple(one.name for one in statement.principals.named if one.type == "Service")


def asks(facts: FunctionFacts, _trusted: Trusted) -> Look:
    """Ask for the resource policy."""
    return Look.POLICY if facts.policy is NOT_READ else Look.NOTHING


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement that lets a service invoke: one finding each, FAIL with a stranger who gets in."""
    match facts.policy:
        case Unreadable() as unreadable:
            return (
                _finding(facts.target, Verdict.UNKNOWN, str(unreadable), Exposure(Scale.UNKNOWN), unreadable),
            )
        case PolicyFacts(policy=policy) if policy is not None:
            statements = (
                statement for statement in policy.statements if invoking(statement) and services(statement)
            )
            return tuple(_judged(statement, facts, trusted) for statement in statements)
        case _:
            return ()


def _judged(statement: Statement, facts: FunctionFacts, trusted: Trusted) -> Finding:
    named = services(statement)
    theirs = (
        Principals(tuple(one for one in statement.principals.named if one.type == "Service"))
        if statement.principals
        else None
    )
    exposure = door_of(facts, trusted).exposure(replace(statement, principals=theirs))
    who = " and ".join(named)
    if exposure.witness is not None:
        summary = f"{statement.label} lets {who} invoke for strangers: {exposure.witness.stranger} gets in"
        return _finding(facts.target, Verdict.FAIL, summary, exposure, exposure.witness, statement)
    if exposure.doubt is not None:
        return _finding(
            facts.target, Verdict.UNKNOWN, exposure.doubt.doubt, exposure, exposure.doubt, statement
        )
    summary = f"{statement.label} lets {who} invoke for {exposure.scale.value}"
    return _finding(facts.target, Verdict.PASS, summary, exposure, None, statement)


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer the conditions that every service of the statement is sure to send: SourceArn, else SourceAccount.

    Nothing for a source in a foreign account that the statement names: that is a decision of somebody's, not a slip.
    """
    policy = facts.policy.policy if isinstance(facts.policy, PolicyFacts) else None
    if policy is None or finding.statement is None or finding.concern is Concern.FOREIGN_ACCOUNTS:
        return
    callers = [caller_of(name) for name in services(policy.statements[finding.statement])]
    known = [caller for caller in callers if caller is not None]
    if not known or len(known) != len(callers):
        return
    if all(_is_bound_by_arn(caller) for caller in known):
        arns = (caller.arn(facts.arn, account) for caller in known for account in trusted.all_accounts)
        yield AddCondition(finding.statement, "ArnLike", "aws:SourceArn", tuple(dict.fromkeys(arns)))
    if all(caller.source_account is Mark.SURE for caller in known):
        yield AddCondition(finding.statement, "StringEquals", "aws:SourceAccount", trusted.all_accounts)


def _is_bound_by_arn(caller: Caller) -> bool:
    return caller.source_arn is Mark.SURE and caller.owned


def _finding(
    target: str,
    verdict: Verdict,
    summary: str,
    exposure: Exposure,
    proof: Unreadable | Witness | Undecided | None,
    statement: Statement | None = None,
) -> Finding:
    foreign = exposure.kin is Kin.FOREIGN
    return Finding(
        rule=ID,
        concern=Concern.FOREIGN_ACCOUNTS if foreign else Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE,
        subject=f"{target} {statement.label}" if statement else target,
        verdict=verdict,
        severity=Severity.MEDIUM if foreign else Severity.HIGH,
        summary=summary,
        proof=proof,
        statement=statement.index if statement else None,
        advice=advice_on(verdict, proof, _ADVICE),
    )


_ADVICE: Final = (
    "Name the source where the permission is defined: SourceArn (and SourceAccount, if the ARN carries no account) of "
    "AWS::Lambda::Permission in CloudFormation and SAM, source_arn and source_account of aws_lambda_permission in "
    "Terraform."
)

RULE: Final = Rule(
    id=ID,
    title="A permission for a service names its source",
    why="A service invokes for whoever asks it to: without a source, any AWS account can have the function run.",
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    looks_at=Look.POLICY,
    asks=asks,
    check=check,
    remedies=remedies,
)
