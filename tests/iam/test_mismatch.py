"""Why a statement does not apply: the part that does not match, in words that one can act upon."""

from __future__ import annotations

from typing import Final

import pytest

from permission_guard.iam import Context, IamPrincipal, Policy, Principal, Request, ServicePrincipal
from permission_guard.iam.mismatch import Part, mismatches, unknowns
from permission_guard.iam.policy import Json

ROLE: Final = IamPrincipal("arn:aws:iam::111122223333:role/r", "111122223333")
GROUP: Final = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders"
STREAM: Final = f"{GROUP}:log-stream:one"


def reported(principal: Principal = ROLE, /, **elements: Json) -> list[tuple[Part, str]]:
    """What keeps a statement from applying to logs:PutLogEvents on a stream by the role."""
    body: dict[str, Json] = {"Effect": "Allow", **elements}
    body |= {} if "NotAction" in body else {"Action": body.get("Action", "logs:*")}
    body |= {} if "NotResource" in body else {"Resource": body.get("Resource", "*")}
    context = Context.of({"aws:RequestedRegion": "us-east-1"}, unlisted=())
    asked = Request("logs:PutLogEvents", STREAM, principal, context)
    (statement,) = Policy.parse({"Version": "2012-10-17", "Statement": body}).statements
    return [(one.part, one.why) for one in mismatches(statement, asked)]


def test_what_applies_has_no_mismatch() -> None:
    assert reported() == []
    assert (
        reported(
            Principal={"AWS": ROLE.arn}, Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
        )
        == []
    )


@pytest.mark.parametrize(
    ("elements", "part", "why"),
    [
        ({"Action": "logs:PutLogEvent"}, Part.ACTION, "its Action is logs:PutLogEvent"),
        ({"NotAction": ["logs:*", "s3:*"]}, Part.ACTION, "its NotAction leaves out logs:* or s3:*"),
        ({"Principal": {"AWS": "444455556666"}}, Part.PRINCIPAL, "its Principal is 444455556666"),
        (
            {"Principal": {"AWS": "AROAEXAMPLEID12345678"}},
            Part.PRINCIPAL,
            "its Principal is AROAEXAMPLEID12345678, what is left of a user or role that has been deleted",
        ),
        (
            {"Resource": GROUP},
            Part.RESOURCE,
            f"its Resource ends at {GROUP}, and ':*' after it is needed to reach {STREAM}",
        ),
        (
            {"Resource": "arn:aws:logs:us-east-1:*bills"},
            Part.RESOURCE,
            "its Resource is arn:aws:logs:us-east-1:*bills",
        ),
        (
            {"Resource": GROUP.replace("us-east-1", "eu-west-1")},
            Part.RESOURCE,
            "its Resource is of region eu-west-1, not us-east-1",
        ),
        (
            {"Resource": "arn:aws-cn:logs:*:444455556666:*"},
            Part.RESOURCE,
            "its Resource is of partition aws-cn, not aws and account 444455556666, not 111122223333",
        ),
        (
            {"Resource": "arn:aws:logs:*:*:log-group:/aws/lambda/bills:*"},
            Part.RESOURCE,
            "its Resource is arn:aws:logs:*:*:log-group:/aws/lambda/bills:*",
        ),
        (
            {"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:s3:::d"]},
            Part.RESOURCE,
            "its Resource is arn:aws:s3:::a or arn:aws:s3:::b or arn:aws:s3:::c or 1 more",
        ),
        (
            {"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c"]},
            Part.RESOURCE,
            "its Resource is arn:aws:s3:::a or arn:aws:s3:::b or arn:aws:s3:::c",
        ),
        (
            {"Resource": "arn:aws:logs:us-east-?:444455556666:*"},
            Part.RESOURCE,
            "its Resource is of account 444455556666, not 111122223333",
        ),
        (
            {"Resource": "arn:aws:logs:${aws:RequestedRegion}:*:*"},
            Part.RESOURCE,
            "its Resource is arn:aws:logs:${aws:RequestedRegion}:*:*, and IAM replaces no policy variable before the fifth colon of an ARN",
        ),
        ({"NotResource": f"{GROUP}:*"}, Part.RESOURCE, f"its NotResource leaves out {GROUP}:*"),
        (
            {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-*"}}},
            Part.CONDITION,
            "it wants StringEquals aws:RequestedRegion eu-*, and StringEquals takes a wildcard for a plain character",
        ),
        (
            {"Condition": {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "us-east-?"}}},
            Part.CONDITION,
            "it wants StringEqualsIgnoreCase aws:RequestedRegion us-east-?, and StringEqualsIgnoreCase takes a wildcard for a plain character",
        ),
        (
            {"Condition": {"StringLike": {"aws:RequestedRegion": "eu-*"}}},
            Part.CONDITION,
            "it wants StringLike aws:RequestedRegion eu-*, and aws:RequestedRegion is us-east-1",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceArn": "a"}}},
            Part.CONDITION,
            "it wants StringEquals aws:SourceArn a, and the caller does not send aws:SourceArn",
        ),
    ],
)
def test_a_part_that_does_not_match_says_why(elements: dict[str, Json], part: Part, why: str) -> None:
    assert reported(**elements) == [(part, why)]


def test_a_mismatch_on_not_principal_names_whom_it_leaves_out() -> None:
    assert reported(NotPrincipal={"AWS": [ROLE.arn, "111122223333"]}) == [
        (Part.PRINCIPAL, f"its NotPrincipal leaves out {ROLE.arn} or 111122223333")
    ]


def test_a_service_that_does_not_send_a_key_is_named() -> None:
    ((_, why),) = reported(
        ServicePrincipal("events.amazonaws.com"), Condition={"StringEquals": {"aws:SourceAccount": "1"}}
    )
    assert why.endswith("and events.amazonaws.com does not send aws:SourceAccount")


def test_every_part_that_does_not_match_is_reported() -> None:
    parts = [
        part
        for part, _ in reported(
            Action="s3:*", Resource="arn:aws:s3:::a", Condition={"Null": {"a:b": "false"}}
        )
    ]
    assert parts == [Part.ACTION, Part.RESOURCE, Part.CONDITION]


def test_only_undecided_conditions_are_unknown() -> None:
    block: Json = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {"aws:RequestedRegion": "x"}}
    (statement,) = Policy.parse(
        {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}}
    ).statements
    asked = Request("a:b", "*", ROLE, Context.of({"aws:RequestedRegion": "us-east-1"}))

    assert unknowns(statement, asked) == ("IpAddress aws:SourceIp 10.0.0.0/8",)
