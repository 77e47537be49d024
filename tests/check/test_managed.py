"""What is known of AWS's own policies is what they say, by the copy of them that moto holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from docs.generate.managed_policies import rows
from permission_guard.iam import EvalDecision, IamPrincipal, Policy, Request, decide
from permission_guard.template.managed import DATA, managed_document

POLICIES: dict[str, Any] = json.loads(aws_managed_policies_data)
CALLER = IamPrincipal("arn:aws:iam::123456789012:role/r", "123456789012")
GROUPS = ("/aws/lambda/orders", "/aws/lambda-insights", "/shop")
EVERYTHING = Policy.parse('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')


def answers(policy: Policy) -> list[EvalDecision]:
    """What a policy says of each logging call, by itself and beside one that allows everything."""
    found = []
    for group in GROUPS:
        arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
        for action, resource in (
            ("logs:CreateLogGroup", arn),
            ("logs:CreateLogStream", f"{arn}:log-stream:x"),
            ("logs:PutLogEvents", f"{arn}:log-stream:x"),
        ):
            asked = Request(action, resource, CALLER)
            found += [decide(asked, identity=all_).answer for all_ in ((policy,), (policy, EVERYTHING))]
    return found


# One of each kind, and every one that denies: all 1,582 take a minute.
NAMES = sorted(
    name
    for name, one in POLICIES.items()
    if '"Deny"' in json.dumps(one)
    or "Lambda" in name
    or name.startswith(("CloudWatch", "Administrator", "PowerUser"))
)


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_statements_of_a_managed_policy_decide_logging_as_the_whole_policy_does(name: str) -> None:
    known = managed_document(name)
    assert known is not None
    assert answers(Policy.parse(known)) == answers(Policy.parse(json.dumps(POLICIES[name]["Document"])))


def test_the_list_is_what_its_script_writes() -> None:
    assert DATA.read_text() == "{\n" + ",\n".join(rows()) + "\n}\n"


def test_a_managed_policy_that_is_newer_than_the_data_is_not_known() -> None:
    assert managed_document("AWSNewerThanTheList") is None


def test_a_policy_has_the_arns_of_its_partition() -> None:
    name = "CloudWatchLambdaInsightsExecutionRolePolicy"
    assert "arn:aws-cn:logs:" in (managed_document(name, "aws-cn") or "")
