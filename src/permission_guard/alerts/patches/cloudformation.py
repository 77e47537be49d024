"""Patches in CloudFormation's YAML, and in SAM's where SAM has no shorter form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html, names as of CloudFormation's
resource schemas (AWS::Lambda::Permission, ::ResourcePolicy, ::Url, ::LayerVersionPermission, AWS::IAM::Role).
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
from permission_guard.alerts.patches.quoting import expression, in_yaml, indented, quoted_in_yaml
from permission_guard.repair.grant import Grant

PROPERTIES: Final = {
    "action": "Action",
    "principal": "Principal",
    "source_arn": "SourceArn",
    "source_account": "SourceAccount",
    "event_source_token": "EventSourceToken",
    "principal_org_id": "PrincipalOrgID",
    "function_url_auth_type": "FunctionUrlAuthType",
    "invoked_via_function_url": "InvokedViaFunctionUrl",
}
"""AWS::Lambda::Permission's properties, by Grant's fields."""
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]+")
_LONGEST: Final = 60
_ORGANISATION: Final = "o-exampleorgid"


def in_cloudformation(change: Change) -> str:
    """Write a change as a part of a template."""
    match change:
        case Permissions():
            return _permissions(change)
        case WholeStatement(body):
            statement = indented(expression(body, quoted_in_yaml)).lstrip()
            return f"{_STATEMENT}\n- {statement}"
        case LoggingPolicy(policy_arn=arn):
            return f"# on the AWS::IAM::Role\nManagedPolicyArns:\n  - {in_yaml(arn)}  # add"
        case ClosedUrl():
            return "# on the AWS::Lambda::Url\nAuthType: AWS_IAM  # changed"
        case SharedLayer(layer):
            return _LAYER.format(in_yaml(str(layer)), _ORGANISATION)
        case _:
            assert_never(change)


_STATEMENT: Final = "# in the Statement list of the AWS::Lambda::ResourcePolicy; its other statements stay"
_LAYER: Final = """\
# your organisation's id in the place of the example; or no OrganizationId and an account's id as Principal
LayerPermission:
  Type: AWS::Lambda::LayerVersionPermission
  Properties:
    LayerVersionArn: {}
    Action: lambda:GetLayerVersion
    Principal: "*"
    OrganizationId: {}  # add"""


def in_sam(change: Change) -> str:
    """Write a change as a part of a SAM template, which may hold every resource of CloudFormation."""
    match change:
        case LoggingPolicy(policy_arn=arn):
            name = arn.rsplit("/", 1)[-1] if ":iam::aws:policy/" in arn else arn
            return f"{_POLICIES}\nPolicies:\n  - {in_yaml(name)}  # add"
        case ClosedUrl():
            return "# on the AWS::Serverless::Function\nFunctionUrlConfig:\n  AuthType: AWS_IAM  # changed"
        case Permissions() | WholeStatement() | SharedLayer():
            return in_cloudformation(change)
        case _:
            assert_never(change)


_POLICIES: Final = "# on the AWS::Serverless::Function; if it names a Role, SAM ignores Policies: change that role as in CloudFormation"


def _permissions(change: Permissions) -> str:
    rows = [f"# {change.remark}"] if change.remark else []
    function = f"{change.function}:{change.qualifier}" if change.qualifier else change.function
    for number, grant in enumerate(change.grants, 1):
        rows += [
            f"{_name(change, number)}:",
            "  Type: AWS::Lambda::Permission",
            "  Properties:",
            f"    FunctionName: {in_yaml(function)}",
            *(f"    {row}" for row in _properties(grant, change.marks)),
        ]
    return "\n".join(rows)


def _name(change: Permissions, number: int) -> str:
    """Return the logical id: the known one, else one made of the Sid, which CloudFormation's users cannot choose."""
    words = _LOGICAL_ID.findall(change.grants[0].sid)
    made = "".join(word[:1].upper() + word[1:] for word in words)[:_LONGEST] or "Permission"
    name = change.logical_id or made
    return name if number == 1 else f"{name}{number}"


def _properties(grant: Grant, marks: Mapping[str, str]) -> Iterator[str]:
    for field, name in PROPERTIES.items():
        value: str | None = getattr(grant, field)
        if value is None:
            continue
        name_or_value = template_principal(value) if field == "principal" else value
        literal = name_or_value if field == "invoked_via_function_url" else in_yaml(name_or_value)
        mark = f"  # {marks[field]}" if field in marks else ""
        yield f"{name}: {literal}{mark}"
