"""The page on organizations says what the templates say, and its calls are ones that AWS's command line takes."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from docs.generate.pages import DOCS
from organization.template import CENTRAL, for_stack_sets
from organization.template import written as read
from permission_guard.iam import Context, EvalDecision, IamPrincipal, Policy, Request, decide

PAGE = (DOCS / "organization.md").read_text()
CALLS = [
    shlex.split(call.replace("\\\n", " "))
    for call in re.findall(r"^    (aws cloudformation create-(?:.|\n)+?)\n\n", PAGE, re.MULTILINE)
]
MODEL = botocore.session.Session().get_service_model("cloudformation")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[2])
def test_each_call_has_the_options_that_aws_requires_and_no_other(call: list[str]) -> None:
    operations = {xform_name(name, "-"): name for name in MODEL.operation_names}
    shape: Any = MODEL.operation_model(operations[call[2]]).input_shape
    known = {f"--{xform_name(name, '-')}" for name in shape.members}
    given = {word for word in call if word.startswith("--")}
    assert given <= known
    assert {f"--{xform_name(name, '-')}" for name in shape.required_members} <= given


def test_every_parameter_that_the_page_gives_is_there_and_the_one_without_a_default_is_given() -> None:
    made = for_stack_sets("k.zip")
    given = set(re.findall(r"ParameterKey=(\w+)", PAGE))
    assert {name for name, body in made["Parameters"].items() if "Default" not in body} <= given
    assert given <= set(made["Parameters"])
    central = read(CENTRAL)
    (overrides,) = re.findall(r"--parameter-overrides (.*)\n", PAGE)
    assert {pair.partition("=")[0] for pair in overrides.split()} <= set(central["Parameters"])
    assert "CentralAlertsTopicArn" in central["Outputs"]
    assert "GuardRoleArn" in made["Outputs"]


@pytest.mark.parametrize(
    ("organization", "answer"),
    [("o-a1b2c3d4e5", EvalDecision.ALLOWED), ("o-9999999999", EvalDecision.NOT_ALLOWED)],
)
def test_the_bucket_policy_on_the_page_lets_the_organization_read_and_nobody_else(
    organization: str, answer: EvalDecision
) -> None:
    (document,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    caller = IamPrincipal("arn:aws:iam::222222222222:role/stacksets-exec", "222222222222")
    context = Context.of({"aws:PrincipalOrgID": organization})
    code = "arn:aws:s3:::acme-permission-guard-eu-west-1/permission-guard/0.zip"
    policy = Policy.parse(json.loads(document), name="bucket")
    assert decide(Request("s3:GetObject", code, caller, context), resource=policy).answer is answer
