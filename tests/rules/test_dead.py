"""Statements that no request can meet: which part of them is to blame."""

from __future__ import annotations

import pytest

from permission_guard.iam import EvalDecision, IamPrincipal
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.finding import Concern, DeniedRequest, Finding, Severity, Verdict
from permission_guard.rules import evaluate
from tests.fake_aws.builders import ACCOUNT, OWN, PARTNER, facts_with, statement

MINE: dict[str, Json] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def found(*statements: Body) -> tuple[Finding, ...]:
    return evaluate(facts_with(*statements), OWN)


def source(arn: str) -> dict[str, Json]:
    return {"ArnLike": {"aws:SourceArn": arn}}


WRONG: dict[str, tuple[str, str]] = {
    "s3.amazonaws.com": ("arn:aws:s3:::uploads/*", "arn:aws:s3:::NAME"),
    "events.amazonaws.com": (
        f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default",
        f"arn:aws:events:us-east-1:{ACCOUNT}:rule/NAME",
    ),
    "elasticloadbalancing.amazonaws.com": (
        f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/web/1",
        f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/NAME/*",
    ),
    "apigateway.amazonaws.com": (
        f"arn:aws:execute-api:us-east-1:{ACCOUNT}:abc123",
        f"arn:aws:execute-api:us-east-1:{ACCOUNT}:NAME/*/*",
    ),
    "cloudfront.amazonaws.com": (
        f"arn:aws:cloudfront:us-east-1:{ACCOUNT}:distribution/E1",
        f"arn:aws:cloudfront::{ACCOUNT}:distribution/NAME",
    ),
    "sns.amazonaws.com": (
        f"arn:aws:sns:us-east-1:{ACCOUNT}:orders:6b0e71bd-7e97-4d97-80ce-4a0994e55286",
        f"arn:aws:sns:us-east-1:{ACCOUNT}:NAME",
    ),
    "logs.amazonaws.com": (
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:orders",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:NAME:*",
    ),
    "connect.amazonaws.com": (
        f"arn:aws:connect:us-east-1:{ACCOUNT}:instance/i/contact-flow/f",
        f"arn:aws:connect:us-east-1:{ACCOUNT}:instance/NAME",
    ),
}


@pytest.mark.parametrize("service", WRONG)
def test_a_source_of_the_wrong_form_is_a_dead_trigger_and_the_right_form_is_given(service: str) -> None:
    arn, form = WRONG[service]
    condition: Json = {**source(arn), **(MINE if service == "s3.amazonaws.com" else {})}
    (finding,) = found(statement(service, Condition=condition))

    assert (finding.verdict, finding.severity) == (Verdict.FAIL, Severity.LOW)
    assert finding.concern is Concern.PERMISSION_IS_USABLE
    assert finding.summary.endswith(f"and {service} sends {form}")


def test_conditions_that_exclude_each_other_are_named_together() -> None:
    never: Json = {**MINE, "Null": {"aws:SourceAccount": "true"}}
    (finding,) = found(statement("s3.amazonaws.com", Condition=never))

    assert finding.summary == (
        f'Statement "s" gives nobody access: its conditions exclude each other: StringEquals aws:SourceAccount {ACCOUNT} and '
        "Null aws:SourceAccount true"
    )


def test_that_another_statement_allows_the_request_does_not_change_the_proof() -> None:
    never: Json = {"StringEquals": {"aws:PrincipalAccount": "nobody"}}
    finding, _ = found(statement({"AWS": ACCOUNT}, Condition=never), statement({"AWS": ACCOUNT}, sid="own"))

    assert isinstance(finding.proof, DeniedRequest)
    assert finding.proof.decision.answer is EvalDecision.NOT_ALLOWED


def test_every_source_of_a_wrong_form_is_named() -> None:
    wrong = [f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}:x" for name in ("a", "b")]
    (finding,) = found(statement("sns.amazonaws.com", Condition={"ArnLike": {"aws:SourceArn": list(wrong)}}))

    assert finding.summary == (
        f'Statement "s" gives nobody access: its aws:SourceArn is {wrong[0]} or {wrong[1]}, and sns.amazonaws.com sends '
        f"arn:aws:sns:us-east-1:{ACCOUNT}:NAME"
    )


def test_every_element_is_named_that_does_not_match() -> None:
    elsewhere = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
    (finding,) = found(statement({"AWS": "AROAEXAMPLEEXAMPLE123"}, Resource=elsewhere))

    assert finding.summary == (
        'Statement "s" gives nobody access: its Principal is AROAEXAMPLEEXAMPLE123, what is left of a user or role that has '
        "been deleted; its Resource is of region eu-west-1, not us-east-1"
    )


@pytest.mark.parametrize("principal", ["sns.amazonaws.com", {"AWS": ACCOUNT}])
def test_only_the_conditions_are_named_that_nobody_meets_by_themselves(principal: Json) -> None:
    both: Json = {"StringEquals": {"aws:RequestedRegion": "us-east-1", "s3:prefix": "x"}}
    (finding,) = found(statement(principal, Condition=both))

    caller = principal if isinstance(principal, str) else "the caller"
    assert finding.summary == (
        f'Statement "s" gives nobody access: it wants StringEquals s3:prefix x, and {caller} does not send s3:prefix'
    )


@pytest.mark.parametrize(
    ("element", "account"),
    [
        ({"Principal": {"AWS": PARTNER}}, PARTNER),
        ({"Principal": {"AWS": ["AROAEXAMPLEEXAMPLE123", f"arn:aws:iam::{PARTNER}:root"]}}, PARTNER),
        ({"NotPrincipal": {"AWS": [ACCOUNT, "999999999999"]}}, "888888888888"),
        ({"Principal": "*"}, ACCOUNT),
    ],
)
def test_where_no_call_meets_a_condition_the_principal_is_not_blamed(
    element: dict[str, Json], account: str
) -> None:
    never: Json = {"StringEquals": {"aws:PrincipalAccount": "000000000000/x"}}
    body = {key: value for key, value in statement(Condition=never).items() if key != "Principal"}
    (finding,) = found({**body, **element})

    assert finding.summary == (
        'Statement "s" gives nobody access: it wants StringEquals aws:PrincipalAccount 000000000000/x, and '
        f"aws:PrincipalAccount is {account}"
    )
    assert isinstance(finding.proof, DeniedRequest)
    assert finding.proof.request.principal == IamPrincipal(f"arn:aws:iam::{account}:root", account)
