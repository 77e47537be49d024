"""The model of callers is complete: every key has one place in every kind of caller, and in every branch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from permission_guard.access.callers import DOCUMENTED, build, kinds
from permission_guard.access.external import Analysis
from permission_guard.access.key_table import ROWS
from permission_guard.access.node import Caller, Either, Every, Node
from permission_guard.access.scene import Side, Target
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted
from permission_guard.services import SERVICES, Region, service_of
from tests.access.setting import ALONE, FUNCTION, IN_ORGANIZATION, NOW, OWN, allow, policy

MORE = (
    *("aws:SourceOwner", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalServiceName"),
    *(
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalIsAWSService",
        "aws:SecureTransport",
        "aws:ResourceAccount",
    ),
    *("aws:RequestedRegion", "s3:prefix", "aws:SomethingNew"),
)
KEYS = {*MORE, *(f"{key}a" if key.endswith("/") else key for row in ROWS for key in row.keys)}
ACTIONS = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:TagResource", "lambda:GetPolicy")


def models(trusted: Trusted) -> Iterator[tuple[str, Caller]]:
    document = policy(allow("*", {"StringLike": dict.fromkeys(sorted(KEYS), "x")}))
    scene = Analysis.of(document, Target.of(FUNCTION), trusted, NOW).scene
    sides = (
        scene.untrusted(named=False),
        scene.accounts,
        scene.members,
        scene.renamed(scene.accounts),
        Side(None, None),
    )
    for side in (one for one in sides if one is not None):
        for action in ACTIONS:
            for kind in (*kinds(side, None), *DOCUMENTED, "service:pinpoint.amazonaws.com"):
                if (caller := build(scene, side, action, kind)) is not None:
                    yield f"{kind} {action}", caller


def inner(node: Node) -> Iterator[Node]:
    yield node
    below = (
        [one for _, one in node.branches]
        if isinstance(node, Either)
        else node.parts
        if isinstance(node, Every)
        else ()
    )
    for one in below:
        yield from inner(one)


SKILLS = ("service:alexa-appkit.amazon.com", "service:alexa-connectedhome.amazon.com")
NAMED, RENAMED, TRUSTED = Side(None, None), Side(None, None, name="z"), Side(None, None, trusted=True)


@pytest.mark.parametrize(
    ("side", "principal", "expected"),
    [
        (NAMED, "*", ["role", "user", "root", "federated", "anonymous", "service:"]),
        (TRUSTED, "*", ["role", "user", "root", "federated", "anonymous", "service:", *SKILLS]),
        (RENAMED, "*", ["role", "user", "anonymous", "service:"]),
        (NAMED, {"AWS": OWN}, ["role", "user", "root", "federated"]),
        (RENAMED, {"AWS": OWN}, ["role", "user"]),
        (NAMED, {"Service": ["SNS.amazonaws.com", "sns.amazonaws.com"]}, ["service:sns.amazonaws.com"]),
        (NAMED, {"Service": "s*.amazonaws.com"}, ["service:"]),
        (NAMED, {"Service": "s?s.amazonaws.com"}, ["service:"]),
    ],
)
def test_the_kinds_of_callers_that_an_element_can_name(
    side: Side, principal: Json, expected: list[str]
) -> None:
    (statement,) = policy(allow(principal)).statements

    assert list(kinds(side, statement.principals)) == expected


@pytest.mark.parametrize("trusted", [ALONE, IN_ORGANIZATION])
def test_every_key_has_one_place_in_every_kind_of_caller(trusted: Trusted) -> None:
    for name, caller in models(trusted):
        places = [key for node in caller.nodes for key in node.keys]

        assert {key.lower() for key in KEYS} <= set(places), name
        assert len(places) == len(set(places)), name


@pytest.mark.parametrize("trusted", [ALONE, IN_ORGANIZATION])
def test_all_branches_of_a_choice_have_the_same_keys_and_parts_share_none(trusted: Trusted) -> None:
    for name, caller in models(trusted):
        for node in (one for top in caller.nodes for one in inner(top)):
            if isinstance(node, Either):
                assert {one.keys for _, one in node.branches} == {node.keys}, name
            if isinstance(node, Every):
                assert sum(len(part.keys) for part in node.parts) == len(node.keys), name


def test_every_row_says_who_has_the_key_and_where_that_is_written() -> None:
    assert all(row.meaning and row.page.endswith(".html") for row in ROWS)
    assert all(row.page.endswith(".html") for row in SERVICES)


@pytest.mark.parametrize(
    ("principal", "row"),
    [
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("SNS.amazonaws.com", "sns.amazonaws.com"),
        ("sns.ap-east-1.amazonaws.com", "sns.amazonaws.com"),
        ("logs.us-gov-west-1.amazonaws.com", "logs.amazonaws.com"),
        ("events.amazonaws.com.cn", "events.amazonaws.com"),
        ("lambda.alarms.cloudwatch.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"),
        ("vpc-lattice.amazonaws.com", "vpc-lattice.amazonaws.com"),
        ("pinpoint.us-east-1.amazonaws.com", None),
        ("alexa-appkit.amazon.com", None),
        ("", None),
    ],
)
def test_a_regional_name_of_a_service_is_the_services(principal: str, row: str | None) -> None:
    found = service_of(principal)

    assert (found.principal if found else None) == row


def test_a_repair_limits_a_service_by_the_key_that_it_surely_sends() -> None:
    keys = {row.namespace: row.condition_key for row in SERVICES}

    assert keys["s3"] == keys["logs"] == keys["config"] == "aws:SourceAccount"
    assert keys["sns"] == keys["events"] == keys["iot"] == keys["cloudfront"] == "aws:SourceArn"
    assert keys["lex"] is None
    assert keys["appsync"] is None
    assert {row.namespace for row in SERVICES if row.region is Region.NONE} == {"s3", "cloudfront"}
