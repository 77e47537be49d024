"""Rule: a statement that allows an AWS service to invoke the function names the source that the service acts for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html: a service acts for any account that configures it.
Without a condition on the source, every AWS account can make it invoke the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from permission_guard.access import INVOKING, Access, WitnessRequest
from permission_guard.access.answer import caller
from permission_guard.iam import Effect, EvalDecision, FunctionArn, Request, Statement
from permission_guard.model.document import NewCondition
from permission_guard.model.facts import FactKind, FunctionFacts, Subject, Trusted
from permission_guard.model.finding import Concern, Finding, Severity, Undecided, Unused, Verdict, Witness
from permission_guard.rules.external_access import (
    Fault,
    allows,
    ask_for_policy,
    found,
    gives_access,
    passed,
    unread,
)
from permission_guard.rules.review import Review, review_of, rows_in, services_in
from permission_guard.rules.rule import AddCondition, LeaveIt, Remedy, Rule
from permission_guard.services import WITHOUT_STATEMENT, Sends, Service

ID: Final = "invoke-permission-names-its-source"
_CONCERN: Final = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Evaluate every statement that allows a service to invoke: one finding each, FAIL with an untrusted request."""
    policy = facts.resource_policy
    if not isinstance(facts.arn, FunctionArn) or policy is None:
        return unread(ID, _CONCERN, facts) if isinstance(facts.arn, FunctionArn) else ()
    review = review_of(facts, trusted)
    split = {one.index: one for one in review.services}
    return tuple(
        _evaluated(one, split.get(one.index), review)
        for one in policy.statements
        if one.effect is Effect.ALLOW and services_in(one) and one.covers(INVOKING)
    )


def _evaluated(whole: Statement, statement: Statement | None, review: Review) -> Finding:
    """Return the finding about a statement; `statement` is the part of it besides AWS's own topics."""
    topics = review.publishers.get(whole.index, ())
    what = "is AWS's own topic" if len(topics) == 1 else "are AWS's own topics"
    own = f"{' and '.join(topics)} {what}, on which it publishes to everyone" if topics else ""
    finding = passed(ID, _CONCERN, review.target, whole, f"{whole.title}: {own}")
    if statement is None:
        return finding
    verb = f"invoke {review.name}"
    useless = _without_statement(services_in(whole))
    if useless:
        return replace(
            finding,
            concern=Concern.PERMISSION_IS_USABLE,
            severity=Severity.LOW,
            verdict=Verdict.FAIL,
            summary=f"{whole.title} does nothing: {useless}",
            proof=Unused(useless),
            advice=_REMOVE,
        )
    access = gives_access(statement, review.answer(statement, INVOKING), verb)
    finding = replace(finding, summary=f"{access}; {own}" if own else access)

    def fault(access: Access, request: Request) -> Fault:
        summary = allows(statement, access, request, verb)
        if access is Access.NAMED:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _ADVICE)
        return Fault(_CONCERN, Severity.HIGH, summary, _ADVICE)

    return _within_account(found(finding, statement, review, INVOKING, fault), statement, verb)


def _without_statement(names: Sequence[str]) -> str:
    """Say that services invoke without the resource-based policy, if all of them do."""
    if not all(one.lower() in WITHOUT_STATEMENT for one in names):
        return ""
    verb, ask = ("invokes", "asks") if len(names) == 1 else ("invoke", "ask")
    return f"{' and '.join(names)} {verb} with an execution role and {ask} no resource-based policy"


def _within_account(finding: Finding, statement: Statement, verb: str) -> Finding:
    """Return a LOW fault for a service that AWS documents to invoke functions of its own account only.

    The policy does not enforce it, and a PASS does not rest on a page; but no untrusted account is known to have access.
    """
    proof = finding.proof
    names, rows = services_in(statement), rows_in(statement)
    if not isinstance(proof, Undecided) or proof.decision.answer is not EvalDecision.ALLOWED:
        return finding
    arns = proof.request.context.values("aws:sourcearn") or ()
    if len(rows) < len(names) or not all(row.within_account and all(map(row.shows, arns)) for row in rows):
        return finding
    account = WitnessRequest(proof.request).account
    texts = (text for one in statement.conditions for text in one.texts)
    is_named = account is not None and any(account in text for text in texts)
    source = f"for untrusted account {account}" if is_named else "without naming a source"
    return replace(
        finding,
        concern=Concern.CROSS_ACCOUNT_ACCESS if is_named else _CONCERN,
        verdict=Verdict.FAIL,
        severity=Severity.LOW,
        summary=f"{statement.title} allows {' and '.join(names)} to {verb} {source}; AWS documents calls within one "
        "account only",
        proof=Witness(proof.request, proof.decision, caller(proof.request, account if is_named else None)),
        advice=_ADVICE,
    )


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer the one condition on the trusted accounts that every service of the statement surely meets.

    None for a source in an untrusted account that the statement names: that may be intended.
    """
    policy = facts.resource_policy
    if policy is None or finding.statement is None or finding.concern is not _CONCERN:
        return
    statement = policy.statements[finding.statement]
    rows = rows_in(statement)
    if len(rows) < len(services_in(statement)):
        return
    condition = condition_on(rows, facts.arn, trusted.all_accounts)
    if condition is not None and trusted.organizations:
        yield LeaveIt(_ORGANIZATIONS)
    elif condition is not None:
        yield AddCondition(finding.statement, condition)


def condition_on(rows: Sequence[Service], target: Subject, accounts: Sequence[str]) -> NewCondition | None:
    """Return the condition that limits all these services to accounts; None if they do not always send such a key."""
    if all(row.account is Sends.ALWAYS for row in rows):
        return NewCondition("StringEquals", "aws:SourceAccount", tuple(accounts))
    if not all(row.arn is Sends.ALWAYS and row.owned for row in rows):
        return None
    arns = (row.by_account(target.partition, target.region, one) for row in rows for one in accounts)
    return NewCondition("ArnLike", "aws:SourceArn", tuple(dict.fromkeys(arns)))


_ORGANIZATIONS: Final = (
    "organizations are trusted, and AWS does not document that the service sends aws:SourceOrgID: a condition on accounts "
    "would refuse their members"
)
_ADVICE: Final = (
    "Name the source where the permission is defined: SourceArn (and SourceAccount, if the ARN carries no account) of "
    "AWS::Lambda::Permission in CloudFormation and SAM, source_arn and source_account of aws_lambda_permission in "
    "Terraform."
)
_REMOVE: Final = "Remove the permission where it is defined."

RULE: Final = Rule(
    id=ID,
    title="A permission for a service names its source",
    why="A service acts for any account that configures it. Without a source, any AWS account can make it invoke the function.",
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    reads=FactKind.POLICY,
    asks=ask_for_policy,
    check=check,
    remedies=remedies,
)
