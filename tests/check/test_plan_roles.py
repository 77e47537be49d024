"""Terraform plans: execution roles with the policies that the plan attaches, and count and for_each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.model.finding import Verdict
from tests.check.checking import of
from tests.check.planned import ACCOUNT, BASIC, FAIL, LOGS, PASS, UNKNOWN, Plan, role


@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        (role(), FAIL),
        (role(inline_policy=[{"name": "logs", "policy": LOGS}, {"name": None, "policy": None}]), PASS),
        (role(managed_policy_arns=[BASIC]), PASS),
        (role().has("aws_iam_role_policy.x", role="r", policy=LOGS), PASS),
        (role().has("aws_iam_role_policy.x", role="other", policy=LOGS), FAIL),
        (role().has("aws_iam_role_policy.x", role="r", later=("policy",)), UNKNOWN),
        (role().has("aws_iam_role_policy.x", role="r", policy="no policy"), UNKNOWN),
        (role().has("aws_iam_role_policy_attachment.x", role="r", policy_arn=BASIC), PASS),
        (role().has("aws_iam_policy_attachment.x", roles=["r"], policy_arn=BASIC), PASS),
        (
            role().has(
                "aws_iam_policy_attachment.x",
                later=("roles",),
                refers={"roles": "aws_iam_role.r.name"},
                policy_arn=BASIC,
            ),
            PASS,
        ),
        (role().has("aws_iam_policy_attachment.x", roles=["other"], policy_arn=BASIC), FAIL),
        (
            role()
            .has("aws_iam_policy.own", policy=LOGS, name="own", later=("arn",))
            .has(
                "aws_iam_role_policy_attachment.x",
                role="r",
                later=("policy_arn",),
                refers={"policy_arn": "aws_iam_policy.own.arn"},
            ),
            PASS,
        ),
        (role().has("aws_iam_role_policy_attachment.x", role="r", later=("policy_arn",)), UNKNOWN),
        (
            role().has(
                "aws_iam_role_policy_attachment.x", role="r", policy_arn=f"arn:aws:iam::{ACCOUNT}:policy/x"
            ),
            UNKNOWN,
        ),
        (
            role(
                managed_policy_arns=[BASIC], permissions_boundary="arn:aws:iam::aws:policy/AmazonS3FullAccess"
            ),
            FAIL,
        ),
        (role(managed_policy_arns=[BASIC], permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/x"), UNKNOWN),
    ],
)
def test_a_role_has_what_the_plan_gives_it(plan: Plan, wanted: Verdict) -> None:
    assert plan.verdict("aws_iam_role.r") is wanted


def test_a_role_that_exists_already_is_known_by_its_arn() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/r"
    plan = Plan().has(
        "aws_lambda_function.f",
        role=arn,
        function_name="f",
        arn=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f",
    )
    plan.has(
        "aws_iam_role.r",
        arn=arn,
        name="r",
        managed_policy_arns=[BASIC],
        assume_role_policy=LOGS,
        tags_all={"a": "b"},
    )
    assert plan.verdict("aws_iam_role.r") is PASS
    assert of(plan.scan(), "aws_iam_role.r").account == ACCOUNT


def test_a_role_that_nothing_shows_is_unknown() -> None:
    plan = Plan().has("aws_lambda_function.f", later=("role",), function_name="f")
    assert of(plan.scan(), "aws_lambda_function.f").sentence == (
        "the role of aws_lambda_function.f could not be read: it is known only after the plan is applied."
    )


def test_a_log_group_of_the_plan_need_not_be_created() -> None:
    narrow = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
            ],
        }
    )
    group = {"log_group": "/shop", "log_format": "Text"}
    plan = Plan().has("aws_lambda_function.f", role="r", function_name="f", logging_config=[group])
    plan.has("aws_iam_role.r", name="r", inline_policy=[{"name": "x", "policy": narrow}])
    assert plan.verdict("aws_iam_role.r") is UNKNOWN
    assert plan.has("aws_cloudwatch_log_group.g", name="/shop").verdict("aws_iam_role.r") is PASS


def test_an_item_of_a_list_may_be_known_only_after_apply() -> None:
    plan = role(inline_policy=[{"name": "x"}])
    plan.changes[-1]["change"]["after_unknown"]["inline_policy"] = [{"policy": True}]
    plan.configured[-1]["expressions"]["inline_policy"] = {"references": []}
    assert plan.verdict("aws_iam_role.r") is UNKNOWN


def test_an_instance_of_count_or_for_each_refers_to_the_one_with_its_own_key() -> None:
    plan = Plan()
    rights: dict[str, dict[str, Any]] = {"a": {}, "b": {"managed_policy_arns": [BASIC]}}
    for key, more in rights.items():
        plan.has(
            f'aws_lambda_function.f["{key}"]',
            later=("role",),
            function_name=key,
        )
        plan.has(
            f'aws_iam_role.r["{key}"]', later=("arn",), name=f"role-{key}", assume_role_policy=LOGS, **more
        )
    plan.configured = [
        {
            "address": "aws_lambda_function.f",
            "expressions": {"role": {"references": ["aws_iam_role.r", "each.key"]}},
        },
        {"address": "aws_iam_role.r", "expressions": {}},
    ]
    plan.configured[0]["expressions"]["role"]["references"].insert(0, "aws_iam_role.r[each.key].arn")
    assert plan.verdict('aws_iam_role.r["a"]') is FAIL
    assert plan.verdict('aws_iam_role.r["b"]') is PASS
