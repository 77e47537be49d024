"""Plans of Terraform's with resources in several Regions: by the argument `region` of version 6, and by providers with an alias."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.model.finding import Verdict
from tests.check.checking import found, of
from tests.check.planned import ACCOUNT, BASIC, FAIL, PASS, UNKNOWN, Plan, permission, role

HERE, THERE = "eu-west-1", "us-east-1"


def logs_in(region: str) -> str:
    """A policy for the log groups of one Region."""
    allow = {"Effect": "Allow", "Action": "logs:*", "Resource": f"arn:aws:logs:{region}:{ACCOUNT}:*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


@pytest.mark.parametrize(("region", "wanted"), [(THERE, PASS), (HERE, FAIL)])
def test_a_function_writes_its_logs_in_its_own_region(region: str, wanted: Verdict) -> None:
    plan = role(inline_policy=[{"name": "logs", "policy": logs_in(region)}])
    plan.planned[0]["values"]["region"] = THERE
    assert plan.verdict("aws_iam_role.r", account=ACCOUNT, region=HERE) is wanted


def test_the_region_of_the_functions_is_that_of_the_plan_if_nothing_else_says_it() -> None:
    plan = permission(role(), source_arn=f"arn:aws:sns:{HERE}:{ACCOUNT}:t", region=HERE)
    plan.planned[0]["values"]["region"] = HERE
    assert of(plan.scan(account=ACCOUNT), "aws_lambda_permission.p").region == HERE


def orders(region: str) -> dict[str, Any]:
    return {"function_name": "orders", "region": region}


def test_functions_of_one_name_in_two_regions_are_two() -> None:
    plan = Plan()
    for region in (HERE, THERE):
        plan.has(f"aws_lambda_function.{region}", role=f"arn:aws:iam::{ACCOUNT}:role/x", **orders(region))
    invoked: dict[str, Any] = {"action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com"}
    plan.has("aws_lambda_permission.here", **invoked, **orders(HERE))
    own = f"arn:aws:sns:{THERE}:{ACCOUNT}:t"
    plan.has("aws_lambda_permission.there", source_arn=own, **invoked, **orders(THERE))
    scan = plan.scan(account=ACCOUNT, region=HERE)
    opened = {
        one.subject: (one.verdict, one.region, one.target)
        for one in scan.findings
        if "permission" in one.subject
    }
    assert opened == {
        "aws_lambda_permission.here": (FAIL, HERE, f"aws_lambda_function.{HERE}"),
        "aws_lambda_permission.there": (PASS, THERE, f"aws_lambda_function.{THERE}"),
    }


@pytest.mark.parametrize(("region", "wanted"), [(HERE, PASS), (THERE, FAIL)])
def test_a_source_that_is_not_there_yet_has_its_own_region(region: str, wanted: Verdict) -> None:
    """EventBridge invokes within its Region: a rule elsewhere can never use the permission."""
    plan = role().has("aws_cloudwatch_event_rule.e", name="e", region=region, later=("arn",))
    plan = permission(
        plan,
        principal="events.amazonaws.com",
        later=("source_arn",),
        refers={"source_arn": "aws_cloudwatch_event_rule.e.arn"},
    )
    assert plan.verdict("aws_lambda_permission.p", account=ACCOUNT, region=HERE) is wanted


@pytest.mark.parametrize(("region", "wanted"), [(HERE, PASS), (THERE, UNKNOWN)])
def test_a_log_group_of_the_same_name_elsewhere_is_another_one(region: str, wanted: Verdict) -> None:
    streams = ["logs:CreateLogStream", "logs:PutLogEvents"]
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": streams, "Resource": "*"}]}
    plan = role(inline_policy=[{"name": "x", "policy": json.dumps(narrow)}])
    plan.has("aws_cloudwatch_log_group.g", name="/aws/lambda/f", region=region)
    assert plan.verdict("aws_iam_role.r", region=HERE) is wanted


def test_a_permission_is_not_about_a_function_of_another_region() -> None:
    """Lambda looks the name up in the Region of the permission, whatever the configuration refers to."""
    plan = role(managed_policy_arns=[BASIC])
    plan.planned[0]["values"]["region"] = THERE
    plan = permission(plan, region=HERE, refers={"function_name": "aws_lambda_function.f.function_name"})
    one = of(plan.scan(account=ACCOUNT, region=HERE), "aws_lambda_permission.p")
    assert (one.verdict, one.region, one.target) == (FAIL, HERE, "aws_lambda_permission.p")


def test_a_provider_with_an_alias_says_the_region_of_its_resources() -> None:
    plan = role(inline_policy=[{"name": "logs", "policy": logs_in(THERE)}])
    plan.configured[0]["provider_config_key"] = "aws.there"
    body = json.loads(plan.text())
    body["configuration"]["provider_config"] = {
        name: {"expressions": {"region": {"constant_value": region}}}
        for name, region in {"aws": HERE, "aws.there": THERE}.items()
    }
    assert of(found(json.dumps(body), "plan.json"), "aws_iam_role.r").verdict is UNKNOWN
    body["prior_state"] = {
        "values": {
            "root_module": {
                "resources": [
                    {"mode": "data", "type": "aws_caller_identity", "values": {"account_id": ACCOUNT}}
                ]
            }
        }
    }
    one = of(found(json.dumps(body), "plan.json"), "aws_iam_role.r")
    assert (one.verdict, one.region) == (PASS, THERE)
