"""The comparison of two policies: which callers a repair refuses, and which it admits."""

from __future__ import annotations

import pytest

from permission_guard.access import Change, Comparison, compare
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted
from tests.access.hostile import largest, two_of_each
from tests.access.setting import ALONE, FUNCTION, IN_ORGANIZATION, NOW, OURS, OWN, SNS, allow, deny, policy

A = policy(allow(SNS))
B = policy(allow(SNS, {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:*"}}))
C = policy(allow(SNS, {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:t"}}))
NOBODY, SOMEBODY, UNSURE = Change.NONE, Change.SOME, Change.UNKNOWN


def changed(before: Policy, after: Policy, trusted: Trusted = ALONE) -> Comparison:
    return compare(before, after, FUNCTION, trusted, NOW)


@pytest.mark.parametrize(
    ("before", "after", "lost", "admitted"),
    [
        (A, B, NOBODY, NOBODY),
        (A, C, SOMEBODY, NOBODY),
        (B, C, SOMEBODY, NOBODY),
        (C, B, NOBODY, SOMEBODY),
        (B, A, NOBODY, SOMEBODY),
        (A, A, NOBODY, NOBODY),
    ],
)
def test_a_condition_on_an_account_loses_no_caller_of_a_service_and_one_on_a_single_topic_does(
    before: Policy, after: Policy, lost: Change, admitted: Change
) -> None:
    result = changed(before, after)

    assert (result.lost, result.admitted) == (lost, admitted)
    assert (result.lost_request is None, result.admitted_request is None) == (
        lost is NOBODY,
        admitted is NOBODY,
    )


def is_safe(found: Comparison) -> bool:
    return found.lost is found.admitted is Change.NONE


def by_account(service: str, *, arn: str | None = None) -> tuple[Policy, Policy]:
    principal: Json = {"Service": service}
    condition: Json = (
        {"ArnLike": {"aws:SourceArn": arn}} if arn else {"StringEquals": {"aws:SourceAccount": OWN}}
    )
    return policy(allow(principal)), policy(allow(principal, condition))


@pytest.mark.parametrize(
    "name",
    [
        "s3",
        "logs",
        "cognito-idp",
        "ses",
        "config",
        "secretsmanager",
        "bedrock",
        "connect",
        "apigateway",
        "codecommit",
    ],
)
def test_a_service_that_always_sends_the_account_can_be_limited_by_it(name: str) -> None:
    assert is_safe(changed(*by_account(f"{name}.amazonaws.com")))


@pytest.mark.parametrize("name", ["sns", "events", "iot", "transfer", "vpc-lattice"])
def test_a_service_that_may_not_send_the_account_loses_callers_if_it_is_limited_by_it(name: str) -> None:
    assert changed(*by_account(f"{name}.amazonaws.com")).lost is Change.SOME


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("sns", f"arn:aws:sns:*:{OWN}:*"),
        ("events", f"arn:aws:events:us-east-1:{OWN}:*"),
        ("iot", f"arn:aws:iot:*:{OWN}:*"),
        ("transfer", f"arn:aws:transfer:*:{OWN}:*"),
        ("cloudfront", f"arn:aws:cloudfront::{OWN}:*"),
    ],
)
def test_a_service_that_always_sends_an_arn_can_be_limited_by_the_account_in_it(name: str, arn: str) -> None:
    assert is_safe(changed(*by_account(f"{name}.amazonaws.com", arn=arn)))


def test_three_statements_for_a_wildcard_keep_every_trusted_caller_and_admit_nobody() -> None:
    three = policy(
        allow("*", {"StringEquals": {"aws:PrincipalAccount": OWN}}),
        allow("*", {"StringEquals": {"aws:SourceAccount": OWN}}),
        allow("*", {"ArnLike": {"aws:SourceArn": f"arn:aws:*:*:{OWN}:*"}}),
    )
    two = Policy(three.name, three.statements[:2], three.version)

    assert is_safe(changed(policy(allow("*")), three))
    assert changed(policy(allow("*")), two).lost is Change.SOME


def test_five_statements_keep_the_members_of_a_trusted_organization() -> None:
    accounts: Json = list(IN_ORGANIZATION.all_accounts)
    statements = [
        allow("*", {"StringEquals": {"aws:PrincipalAccount": accounts}}),
        allow("*", {"StringEquals": {"aws:SourceAccount": accounts}}),
        allow(
            "*",
            {"ArnLike": {"aws:SourceArn": [f"arn:aws:*:*:{one}:*" for one in IN_ORGANIZATION.all_accounts]}},
        ),
        allow("*", {"StringEquals": {"aws:PrincipalOrgID": OURS}}),
        allow("*", {"StringEquals": {"aws:SourceOrgID": OURS}}),
    ]

    assert is_safe(changed(policy(allow("*")), policy(*statements), IN_ORGANIZATION))
    for left_out in range(5):
        fewer = [one for place, one in enumerate(statements) if place != left_out]
        assert changed(policy(allow("*")), policy(*fewer), IN_ORGANIZATION).lost is Change.SOME


def test_a_new_deny_loses_whom_it_refuses() -> None:
    refusing = policy(allow("*"), deny({"StringEquals": {"aws:PrincipalAccount": OWN}}))

    result = changed(policy(allow("*")), refusing)

    assert result.lost is Change.SOME
    assert result.lost_request is not None
    assert result.lost_request.account == OWN
    assert changed(refusing, policy(allow("*"))).admitted is Change.SOME


def test_a_deny_for_the_untrusted_loses_no_trusted_caller() -> None:
    people: Json = {"aws:PrincipalIsAWSService": "false"}
    untrusted: Json = {"StringNotEquals": {"aws:PrincipalAccount": OWN}, "Bool": people}
    everybody: Json = {"StringNotEquals": {"aws:PrincipalAccount": OWN}}

    assert is_safe(changed(policy(allow("*")), policy(allow("*"), deny(untrusted))))
    assert (
        changed(policy(allow("*")), policy(allow("*"), deny(everybody))).lost is Change.SOME
    )  # services lack the key


def test_a_condition_that_stays_is_no_difference_whatever_it_means() -> None:
    unknown: Json = {"StringEquals": {"aws:SomethingNew": "x"}}
    bound: Json = {"StringEquals": {"aws:SomethingNew": "x", "aws:PrincipalAccount": OWN}}

    assert is_safe(changed(policy(allow({"AWS": "*"}, unknown)), policy(allow({"AWS": "*"}, unknown))))
    assert is_safe(changed(policy(allow({"AWS": OWN}, unknown)), policy(allow({"AWS": OWN}, bound))))
    assert changed(policy(allow({"AWS": OWN})), policy(allow({"AWS": OWN}, unknown))).lost is UNSURE


def test_every_allow_is_compared_whatever_stands_before_it() -> None:
    refusing, same = deny({"Null": {"aws:PrincipalArn": "true"}}), allow(SNS)

    assert changed(policy(refusing, same, allow({"AWS": OWN})), policy(refusing, same)).lost is SOMEBODY


@pytest.mark.parametrize(
    "other",
    [
        allow({"AWS": f"arn:aws:iam::{OWN}:user/u"}),
        allow({"AWS": OWN}, Action="lambda:GetFunction"),
        allow({"AWS": OWN}, Resource=f"{FUNCTION}:live"),
        allow({"AWS": OWN}, {"StringEquals": {"aws:PrincipalTag/a": "1"}}),
        {**allow({"AWS": OWN}), "Effect": "Deny"},
    ],
)
def test_a_statement_that_differs_in_one_element_is_another(other: dict[str, Json]) -> None:
    assert changed(policy(allow({"AWS": OWN})), policy(other)).lost is SOMEBODY


def test_a_sure_difference_counts_more_than_one_that_nobody_knows() -> None:
    new: Json = {"StringEquals": {"aws:SomethingNew": "x"}}
    tagged: Json = {"StringEquals": {"aws:SomethingNew": "x", "aws:PrincipalTag/a": "1"}}
    both = policy(allow({"AWS": OWN}), allow(SNS))

    assert changed(policy(allow({"AWS": OWN})), policy(allow({"AWS": OWN}, tagged))).lost is SOMEBODY
    assert changed(both, policy(allow({"AWS": OWN}, new))).lost is SOMEBODY
    assert changed(both, policy(allow({"AWS": OWN}, new), allow(SNS))).lost is UNSURE


def test_of_differences_that_nobody_knows_the_first_is_shown() -> None:
    new: Json = {"StringEquals": {"aws:SomethingNew": "x"}}
    users, roots = ({"AWS": f"arn:aws:iam::{OWN}:{one}"} for one in ("user/u", "user/v"))

    result = changed(policy(allow(users), allow(roots)), policy(allow(users, new), allow(roots, new)))

    assert result.lost is UNSURE
    assert str(result.lost_request).startswith(f"arn:aws:iam::{OWN}:user/u calls")


def test_a_skill_whose_token_is_in_a_wildcard_statement_is_a_trusted_caller() -> None:
    token: Json = {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}
    bound: Json = {
        "StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1", "aws:PrincipalAccount": OWN}
    }
    skill: Json = {"Service": ["alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"]}

    assert changed(policy(allow("*", token)), policy(allow("*", bound))).lost is Change.SOME
    assert is_safe(changed(policy(allow("*", token)), policy(allow("*", bound), allow(skill, token))))


def test_a_comparison_beyond_its_budget_is_not_safe() -> None:
    other = policy(allow({"AWS": OWN}), deny({"StringEquals": {"aws:UserAgent": "x"}}))

    result = changed(largest(two_of_each), other)

    assert result.lost is Change.TOO_COMPLEX
