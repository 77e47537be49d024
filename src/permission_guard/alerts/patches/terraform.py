"""Patches in Terraform's language, for the AWS provider, which OpenTofu uses too.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs: aws_lambda_permission, aws_lambda_resource_policy,
aws_lambda_function_url, aws_lambda_layer_version_permission, aws_iam_role_policy_attachment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from permission_guard.alerts.patches.change import (
    Change,
    ClosedUrl,
    LoggingPolicy,
    Permissions,
    SharedLayer,
    WholeStatement,
    template_principal,
)
from permission_guard.alerts.patches.quoting import expression, in_hcl
from permission_guard.events.tool import is_sid_of_terraform
from permission_guard.repair.grant import Grant

_ARGUMENTS: Final = (
    "action",
    "principal",
    "source_arn",
    "source_account",
    "event_source_token",
    "principal_org_id",
    "function_url_auth_type",
    "invoked_via_function_url",
)
"""aws_lambda_permission's arguments, which have the names of Grant's fields."""
_LONGEST: Final = 60
_LONGEST_SID: Final = 97
"""So that a number fits behind it."""


def in_terraform(change: Change) -> str:
    """Write a change as resources."""
    match change:
        case Permissions():
            rows = [f"# {change.remark}"] if change.remark else []
            blocks = (_permission(change, number) for number in range(1, len(change.grants) + 1))
            return "\n".join([*rows, "\n\n".join(blocks)])
        case WholeStatement(body):
            return f"{_STATEMENT}\n{expression(body, in_hcl)}"
        case LoggingPolicy(role_name, policy_arn):
            arguments = [("role", in_hcl(role_name), ""), ("policy_arn", in_hcl(policy_arn), "")]
            return _block("aws_iam_role_policy_attachment", f"{_name(role_name)}_logs", arguments)
        case ClosedUrl():
            return '# in the aws_lambda_function_url\nauthorization_type = "AWS_IAM" # changed'
        case SharedLayer(layer):
            arguments = [
                ("layer_name", in_hcl(str(layer).rsplit(":", 1)[0]), ""),
                ("version_number", layer.version, ""),
                ("statement_id", '"organisation"', ""),
                ("action", '"lambda:GetLayerVersion"', ""),
                ("principal", '"*"', ""),
                ("organization_id", '"o-exampleorgid"', " # add"),
            ]
            block = _block("aws_lambda_layer_version_permission", f"{_name(layer.name)}_shared", arguments)
            return f"{_LAYER}\n{block}"
        case _:
            assert_never(change)


_STATEMENT: Final = "# in the Statement list of the policy of the aws_lambda_resource_policy (jsonencode); its other statements stay"
_LAYER: Final = "# your organisation's id in the place of the example; or no organization_id and an account's id as principal"


def _permission(change: Permissions, number: int) -> str:
    grant = change.grants[number - 1]
    suffix = "" if number == 1 else f"_{number}"
    arguments = [("function_name", in_hcl(change.function), "")]
    if change.qualifier:
        arguments.append(("qualifier", in_hcl(change.qualifier), ""))
    if not is_sid_of_terraform(grant.sid):
        sid = grant.sid if number == 1 else f"{grant.sid[:_LONGEST_SID]}-{number}"
        arguments.insert(0, ("statement_id", in_hcl(sid), ""))
    return _block(
        "aws_lambda_permission",
        f"{_name(grant.sid)}{suffix}",
        [*arguments, *_parameters(grant, change.marks)],
    )


def _parameters(grant: Grant, marks: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in _ARGUMENTS:
        value: str | None = getattr(grant, name)
        if value is None:
            continue
        name_or_value = template_principal(value) if name == "principal" else value
        literal = name_or_value if name == "invoked_via_function_url" else in_hcl(name_or_value)
        yield name, literal, f" # {marks[name]}" if name in marks else ""


def _block(kind: str, name: str, arguments: list[tuple[str, str, str]]) -> str:
    """Write a resource, its equals signs in one column as `terraform fmt` has them."""
    width = max(len(argument) for argument, _, _ in arguments)
    rows = [f"  {argument:<{width}} = {value}{mark}" for argument, value, mark in arguments]
    return "\n".join([f'resource "{kind}" "{name}" {{', *rows, "}"])


def _name(text: str) -> str:
    """Return a name for a resource made of a text that others may have chosen."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)[:_LONGEST].lower()
    return name if name[:1].isalpha() else f"the_{name}"
