"""Plans of Terraform's: what is known only after apply, modules, and what is no plan."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan
from permission_guard.template import Said
from tests.check.checking import found, of, problem

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
ACCOUNT = "111122223333"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
LOGS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
)


class Plan:
    """A plan that a test makes, one resource after the other."""

    def __init__(self) -> None:
        self.planned: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.configured: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}

    def has(
        self,
        address: str,
        *,
        later: tuple[str, ...] = (),
        refers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Plan:
        """Add a resource; `later` is known only after apply, `refers` to what its arguments refer."""
        kind = address.split(".")[-2]
        self.planned.append({"address": address, "mode": "managed", "type": kind, "values": values})
        self.changes.append({"address": address, "change": {"after_unknown": dict.fromkeys(later, True)}})
        references = {
            name: {"references": [what, what.rsplit(".", 1)[0]]} for name, what in (refers or {}).items()
        }
        self.configured.append({"address": address, "expressions": references})
        return self

    def text(self) -> str:
        body = {
            "format_version": "1.2",
            "planned_values": {"root_module": {"resources": self.planned}},
            "resource_changes": self.changes,
            "configuration": {"root_module": {"resources": self.configured}},
            **self.more,
        }
        return json.dumps(body)

    def scan(self, **said: str) -> Scan:
        return found(self.text(), "plan.json", Said(account=said.get("account"), region=said.get("region")))

    def verdict(self, address: str, **said: str) -> Verdict:
        return of(self.scan(**said), address).verdict


def role(**more: Any) -> Plan:
    """A plan of a function whose role it makes too."""
    plan = Plan().has(
        "aws_lambda_function.f", later=("role",), refers={"role": "aws_iam_role.r.arn"}, function_name="f"
    )
    return plan.has(
        "aws_iam_role.r", later=("arn",), name="r", assume_role_policy='{"Statement": []}', **more
    )


def permission(plan: Plan, **more: Any) -> Plan:
    given = {
        "action": "lambda:InvokeFunction",
        "principal": "sns.amazonaws.com",
        "function_name": "f",
        **more,
    }
    return plan.has("aws_lambda_permission.p", **given)


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
        "the role of aws_lambda_function.f could not be read: it is known only after it is applied."
    )


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


def test_the_account_and_the_region_are_those_that_the_plan_has_asked_for() -> None:
    plan = permission(role(), principal="s3.amazonaws.com", source_account=ACCOUNT)
    data = [
        {"mode": "data", "type": "aws_caller_identity", "values": {"account_id": ACCOUNT}},
        {"mode": "data", "type": "aws_region", "values": {"name": "eu-west-1"}},
    ]
    plan.more = {"prior_state": {"values": {"root_module": {"resources": data}}}}
    one = of(plan.scan(), "aws_lambda_permission.p")
    assert (one.verdict, one.account, one.region) == (PASS, ACCOUNT, "eu-west-1")
    assert plan.verdict("aws_lambda_permission.p", account="999988887777", region="eu-west-1") is FAIL


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


def test_references_through_modules_without_end_end() -> None:
    plan = permission(role(), later=("source_arn",), refers={"source_arn": "module.a.arn"})
    body = json.loads(plan.text())
    shallow: dict[str, Any] = {"outputs": {"arn": {"expression": {"references": ["module.a.arn"]}}}}
    for _ in range(25):
        shallow = {**shallow, "module_calls": {"a": {"module": shallow}}}
    body["configuration"]["root_module"]["module_calls"] = {"a": {"module": shallow}}
    assert of(found(json.dumps(body), "plan.json"), "aws_lambda_permission.p").verdict is UNKNOWN


NO_PLANS = {
    '{"format_version": "2.0"}': "is of format_version '2.0'; what is read is 1.x, of Terraform 1.0 and newer",
    '{"format_version": 1}': "is of format_version 1; what is read is 1.x, of Terraform 1.0 and newer",
    '{"format_version": "1.0", "values": {}}': "is a state: what is read is a plan (terraform show -json PLANFILE)",
    '{"format_version": "1.0"}': "is no plan: what is read is a plan (terraform show -json PLANFILE)",
}


@pytest.mark.parametrize(("text", "wrong"), NO_PLANS.items())
def test_what_is_no_plan_is_reported(text: str, wrong: str) -> None:
    assert problem(text, "plan.json") == wrong


def test_an_empty_plan_passes() -> None:
    assert Plan().scan().findings == ()


def test_what_is_only_read_is_not_evaluated() -> None:
    plan = permission(role())
    plan.planned[-1]["mode"] = "data"
    assert [one.subject for one in plan.scan().findings] == ["aws_iam_role.r"]


def test_an_item_of_a_list_may_be_known_only_after_apply() -> None:
    plan = role(inline_policy=[{"name": "x"}])
    plan.changes[-1]["change"]["after_unknown"]["inline_policy"] = [{"policy": True}]
    plan.configured[-1]["expressions"]["inline_policy"] = {"references": []}
    assert plan.verdict("aws_iam_role.r") is UNKNOWN


def large(functions: int) -> str:
    """A plan of functions, each with a role that cannot write logs and a permission that names no source."""
    plan = Plan()
    for number in range(functions):
        function, role_ = f"aws_lambda_function.f{number}", f"aws_iam_role.r{number}"
        plan.has(function, later=("role",), refers={"role": f"{role_}.arn"}, function_name=f"f{number}")
        plan.has(role_, later=("arn",), name=f"r{number}", assume_role_policy='{"Statement": []}')
        plan.has(
            f"aws_lambda_permission.p{number}",
            function_name=f"f{number}",
            action="lambda:InvokeFunction",
            principal="sns.amazonaws.com",
        )
    return plan.text()


def test_a_plan_of_four_times_as_many_functions_takes_about_four_times_as_long() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        assert {one.verdict for one in found(text, "plan.json").findings} == {FAIL}
        return time.process_time() - start

    few, many = large(100), large(400)
    # Twice that, for a machine that does something else meanwhile; what is quadratic takes sixteen times as long.
    assert min(seconds(many) for _ in range(3)) < 8 * min(seconds(few) for _ in range(3))


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
