"""Rule: no statement gives untrusted principals access to the function, and none lets an untrusted principal change it.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html: a principal of `*` is everyone with an
AWS account, and through a function URL without authentication everyone on the internet. Changing the function is graver
than invoking it: new code runs with the function's role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from permission_guard.access import INVOKING, MANAGING, READING, Access
from permission_guard.access.actions import INVOKE, INVOKE_URL
from permission_guard.access.keys import AUTH_TYPE, VIA_URL
from permission_guard.iam import (
    ABSENT,
    Context,
    Effect,
    EvalDecision,
    FunctionArn,
    Request,
    Statement,
    Truth,
    decide,
)
from permission_guard.model.document import NewCondition
from permission_guard.model.facts import NOT_READ, FactKind, FunctionFacts, Trusted, Unreadable
from permission_guard.model.finding import Concern, Finding, Severity
from permission_guard.rules.external_access import Fault, allows, found, gives_access, passed
from permission_guard.rules.review import Review, review_of
from permission_guard.rules.rule import LeaveIt, Remedy, Rule, SplitStatement
from permission_guard.services import REPLICATORS

ID: Final = "function-is-not-public"
_CHANGING: Final = (*MANAGING, *READING)
_IN_AN_ORGANIZATION: Final[Mapping[str, str | tuple[str, ...]]] = {
    "aws:PrincipalOrgID": "o-000000000a",
    "aws:PrincipalOrgPaths": ("o-000000000a/r-0000/ou-0000-00000000/",),
}
"""An organization that no policy names."""


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Evaluate every statement: one finding on invoking by principals, and one on managing by any caller, if it covers either.

    A policy that could not be read is reported once, by the rule on sources.
    """
    if not isinstance(facts.arn, FunctionArn) or facts.resource_policy is None:
        return ()
    return tuple(_findings(review_of(facts, trusted)))


def _findings(review: Review) -> Iterator[Finding]:
    by_place = sorted((*review.others, *review.services), key=lambda one: one.index)
    for statement in by_place:
        is_others = any(statement is one for one in review.others)
        if is_others and statement.covers(INVOKING):
            yield _on_invoking(statement, review)
        if statement.covers(_CHANGING) and not _is_replication(statement):
            yield _on_managing(statement, review)


def _is_replication(statement: Statement) -> bool:
    """Return whether a statement is one that CloudFront writes for Lambda@Edge, which allows these actions alone (facts 4)."""
    principals = statement.principals
    if principals is None or principals.negated or statement.actions.negated:
        return False
    return all(one.name.lower() in REPLICATORS for one in principals.named) and all(
        one.text.lower().removesuffix("*") in _REPLICATION for one in statement.actions.patterns
    )


_REPLICATION: Final = frozenset({"lambda:getfunction", "lambda:enablereplication"})
"""`lambda:EnableReplication*` is how AWS's page writes it (AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html)."""


def _on_invoking(statement: Statement, review: Review) -> Finding:
    concern, verb = Concern.FUNCTION_IS_NOT_PUBLIC, f"invoke {review.name}"
    summary = gives_access(statement, review.answer(statement, INVOKING), verb)
    finding = passed(ID, concern, review.target, statement, summary)

    def fault(access: Access, request: Request) -> Fault:
        by_url = request.action == INVOKE_URL or request.context.values(VIA_URL) == ("true",)
        does = f"call the function URL of {review.name}" if by_url else verb
        summary = allows(statement, access, request, does)
        if request.action == INVOKE_URL:
            summary += _through_url(request, review)
        if access is Access.NAMED:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _NAMED)
        if by_url:
            advice = _PUBLIC if request.context.values(AUTH_TYPE) == ("AWS_IAM",) else _URL
            return Fault(Concern.FUNCTION_URL_IS_NOT_PUBLIC, Severity.HIGH, summary, advice)
        if _is_closed_to_organizations(request, review):
            summary = allows(statement, access, request, verb, "any AWS account that is in no organization")
            return Fault(concern, Severity.HIGH, summary, _PUBLIC)
        return Fault(concern, Severity.CRITICAL, summary, _PUBLIC)

    reported = found(finding, statement, review, INVOKING, fault)
    if _is_half(statement) and reported.concern is not Concern.PERMISSION_IS_USABLE:
        return replace(finding, summary=f"{statement.title}: {_HALF}")
    return reported


def _is_closed_to_organizations(request: Request, review: Review) -> bool:
    """Return whether the caller found would be refused if its account were in an organization that the policy does not name.

    aws:PrincipalOrgID "is included in the request context only if the principal is a member of an organization"
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html): IfExists admits the others.
    """
    if any(request.context.values(key.lower()) for key in _IN_AN_ORGANIZATION):
        return False
    asked = replace(request, context=request.context.with_keys(_IN_AN_ORGANIZATION))
    return decide(asked, resource=review.policy).answer is not EvalDecision.ALLOWED


def _is_half(statement: Statement) -> bool:
    """Return whether a statement allows calls through the function URL only. Those need InvokeFunctionUrl, too.

    "Both permissions are required" (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html): who has access is decided
    by the other statement.
    """
    directly = (Context.of({VIA_URL: ABSENT}), Context.of({VIA_URL: "false"}))
    return not statement.covers((INVOKE_URL,)) and any(
        one.lower_key == VIA_URL and all(one.holds(call) is Truth.NO for call in directly)
        for one in statement.conditions
    )


def _through_url(request: Request, review: Review) -> str:
    """Say how the caller authenticates, and whether the second of the two permissions is there too.

    "Starting in October 2025, new function URLs will require both lambda:InvokeFunctionUrl and lambda:InvokeFunction
    permissions" (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
    """
    context = request.context
    (authentication,) = context.values(AUTH_TYPE) or ("NONE",)
    context = context.with_keys({VIA_URL: "true", AUTH_TYPE: ABSENT})
    through = replace(request, action=INVOKE, context=context)
    second = decide(through, resource=review.policy)
    if second.answer is EvalDecision.ALLOWED:
        sids = " and ".join(cited.statement.phrase for cited in second.statements)
        return f" (AuthType {authentication}), together with {sids}"
    return (
        f" (AuthType {authentication}) if the URL was made before October 2025: later ones need the permission "
        "lambda:InvokeFunction too, which is missing"
    )


def _on_managing(statement: Statement, review: Review) -> Finding:
    concern, verb = Concern.MANAGEMENT_ACCESS, f"manage {review.name}"
    summary = gives_access(statement, review.answer(statement, _CHANGING), verb)
    finding = passed(ID, concern, review.target, statement, summary)

    def fault(access: Access, request: Request) -> Fault:
        action = request.action
        does, severity = ("read about", Severity.HIGH) if action in READING else ("manage", Severity.CRITICAL)
        summary = allows(statement, access, request, f"{does} {review.name} ({action})")
        return Fault(concern, severity, summary, _MANAGE)

    reported = found(finding, statement, review, _CHANGING, fault)
    if reported.concern is Concern.PERMISSION_IS_USABLE and statement.covers(INVOKING):
        # That nobody can use the statement is reported once, with the finding on invoking.
        return finding
    return reported


_HALF: Final = (
    "it allows calls through the function URL only, which also need a statement for lambda:InvokeFunctionUrl"
)
_PUBLIC: Final = (
    "Name the accounts or roles that may invoke instead of '*' where the permission is defined, or add a condition on "
    "aws:PrincipalOrgID."
)
_URL: Final = (
    "If the URL is not meant to be public, set its AuthType to AWS_IAM and remove both statements that allow it. If it "
    "is, add function-url-is-not-public to Ignore."
)
_NAMED: Final = (
    "If this account or organization is yours or a partner's, add it to TrustedAccounts or TrustedOrganizationIds; if "
    "not, remove the statement."
)
_MANAGE: Final = (
    "A principal that can change the function runs code with its role. Grant only lambda:InvokeFunction. If others must "
    "manage the function, let them assume a role of this account."
)


def _bare(facts: FunctionFacts) -> tuple[Statement, ...]:
    """Return the statements that allow everybody something without a condition.

    A `*` with conditions may be intended; so may a `*` among other principals, or a NotPrincipal.
    """
    policy = facts.resource_policy
    return tuple(
        one
        for one in (policy.statements if policy else ())
        if one.effect is Effect.ALLOW
        and one.principals is not None
        and not one.principals.negated
        and all(name.is_anyone for name in one.principals.named)
        and not one.conditions
    )


def asks(facts: FunctionFacts) -> FactKind:
    """Ask for the policy; then for the function URL, if a statement for everybody may be what makes it work."""
    if facts.policy is NOT_READ:
        return FactKind.POLICY
    if not isinstance(facts.arn, FunctionArn) or not any(one.covers(INVOKING) for one in _bare(facts)):
        return FactKind.NOTHING
    return FactKind.URL & facts.unread


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer to replace a bare `*` by statements that together give access to the zone of trust, and to nobody else."""
    repairable = {Concern.FUNCTION_IS_NOT_PUBLIC, Concern.MANAGEMENT_ACCESS}
    if finding.statement is None or finding.concern not in repairable:
        return
    statement = next((one for one in _bare(facts) if one.index == finding.statement), None)
    if statement is None:
        return
    if statement.covers(INVOKING) and facts.has_public_url is not False:
        # Since October 2025 a public URL needs this permission too (_through_url): a condition would close the URL.
        yield LeaveIt(_whether_url(facts))
        return
    if any(one.concern is Concern.FUNCTION_URL_IS_NOT_PUBLIC for one in check(facts, trusted)):
        # A deployment may add the permissions before the URL.
        yield LeaveIt("another statement is for a public function URL, which needs this permission")
        return
    yield SplitStatement(finding.statement, for_zone_of_trust(facts.arn.partition, trusted))


def _whether_url(facts: FunctionFacts) -> str:
    if isinstance(facts.has_public_url, Unreadable):
        return f"{facts.has_public_url}, and a public function URL would need this permission"
    if facts.has_public_url is NOT_READ:
        return "whether a public function URL needs this permission has not been read"
    return "the function has a function URL with AuthType NONE, which needs this permission"


def for_zone_of_trust(partition: str, trusted: Trusted) -> Sequence[NewCondition]:
    """Return conditions, one for each statement, that together are met by all trusted principals and services, and by nobody else."""
    accounts, organizations = trusted.all_accounts, trusted.organizations
    arns = tuple(f"arn:{partition}:*:*:{one}:*" for one in accounts)
    by_account = (
        NewCondition("StringEquals", "aws:PrincipalAccount", accounts),
        NewCondition("StringEquals", "aws:SourceAccount", accounts),
        NewCondition("ArnLike", "aws:SourceArn", arns),
    )
    if not organizations:
        return by_account
    keys = ("aws:PrincipalOrgID", "aws:SourceOrgID")
    return (*by_account, *(NewCondition("StringEquals", key, organizations) for key in keys))


RULE: Final = Rule(
    id=ID,
    title="No untrusted principal has access to the function",
    why="Anyone can run a public function at your cost and probe it, and take it over if they can change it.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    reads=FactKind.POLICY,
    asks=asks,
    check=check,
    remedies=remedies,
)
