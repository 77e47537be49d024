"""A Terraform plan that a test builds resource by resource.

Written by hand from the documentation of the provider hashicorp/aws, version 6 (registry.terraform.io/providers/hashicorp/aws/latest/docs;
aws_lambda_resource_policy is there since September 2026), in format_version 1.2 of Terraform
(https://developer.hashicorp.com/terraform/internals/json-format). Tried: modules (cases/plan.json), count and for_each and policies
of roles as resources of their own (test_plan_roles.py), ARNs that are not known yet and aws_lambda_resource_policy (test_plan.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan
from permission_guard.template import CheckOptions
from tests.check.checking import found, of

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
ACCOUNT = "111122223333"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
LOGS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
)


class Plan:
    """A plan that a test builds resource by resource."""

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
        """Add a resource; `later` are arguments known only after apply, `refers` the references of arguments."""
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

    def scan(self, **options: str) -> Scan:
        return found(
            self.text(),
            "plan.json",
            CheckOptions(account=options.get("account"), region=options.get("region")),
        )

    def verdict(self, address: str, **options: str) -> Verdict:
        return of(self.scan(**options), address).verdict


def role(**more: Any) -> Plan:
    """A plan with a function and its role."""
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
