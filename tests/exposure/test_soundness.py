"""Bounds that do not bind, and bounds that only look dead: each was once taken for the other."""

from __future__ import annotations

from typing import Final

import pytest

from permission_guard.exposure import EVERY, Exposure, Scale, door_of
from permission_guard.facts import Trusted
from permission_guard.iam.policy import Json
from permission_guard.rules import function_is_not_public, judge
from tests.world.builders import ACCOUNT, FOREIGN, OWN, PARTNER, facts_with, statement

ORG: Final = "o-abcdefghij"
MEMBERS: Final = Trusted(ACCOUNT, (), (ORG,))
CODE: Final = "lambda:UpdateFunctionCode"


def placed(
    principal: Json,
    condition: Json,
    *denied: Json,
    action: str = "lambda:InvokeFunction",
    trusted: Trusted = OWN,
) -> Exposure:
    """Where a statement stands under a condition, beside Denies of the same action under others."""
    denies = [
        statement(sid=f"deny-{number}", Effect="Deny", Action="*", Condition=block)
        for number, block in enumerate(denied)
    ]
    door = door_of(facts_with(statement(principal, Action=action, Condition=condition), *denies), trusted)
    return door.exposure(door.policy.statements[0], EVERY)


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ("*", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::1*"}}),
        ("sns.amazonaws.com", {"StringLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:1*"}}),
        ("sns.amazonaws.com", {"StringLike": {"aws:SourceArn": "arn:aws:sns:us-*-1:1*"}}),
        ("sns.amazonaws.com", {"StringLike": {"aws:SourceArn": "arn:aws:sns:eu-*"}}),
        ("sns.amazonaws.com", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-*:*:*"}}),
        ("sns.amazonaws.com", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:ap-southeast-?:*:*"}}),
        ("*", {"StringNotLike": {"aws:PrincipalArn": "*:role/*"}}),
    ],
)
def test_a_wildcard_is_filled_in_with_whatever_it_admits(principal: Json, condition: Json) -> None:
    assert placed(principal, condition).scale is Scale.OPEN


def test_regions_that_are_denied_leave_the_others() -> None:
    condition: Json = {"StringLike": {"aws:SourceArn": "arn:aws:sns:*"}}
    denied: Json = {"ArnLike": {"aws:SourceArn": ["arn:aws:sns:us-east-1:*:*", "arn:aws:sns:us-west-2:*:*"]}}

    assert placed("sns.amazonaws.com", condition, denied).scale is Scale.OPEN


def test_roles_that_are_denied_leave_users() -> None:
    denied: Json = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}

    assert placed("*", {}, denied, action=CODE).scale is Scale.OPEN


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ("*", {"StringEquals": {"aws:PrincipalType": "User"}}),
        ({"AWS": FOREIGN}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        (
            "*",
            {
                "StringEquals": {"aws:PrincipalTag/team": "a"},
                "StringNotEquals": {"aws:PrincipalTag/env": "dev"},
            },
        ),
        ("*", {"NumericGreaterThan": {"aws:PrincipalTag/level": "5"}}),
    ],
)
@pytest.mark.parametrize("action", ["lambda:InvokeFunction", CODE])
def test_what_a_caller_has_or_chooses_is_never_taken_to_keep_strangers_out(
    principal: Json, condition: Json, action: str
) -> None:
    assert placed(principal, condition, action=action).scale in {Scale.OPEN, Scale.UNKNOWN}


def test_a_tag_that_is_denied_leaves_the_other_tags() -> None:
    asks: Json = {"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}}

    assert placed("*", asks, {"StringEquals": {"aws:PrincipalTag/team": "a"}}).scale is Scale.UNKNOWN


def test_every_path_of_an_organisation_is_tried() -> None:
    paths = ["o-zzzzzzzzzz/r-1/a/*", "o-zzzzzzzzzz/r-1/b/*"]
    asks: Json = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths}}

    assert (
        placed("*", asks, {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths[0]}}).scale is Scale.OPEN
    )


@pytest.mark.parametrize(
    ("principal", "condition", "scale"),
    [
        ({"AWS": PARTNER}, {"StringEquals": {"aws:PrincipalOrgID": ORG}}, Scale.ORGANIZATION),
        (
            {"AWS": f"arn:aws:iam::{PARTNER}:role/caller"},
            {"StringEquals": {"aws:PrincipalOrgID": ORG}},
            Scale.ORGANIZATION,
        ),
        (
            "*",
            {"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": PARTNER}},
            Scale.ORGANIZATION,
        ),
    ],
)
def test_an_account_of_a_trusted_organisation_that_is_named_gets_in(
    principal: Json, condition: Json, scale: Scale
) -> None:
    assert placed(principal, condition, trusted=MEMBERS).scale is scale


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ({"AWS": ACCOUNT}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ({"AWS": ACCOUNT}, {"StringEquals": {"aws:PrincipalType": "User"}}),
        ({"AWS": ACCOUNT}, {"Null": {"aws:PrincipalTag/temp": "true"}}),
        ("sns.amazonaws.com", {"StringLike": {"aws:SourceArn": f"*:{ACCOUNT}:orders"}}),
        ("sns.amazonaws.com", {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:eu-*:{ACCOUNT}:*"}}),
        (
            "logs.amazonaws.com",
            {"StringEquals": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x:*"}},
        ),
        (
            "apigateway.amazonaws.com",
            {"StringEquals": {"aws:SourceArn": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:abc/prod/GET/*"}},
        ),
        (
            "iot.amazonaws.com",
            {"ArnLike": {"aws:SourceArn": f"arn:aws:iot:us-east-1:{ACCOUNT}:authorizer/own"}},
        ),
    ],
)
def test_what_a_trusted_caller_can_use_is_not_dead(principal: Json, condition: Json) -> None:
    assert placed(principal, condition).scale is not Scale.DEAD


def test_the_second_half_of_a_public_url_is_not_bound() -> None:
    url = {
        **statement(sid="url", Action="lambda:InvokeFunctionUrl"),
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }
    facts = facts_with(url, statement(sid="second"))
    (public,) = (one for one in judge(facts, OWN) if one.subject.endswith(" second"))

    assert list(function_is_not_public.remedies(public, facts, OWN)) == []


def test_a_policy_with_too_many_strangers_is_in_doubt_and_not_given_up() -> None:
    many = range(60)
    condition: Json = {
        "StringEquals": {
            "aws:SourceAccount": [f"{number:012}" for number in many],
            "aws:SourceOrgID": [f"o-aaaaaaaa{number:02}" for number in many],
        },
        "ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::b{number}*" for number in many]},
        "Bool": {"aws:PrincipalIsAWSService": "false"},
    }
    exposure = placed("s3.amazonaws.com", condition)

    assert exposure.scale is Scale.UNKNOWN
    assert exposure.doubt is not None
    assert "did not exhaust them" in exposure.doubt.doubt


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        (
            "*",
            {
                "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a*"},
                "StringLike": {"aws:PrincipalArn": "*b"},
            },
        ),
        (
            "sns.amazonaws.com",
            {
                "StringLike": {"aws:SourceArn": "*:orders-*"},
                "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*-prod"},
            },
        ),
    ],
)
def test_patterns_that_no_made_up_arn_meets_together_are_in_doubt(principal: Json, condition: Json) -> None:
    assert placed(principal, condition).scale is Scale.UNKNOWN


def test_of_several_patterns_one_that_binds_is_enough() -> None:
    both: Json = {
        "ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"},
        "StringLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:*"},
    }

    assert placed("sns.amazonaws.com", both).scale in {Scale.RESOURCE, Scale.ACCOUNT}
