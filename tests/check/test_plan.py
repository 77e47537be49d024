"""Terraform plans: permissions, values known only after apply, modules, and documents that are no plan."""

from __future__ import annotations

import json
import sys
from collections import Counter
from types import CodeType, FrameType
from typing import Any, Final

import pytest

from permission_guard.access import Analysis
from permission_guard.access.alike import KNOWN
from permission_guard.model.finding import Verdict
from permission_guard.rules.logging_calls import LoggingCalls
from permission_guard.template import PLAN_COMMANDS, CheckOptions
from tests.check.checking import found, of, problem
from tests.check.planned import ACCOUNT, BASIC, FAIL, PASS, UNKNOWN, Plan, permission, role


@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        (permission(role()), FAIL),
        (permission(role(), source_arn=f"arn:aws:sns:us-east-1:{ACCOUNT}:t"), UNKNOWN),
        (permission(role(), later=("source_arn",)), UNKNOWN),
        (
            permission(
                role().has("aws_sns_topic.t", name="t", later=("arn",)),
                later=("source_arn",),
                refers={"source_arn": "aws_sns_topic.t.arn"},
            ),
            PASS,
        ),
        (
            permission(
                role().has("aws_sns_topic.t", later=("arn", "name")),
                later=("source_arn",),
                refers={"source_arn": "aws_sns_topic.t.arn"},
            ),
            PASS,
        ),
        (
            permission(
                role().has("aws_sns_topic.t", name="t", arn=f"arn:aws:sns:us-east-1:{ACCOUNT}:t"),
                later=("source_arn",),
                refers={"source_arn": "aws_sns_topic.t.arn"},
            ),
            UNKNOWN,
        ),
        (
            permission(role(), later=("source_arn",), refers={"source_arn": "aws_strange_thing.t.arn"}),
            UNKNOWN,
        ),
        (permission(role(), later=("source_arn",), refers={"source_arn": "aws_sns_topic.gone.arn"}), UNKNOWN),
        (permission(role(), later=("source_arn",), refers={"source_arn": "local.topic.arn"}), UNKNOWN),
        (permission(role(), principal="s3.amazonaws.com", source_account=ACCOUNT), UNKNOWN),
        (permission(role(), qualifier="live", function_name="f"), FAIL),
    ],
)
def test_a_permission_is_evaluated_as_far_as_the_plan_shows(plan: Plan, wanted: Verdict) -> None:
    assert plan.verdict("aws_lambda_permission.p") is wanted


def test_the_account_and_the_region_are_those_that_the_plan_has_read_from_aws() -> None:
    plan = permission(role(), principal="s3.amazonaws.com", source_account=ACCOUNT)
    data = [
        {"mode": "data", "type": "aws_caller_identity", "values": {"account_id": ACCOUNT}},
        {"mode": "data", "type": "aws_region", "values": {"name": "eu-west-1"}},
    ]
    plan.more = {"prior_state": {"values": {"root_module": {"resources": data}}}}
    one = of(plan.scan(), "aws_lambda_permission.p")
    assert (one.verdict, one.account, one.region) == (PASS, ACCOUNT, "eu-west-1")
    assert plan.verdict("aws_lambda_permission.p", account="999988887777", region="eu-west-1") is FAIL


def test_references_that_modules_repeat_endlessly_are_followed_to_a_limit() -> None:
    plan = permission(role(), later=("source_arn",), refers={"source_arn": "module.a.arn"})
    body = json.loads(plan.text())
    shallow: dict[str, Any] = {"outputs": {"arn": {"expression": {"references": ["module.a.arn"]}}}}
    for _ in range(25):
        shallow = {**shallow, "module_calls": {"a": {"module": shallow}}}
    body["configuration"]["root_module"]["module_calls"] = {"a": {"module": shallow}}
    assert of(found(json.dumps(body), "plan.json"), "aws_lambda_permission.p").verdict is UNKNOWN


NO_PLANS = {
    '{"format_version": "2.0"}': "has format_version '2.0'. Supported is 1.x, of Terraform 1.0 and newer",
    '{"format_version": 1}': "has format_version 1. Supported is 1.x, of Terraform 1.0 and newer",
    '{"format_version": "1.0", "values": {}}': f"is a state, not a plan. {PLAN_COMMANDS}",
    '{"format_version": "1.0"}': f"is not a plan. {PLAN_COMMANDS}",
}


@pytest.mark.parametrize(("text", "wrong"), NO_PLANS.items())
def test_a_document_that_is_no_plan_is_reported(text: str, wrong: str) -> None:
    assert problem(text, "plan.json") == wrong


def test_an_empty_plan_passes() -> None:
    assert Plan().scan().findings == ()


def test_a_data_source_is_not_evaluated() -> None:
    plan = permission(role())
    plan.planned[-1]["mode"] = "data"
    assert [one.subject for one in plan.scan().findings] == ["aws_iam_role.r"]


def alike(functions: int) -> str:
    """A plan of functions that differ in names only, each with a role of its own and a topic that invokes it."""
    plan = Plan()
    for number in range(functions):
        function, role_ = f"aws_lambda_function.f{number}", f"aws_iam_role.r{number}"
        plan.has(function, later=("role",), refers={"role": f"{role_}.arn"}, function_name=f"f{number}")
        plan.has(role_, later=("arn",), name=f"r{number}", managed_policy_arns=[BASIC])
        plan.has(
            f"aws_lambda_permission.p{number}",
            function_name=f"f{number}",
            action="lambda:InvokeFunction",
            principal="sns.amazonaws.com",
            source_arn=f"arn:aws:sns:eu-west-1:{ACCOUNT}:t{number}",
        )
    return plan.text()


ANALYSIS: Final = Analysis._answer.__code__  # what is counted
STREAMS: Final = LoggingCalls.doubtful.__code__


@pytest.mark.parametrize(("account", "wanted", "analyses"), [(ACCOUNT, PASS, 1), (None, UNKNOWN, 2)])
def test_functions_that_differ_in_names_only_share_their_analyses(
    account: str | None, wanted: Verdict, analyses: int
) -> None:
    """One for the worst and, where that is a fault, one for the best; none for a role that may write any log."""
    text, seen = alike(30), Counter[CodeType]()

    def count(frame: FrameType, event: str, _: object) -> None:
        seen[frame.f_code] += event == "call"

    KNOWN.clear()  # as in a process that has just begun
    sys.setprofile(count)
    try:
        scan = found(
            text, "plan.json", CheckOptions(account=account, region="eu-west-1" if account else None)
        )
    finally:
        sys.setprofile(None)
    assert Counter(one.verdict for one in scan.findings) == Counter([PASS] * 30 + [wanted] * 30)
    assert (seen[ANALYSIS], seen[STREAMS]) == (analyses, 0)


@pytest.mark.parametrize(
    ("principal", "later", "wanted"),
    [("*", (), FAIL), (ACCOUNT, (), UNKNOWN), ("*", ("policy",), UNKNOWN)],
)
def test_a_resource_policy_is_evaluated_as_a_whole(
    principal: str, later: tuple[str, ...], wanted: Verdict
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": principal},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
    }
    plan = role(managed_policy_arns=[BASIC]).has(
        "aws_lambda_resource_policy.p",
        later=("resource_arn", *later),
        refers={"resource_arn": "aws_lambda_function.f.arn"},
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    bad = [one.verdict for one in plan.scan().findings if one.verdict is not PASS]
    assert set(bad) == {wanted}
