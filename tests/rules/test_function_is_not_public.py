"""Public functions and function URLs: what is reported, what is asked, and what a repair puts in the place of a `*`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

import pytest

from permission_guard.iam import LayerVersionArn
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import NOT_READ, FactKind, FunctionFacts, NotRead, Trusted, Unreadable
from permission_guard.model.finding import Concern, Finding, Severity
from permission_guard.rules import evaluate, function_is_not_public
from permission_guard.rules.function_is_not_public import asks, for_zone_of_trust
from permission_guard.rules.rule import LeaveIt
from tests.fake_aws.builders import ACCOUNT, OWN, PARTNER, TARGET, facts_with, statement

PUBLIC_URL: Final = {
    **statement(sid="url", Action="lambda:InvokeFunctionUrl"),
    "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
}
VIA_URL: Final = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def one(findings: Iterable[Finding], concern: Concern) -> Finding:
    (found,) = (finding for finding in findings if finding.concern is concern)
    return found


def test_a_public_url_names_each_statement_that_opens_it() -> None:
    exactly: Json = {"StringEquals": VIA_URL["Bool"]}
    seconds = [statement(sid=sid, Condition=one) for sid, one in (("one", VIA_URL), ("two", exactly))]
    finding = one(evaluate(facts_with(PUBLIC_URL, *seconds), OWN), Concern.FUNCTION_URL_IS_NOT_PUBLIC)

    assert finding.summary == (
        'Statement "url": Principal `*` allows anyone on the internet to call the function URL of orders (AuthType NONE), together '
        'with statement "one" and statement "two"'
    )


def test_an_auth_type_beside_the_second_statement_does_not_open_the_url() -> None:
    asks: Json = {**VIA_URL, "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    finding = one(
        evaluate(facts_with(PUBLIC_URL, statement(sid="two", Condition=asks)), OWN),
        Concern.FUNCTION_URL_IS_NOT_PUBLIC,
    )

    assert "before October 2025" in finding.summary


def test_only_a_bare_star_of_the_right_concern_is_replaced() -> None:
    nobody = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": TARGET}
    facts = facts_with(statement(), nobody)
    finding = one(evaluate(facts, OWN), Concern.FUNCTION_IS_NOT_PUBLIC)

    def offered(changed: Finding) -> int:
        return len(list(function_is_not_public.remedies(changed, facts, OWN)))

    assert offered(finding) == 1
    assert offered(replace(finding, concern=Concern.CROSS_ACCOUNT_ACCESS)) == 0
    assert offered(replace(finding, statement=None)) == 0
    assert offered(replace(finding, statement=1)) == 0


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (NOT_READ, "whether a public function URL needs this permission has not been read"),
        (True, "the function has a function URL with AuthType NONE, which needs this permission"),
        (
            Unreadable("the function URL", "AccessDenied"),
            "the function URL could not be read: AccessDenied, and a public function URL would need this permission",
        ),
    ],
)
def test_a_public_statement_is_left_that_a_function_url_may_need(
    url: Literal[True] | Unreadable | NotRead, reason: str
) -> None:
    facts = replace(facts_with(statement()), has_public_url=url)
    finding = one(evaluate(facts, OWN), Concern.FUNCTION_IS_NOT_PUBLIC)

    assert list(function_is_not_public.remedies(finding, facts, OWN)) == [LeaveIt(reason)]


def test_a_call_that_is_allowed_through_the_function_url_only_is_one_of_the_function_url() -> None:
    both = statement(Action=["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"], Condition=VIA_URL)
    (finding,) = evaluate(facts_with(both), OWN)

    assert (finding.concern, finding.severity) == (Concern.FUNCTION_URL_IS_NOT_PUBLIC, Severity.HIGH)
    assert finding.summary == (
        'Statement "s": Principal `*` allows any AWS account to call the function URL of orders, for example 999999999999'
    )


def test_all_but_lambda_at_edge_is_not_what_lambda_at_edge_writes() -> None:
    body = {key: value for key, value in statement(Action="lambda:GetFunction").items() if key != "Principal"}
    (finding,) = evaluate(
        facts_with({**body, "NotPrincipal": {"Service": "replicator.lambda.amazonaws.com"}}), OWN
    )

    assert (finding.concern, finding.severity) == (Concern.MANAGEMENT_ACCESS, Severity.HIGH)


def test_the_function_url_is_asked_for_once_and_only_where_a_bare_star_may_be_needed_for_it() -> None:
    def unread(*statements: Body) -> FunctionFacts:
        return replace(facts_with(*statements), has_public_url=NOT_READ)

    public, layer = unread(statement()), LayerVersionArn("aws", "us-east-1", ACCOUNT, "tools", "7")
    assert asks(replace(public, policy=NOT_READ)) is FactKind.POLICY
    assert asks(public) is FactKind.URL
    assert asks(replace(public, has_public_url=False)) is FactKind.NOTHING
    assert asks(replace(public, arn=layer)) is FactKind.NOTHING
    assert asks(unread(statement(Action="lambda:GetFunction"))) is FactKind.NOTHING
    assert asks(unread(statement(Condition=VIA_URL))) is FactKind.NOTHING
    assert asks(unread()) is FactKind.NOTHING


def test_the_zone_of_trust_is_met_by_the_accounts_and_organizations_and_by_services_for_them() -> None:
    accounts, organizations = f"{ACCOUNT} or {PARTNER}", "o-abcdefghij"
    by_account = [
        f"StringEquals aws:PrincipalAccount = {accounts}",
        f"StringEquals aws:SourceAccount = {accounts}",
        f"ArnLike aws:SourceArn = arn:aws-cn:*:*:{ACCOUNT}:* or arn:aws-cn:*:*:{PARTNER}:*",
    ]
    by_organization = [
        f"StringEquals aws:PrincipalOrgID = {organizations}",
        f"StringEquals aws:SourceOrgID = {organizations}",
    ]

    assert list(map(str, for_zone_of_trust("aws-cn", Trusted(ACCOUNT, (PARTNER,))))) == by_account
    both = for_zone_of_trust("aws-cn", Trusted(ACCOUNT, (PARTNER,), (organizations,)))
    assert list(map(str, both)) == [*by_account, *by_organization]
