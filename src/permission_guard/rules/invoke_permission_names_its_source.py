"""Rule: a statement that lets an AWS service invoke the function names the source that the service may act for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html: a service acts for whoever asks it to. Without a
condition on its source, every AWS account can make it invoke the function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.callers import Mark, caller_of
from permission_guard.document import Bound
from permission_guard.exposure import Kin, door_of, invoking
from permission_guard.facts import FunctionFacts, Look, Trusted
from permission_guard.finding import Concern, Finding, Severity, Witness
from permission_guard.iam import FunctionArn, Statement
from permission_guard.iam.principal import Principals
from permission_guard.rules.opening import Fault, ask_for_policy, passed, told, unread
from permission_guard.rules.rule import AddCondition, Remedy, Rule

ID: Final = "invoke-permission-names-its-source"
_CONCERN: Final = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE


def services(statement: Statement) -> Principals:
    """Return the services that a statement names."""
    named = statement.principals
    if named is None or named.negated:
        return Principals(())
    return Principals(tuple(one for one in named.named if one.type == "Service"))


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement that lets a service invoke: one finding each, FAIL with a stranger who gets in."""
    policy = facts.resource_policy
    if not isinstance(facts.arn, FunctionArn) or policy is None:
        return unread(ID, _CONCERN, facts) if isinstance(facts.arn, FunctionArn) else ()
    return tuple(
        _judged(statement, facts, trusted)
        for statement in policy.statements
        if services(statement).named and invoking(statement)
    )


def _judged(statement: Statement, facts: FunctionFacts, trusted: Trusted) -> Finding:
    exposure = door_of(facts, trusted).exposure(replace(statement, principals=services(statement)))
    what = f"{statement.label} lets {' and '.join(one.name for one in services(statement).named)} invoke on behalf of"
    finding = passed(ID, _CONCERN, facts.target, statement, f"{what} {exposure.scale.value}")

    def fault(witness: Witness) -> Fault:
        summary = f"{what} strangers: {witness.stranger} gets in"
        if exposure.kin is Kin.FOREIGN:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _ADVICE)
        return Fault(_CONCERN, Severity.HIGH, summary, _ADVICE)

    return told(finding, exposure, fault)


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer the conditions on the trusted accounts that every service of the statement is sure to meet.

    None for a source in an untrusted account that the statement names: that is somebody's decision, not a slip.
    """
    policy = facts.resource_policy
    if policy is None or finding.statement is None or finding.concern is not _CONCERN:
        return
    named = [caller_of(one.name) for one in services(policy.statements[finding.statement]).named]
    known = [caller for caller in named if caller is not None]
    if len(known) < len(named):
        return
    accounts = trusted.all_accounts
    if all(caller.source_account is Mark.SURE for caller in known):
        yield AddCondition(finding.statement, Bound("StringEquals", "aws:SourceAccount", accounts))
    if all(caller.source_arn is Mark.SURE and caller.owned for caller in known):
        arns = (caller.by_account(facts.arn, account) for caller in known for account in accounts)
        yield AddCondition(finding.statement, Bound("ArnLike", "aws:SourceArn", tuple(dict.fromkeys(arns))))


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
    asks=ask_for_policy,
    check=check,
    remedies=remedies,
)
