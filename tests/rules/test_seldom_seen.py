"""Statements that are seldom seen: what they admit is decided by what they say, and not by what they are mostly for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, statements_of
from permission_guard.model.facts import RoleFacts, Trusted
from permission_guard.model.finding import Concern, Finding, Severity, Verdict
from permission_guard.rules import evaluate
from tests.access.hostile import largest, stars_and_marks
from tests.fake_aws.builders import ACCOUNT, FOREIGN, OWN, ROLE, TARGET, facts_with, facts_with_role, policy

URL = "lambda:InvokedViaFunctionUrl"
REPLICATOR = "replicator.lambda.amazonaws.com"
AWS_TOPIC: dict[str, Json] = {
    "ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"}
}
PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
GRAVEST = (FAIL, UNKNOWN, PASS)


def allow(
    principal: Json,
    condition: Json = None,
    *,
    resource: Json = TARGET,
    action: Json = "lambda:InvokeFunction",
    **more: Json,
) -> Body:
    block: Body = {"Condition": condition} if condition else {}
    who: Body = {} if principal is None else {"Principal": principal}
    return {"Sid": "s", "Effect": "Allow", **who, "Action": action, "Resource": resource, **block, **more}


def found(*statements: Body, trusted: Trusted = OWN) -> tuple[Finding, ...]:
    return evaluate(
        facts_with(*({**one, "Sid": f"s{place}"} for place, one in enumerate(statements))), trusted
    )


def gravest(*statements: Body, trusted: Trusted = OWN) -> Finding:
    return min(found(*statements, trusted=trusted), key=lambda one: GRAVEST.index(one.verdict))


def is_dead(finding: Finding) -> bool:
    return finding.concern is Concern.PERMISSION_IS_USABLE


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {URL: "false"}},
        {"StringEquals": {URL: "false"}},
        {"ForAnyValue:Bool": {URL: "false"}},
        {"Bool": {URL: ["true", "false"]}},
        {"StringLike": {URL: "f*"}},
        {"StringLike": {URL: "*"}},
        {"Null": {URL: "false"}, "StringNotEquals": {URL: "true"}},
    ],
)
@pytest.mark.parametrize("principal", ["*", {"AWS": FOREIGN}])
def test_a_statement_that_a_call_outside_the_function_url_may_meet_is_not_half_of_a_url(
    condition: Json, principal: Json
) -> None:
    assert gravest(allow(principal, condition)).verdict is not PASS


def test_a_statement_for_calls_through_the_function_url_is_half_of_it() -> None:
    assert gravest(allow("*", {"Bool": {URL: "true"}})).verdict is PASS


@pytest.mark.parametrize(
    "written",
    [
        allow(None, action="lambda:UpdateFunctionCode", NotPrincipal={"Service": REPLICATOR}),
        allow({"Service": REPLICATOR}, action="lambda:UpdateFunctionCode"),
        allow({"Service": "edgelambda.amazonaws.com"}, action=["lambda:GetFunction", "lambda:AddPermission"]),
        allow({"Service": REPLICATOR}, action="lambda:*"),
        allow({"Service": "sns.amazonaws.com"}, AWS_TOPIC, action="lambda:UpdateFunctionCode"),
        allow({"Service": "sns.amazonaws.com"}, AWS_TOPIC, action="lambda:*"),
    ],
)
def test_whoever_may_change_the_function_is_reported_also_where_reading_or_invoking_would_be_no_fault(
    written: Body,
) -> None:
    assert (Concern.MANAGEMENT_ACCESS, Severity.CRITICAL) in {
        (one.concern, one.severity) for one in found(written) if one.verdict is FAIL
    }


@pytest.mark.parametrize(
    "action", ["lambda:GetFunction", "lambda:EnableReplication*", ["lambda:GetFunction"]]
)
def test_what_lambda_at_edge_writes_itself_is_no_finding(action: Json) -> None:
    assert found(allow({"Service": REPLICATOR}, action=action)) == ()


def test_a_public_topic_of_aws_excuses_only_sns_and_only_for_the_function_itself() -> None:
    assert gravest(allow({"Service": "sns.amazonaws.com"}, AWS_TOPIC)).verdict is PASS
    assert gravest(allow({"Service": "s3.amazonaws.com"}, AWS_TOPIC)).verdict is UNKNOWN
    assert is_dead(gravest(allow({"Service": "sns.amazonaws.com"}, AWS_TOPIC, resource=f"{TARGET}x")))
    elsewhere: Json = {
        "StringLike": {"aws:PrincipalTag/topic": "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"}
    }
    assert is_dead(gravest(allow({"Service": "sns.amazonaws.com"}, elsewhere)))
    tagged = f"{TARGET.removesuffix('orders')}${{aws:PrincipalTag/function}}"
    assert gravest(allow({"Service": "sns.amazonaws.com"}, AWS_TOPIC, resource=tagged)).verdict is UNKNOWN


def unless_own(resource: Json) -> Body:
    outside: Json = {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}
    return {**allow("*", outside, resource=resource), "Effect": "Deny"}


@pytest.mark.parametrize("resource", [[TARGET, f"{TARGET}:*"], f"{TARGET}*", "*", f"{TARGET}:*"])
def test_what_only_versions_and_aliases_are_open_for_is_unknown(resource: Json) -> None:
    assert gravest(allow("*", resource=resource), unless_own(TARGET)).verdict is UNKNOWN
    assert gravest(allow("*", resource=resource), unless_own("*")).verdict is PASS


def test_a_statement_that_is_closed_for_the_function_and_for_its_versions_passes() -> None:
    own = allow({"AWS": ACCOUNT}, resource=[TARGET, f"{TARGET}:*"])

    assert [one.verdict for one in found(own, unless_own(TARGET))] == [PASS]


@pytest.mark.parametrize(
    "resource",
    [
        f"arn:aws:lambda:*:{ACCOUNT}:function:orders:*",
        "arn:aws:lambda:*:*:function:orders:prod",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:ord*:prod",
        f"{TARGET}?*",
    ],
)
def test_a_pattern_that_covers_versions_or_aliases_only_is_unknown_and_not_unusable(resource: str) -> None:
    assert gravest(allow("*", resource=resource)).verdict is UNKNOWN


def test_a_deny_on_one_version_leaves_the_others_unknown_and_one_on_all_closes_them() -> None:
    everything = allow("*", resource=f"{TARGET}:*")
    deny = {**everything, "Effect": "Deny"}

    assert gravest(everything, {**deny, "Resource": f"{TARGET}:1"}).verdict is UNKNOWN
    assert [(one.verdict, is_dead(one)) for one in found(everything, deny)] == [(PASS, False)]


@pytest.mark.parametrize(
    "text", ["203.0.113.0/255.255.255.0", "203.0.113.0/0.0.0.255", "fe80::1%eth0", "10.0.0.0/"]
)
def test_an_address_that_is_not_written_as_aws_documents_it_is_no_named_network(text: str) -> None:
    assert gravest(allow("*", {"IpAddress": {"aws:SourceIp": text}})).verdict is UNKNOWN


HARD: Sequence[Body] = statements_of(largest(stars_and_marks).text)


@pytest.mark.parametrize("open_", [allow("*"), allow("*", action="lambda:UpdateFunctionCode")])
def test_a_statement_that_is_too_complex_hides_no_other_wherever_it_stands(open_: Body) -> None:
    for statements in ([*HARD, open_], [open_, *HARD]):
        assert FAIL in {one.verdict for one in found(*statements)}


TOKEN = "lambda:EventSourceToken"  # a condition key
ALEXA: Json = {"Service": "alexa-appkit.amazon.com"}


@pytest.mark.parametrize("token", ["amzn1.ask.skill.*", "*", "amzn1.ask.skill.?"])
def test_a_wildcard_that_the_operator_takes_for_a_character_opens_nothing(token: str) -> None:
    assert is_dead(gravest(allow(ALEXA, {"StringEquals": {TOKEN: token}})))


@pytest.mark.parametrize(
    ("principal", "key", "value", "verdict"),
    [
        ("*", "aws:SourceVpc", "VPC-0123456789abcdef0", PASS),
        ("*", "aws:userid", "aroaexampleexampleexa:sess", UNKNOWN),
        (ALEXA, TOKEN, "AMZN1.ask.skill.x", PASS),
    ],
)
def test_an_id_that_aws_assigns_belongs_to_one_whatever_its_case(
    principal: Json, key: str, value: str, verdict: Verdict
) -> None:
    assert gravest(allow(principal, {"StringEqualsIgnoreCase": {key: value}})).verdict is verdict


def test_an_organization_is_named_whatever_its_case() -> None:
    finding = gravest(allow("*", {"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "O-FOREIGNORG00"}}))

    assert (finding.verdict, finding.concern) == (FAIL, Concern.CROSS_ACCOUNT_ACCESS)


def test_a_caller_of_another_organization_is_not_called_one_that_is_in_none() -> None:
    ours = Trusted(ACCOUNT, (), ("o-ourorg0000",))
    finding = gravest(allow("*", {"StringLike": {"aws:PrincipalOrgPaths": "o-ourorg0000*"}}), trusted=ours)

    assert finding.verdict is FAIL
    assert "in no organization" not in finding.summary


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ({"Sid": "a", "Effect": "Allow", "Action": "logs:*"}, "has no Resource"),
        (
            {"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"},
            "has a Principal, which a role's policy must not have",
        ),
    ],
)
@pytest.mark.parametrize("is_boundary", ["identity", "boundary"])
def test_a_document_that_iam_refuses_as_a_roles_policy_counts_as_not_read(
    statement: Body, why: str, is_boundary: str
) -> None:
    wrong = Policy.parse({"Statement": [dict(statement)]}, name="p")
    right = policy("q", "logs:*")
    role = RoleFacts(ROLE, (wrong,)) if is_boundary == "identity" else RoleFacts(ROLE, (right,), wrong)
    finding = min(evaluate(facts_with_role(role), OWN), key=lambda one: GRAVEST.index(one.verdict))

    assert finding.verdict is UNKNOWN
    assert f'policy p could not be read: statement "a" {why}' in finding.summary
