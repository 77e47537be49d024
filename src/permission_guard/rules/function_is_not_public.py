"""Rule: no statement lets anybody use the function, nor an account or organisation that is not trusted.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html: a principal of `*` is everyone with an
AWS account, and through a function URL without authentication everyone at all. To change the function is graver than to
invoke it: new code runs with the function's role.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.document import Bound
from permission_guard.exposure import (
    INVOKE,
    INVOKE_URL,
    MANAGING,
    READING,
    VIA_URL,
    Door,
    Kin,
    Scale,
    covered,
    door_of,
    invoking,
)
from permission_guard.facts import FunctionFacts, Look, Trusted
from permission_guard.finding import Concern, Finding, Severity, Witness
from permission_guard.iam import ABSENT, Answer, FunctionArn, Statement, decide
from permission_guard.iam.principal import Principals
from permission_guard.rules.opening import Fault, ask_for_policy, passed, told
from permission_guard.rules.rule import AddCondition, Remedy, Rule

ID: Final = "function-is-not-public"


def admitted(statement: Statement) -> Principals | None:
    """Return whom a statement admits besides services; None if nobody."""
    principals = statement.principals
    if principals is None or principals.negated:
        return principals
    others = tuple(one for one in principals.named if one.type != "Service")
    return Principals(others) if others else None


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement that admits principals: a finding on invoking, and one on managing, if it covers either.

    A policy that could not be read is told once, by the rule on sources.
    """
    if not isinstance(facts.arn, FunctionArn) or facts.resource_policy is None:
        return ()
    return tuple(_findings(door_of(facts, trusted)))


def _findings(door: Door) -> Iterator[Finding]:
    for statement in door.policy.statements:
        principals = admitted(statement)
        if principals is None:
            continue
        bare = replace(statement, principals=principals)
        if invoking(statement):
            yield _on_invoking(bare, door)
        if covered(statement, (*MANAGING, *READING)):
            yield _on_managing(bare, door)


def _admits(statement: Statement, scale: Scale) -> str:
    names = ", ".join(one.name for one in statement.principals.named) if statement.principals else ""
    if statement.principals and statement.principals.negated:
        names = f"all but {names}"
    return f"{statement.label} admits {names} as {scale.value}"


def _on_invoking(statement: Statement, door: Door) -> Finding:
    exposure = door.exposure(statement)
    concern = Concern.FUNCTION_IS_NOT_PUBLIC
    finding = passed(ID, concern, door.target, statement, _admits(statement, exposure.scale))

    def fault(witness: Witness) -> Fault:
        summary = f"{statement.label} lets {witness.stranger} invoke"
        if witness.request.action == INVOKE_URL:
            summary = f"{statement.label} lets {witness.stranger} call the function's URL{_through_url(witness, door)}"
        if exposure.kin is Kin.FOREIGN:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _FOREIGN)
        if witness.request.action == INVOKE_URL:
            return Fault(Concern.FUNCTION_URL_IS_NOT_PUBLIC, Severity.HIGH, summary, _URL)
        return Fault(concern, Severity.CRITICAL, summary, _PUBLIC)

    return told(finding, exposure, fault)


def _through_url(witness: Witness, door: Door) -> str:
    """Say how the caller authenticates, and whether the second of the two permissions stands there too.

    "Starting in October 2025, new function URLs will require both lambda:InvokeFunctionUrl and lambda:InvokeFunction
    permissions" (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
    """
    context = witness.request.context
    authentication = " or ".join(context.values("lambda:functionurlauthtype") or ())
    context = context.with_keys({VIA_URL: "true", "lambda:FunctionUrlAuthType": ABSENT})
    through = replace(witness.request, action=INVOKE, context=context)
    second = decide(through, resource=door.policy)
    if second.answer is Answer.ALLOWED:
        sids = " and ".join(cited.statement.label for cited in second.statements)
        return f" (AuthType {authentication}), together with {sids}"
    return f" (AuthType {authentication}) if the URL was made before October 2025: later ones need InvokeFunction too"


def _on_managing(statement: Statement, door: Door) -> Finding:
    exposure = door.exposure(statement, (*MANAGING, *READING))
    if invoking(statement):
        # That nobody can use the statement is told once.
        exposure = replace(exposure, unmet=None)
    concern = Concern.MANAGEMENT_ACCESS
    finding = passed(
        ID, concern, door.target, statement, f"{_admits(statement, exposure.scale)} to manage it"
    )

    def fault(witness: Witness) -> Fault:
        action = witness.request.action
        if action in READING:
            summary = f"{statement.label} lets {witness.stranger} read about the function: {action}"
            return Fault(concern, Severity.HIGH, summary, _MANAGE)
        summary = f"{statement.label} lets {witness.stranger} take the function over: {action}"
        return Fault(concern, Severity.CRITICAL, summary, _MANAGE)

    return told(finding, exposure, fault)


_PUBLIC: Final = (
    "Name the accounts or roles that may invoke instead of '*' where the permission is defined, or bound it by "
    "PrincipalOrgID."
)
_URL: Final = (
    "If the URL is not meant for everybody, set its AuthType to AWS_IAM and remove both statements that open it. If it "
    "is, set PublicFunctionUrls to Off."
)
_FOREIGN: Final = (
    "If this account or organisation is yours or a partner's, add it to TrustedAccounts or TrustedOrganizationIds; if "
    "not, remove the statement."
)
_MANAGE: Final = (
    "Whoever may change the function runs code with its role. Grant lambda:InvokeFunction alone, and let others manage "
    "it by a role of this account that they may assume."
)


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer to bind a bare `*` to the trusted organisations, if there are any, else to the trusted accounts.

    A `*` that has conditions of its own is somebody's decision; so is a `*` among other principals, or a NotPrincipal.
    """
    policy = facts.resource_policy
    mended = {Concern.FUNCTION_IS_NOT_PUBLIC, Concern.MANAGEMENT_ACCESS}
    if policy is None or finding.statement is None or finding.concern not in mended:
        return
    statement = policy.statements[finding.statement]
    principals = statement.principals
    if statement.conditions or principals is None or principals.negated:
        return
    if not all(one.is_anyone for one in principals.named):
        return
    if any(one.concern is Concern.FUNCTION_URL_IS_NOT_PUBLIC for one in check(facts, trusted)):
        # Since October 2025 a public URL needs this permission too (_through_url): to bind it would close the URL.
        return
    if trusted.organizations:
        bound = Bound("StringEquals", "aws:PrincipalOrgID", trusted.organizations)
    else:
        bound = Bound("StringEquals", "aws:PrincipalAccount", trusted.all_accounts)
    yield AddCondition(finding.statement, bound)


RULE: Final = Rule(
    id=ID,
    title="Nobody at large may use the function",
    why="A function open to everyone is run, paid for and probed by everyone, and taken over if they may change it.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    looks_at=Look.POLICY,
    asks=ask_for_policy,
    check=check,
    remedies=remedies,
)
