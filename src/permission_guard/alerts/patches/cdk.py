"""Patches in TypeScript, for version 2 of the CDK.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Permission.html, where `lambda` is
aws-cdk-lib/aws-lambda and `iam` is aws-cdk-lib/aws-iam.
"""

from __future__ import annotations

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
from permission_guard.alerts.patches.quoting import expression, in_typescript
from permission_guard.iam.arn import is_account
from permission_guard.repair.grant import Grant

PROPERTIES: Final = {
    "principal": "principal",
    "action": "action",
    "source_arn": "sourceArn",
    "source_account": "sourceAccount",
    "event_source_token": "eventSourceToken",
    "principal_org_id": "organizationId",
    "function_url_auth_type": "functionUrlAuthType",
    "invoked_via_function_url": "invokedViaFunctionUrl",
}
"""The properties of lambda.Permission, by Grant's fields."""
_OF_AWS: Final = ":iam::aws:policy/"


def in_cdk(change: Change) -> str:
    """Write a change as calls on the function, its alias, its role or its layer."""
    match change:
        case Permissions():
            rows = [f"// {change.remark}"] if change.remark else []
            calls = (_add_permission(change, number) for number in range(1, len(change.grants) + 1))
            return "\n".join([*rows, *calls])
        case WholeStatement(body):
            return f"{_STATEMENT}\n({expression(body, in_typescript)})"
        case LoggingPolicy(policy_arn=arn):
            return f"role.addManagedPolicy({_managed(arn)}); // add"
        case ClosedUrl(qualifier=qualifier):
            return f"{_on(qualifier)}.addFunctionUrl({{ authType: lambda.FunctionUrlAuthType.AWS_IAM }}); // changed"
        case SharedLayer():
            return _LAYER
        case _:
            assert_never(change)


_STATEMENT: Final = "// in the Statement list of the policyDocument of the lambda.CfnResourcePolicy; its other statements stay"
_LAYER: Final = """\
// your organisation's id in the place of the example; or no organizationId and an account's id as accountId
layer.addPermission('organisation', {
  accountId: '*',
  organizationId: 'o-exampleorgid', // add
});"""


def _managed(arn: str) -> str:
    if _OF_AWS in arn:
        return f"iam.ManagedPolicy.fromAwsManagedPolicyName({in_typescript(arn.split(_OF_AWS, 1)[1])})"
    return f"iam.ManagedPolicy.fromManagedPolicyArn(this, 'Logging', {in_typescript(arn)})"


def _on(qualifier: str | None) -> str:
    """Return what the call is made on: a version or alias has permissions of its own."""
    if qualifier is None:
        return "fn"
    return "version" if qualifier.isdigit() else "alias"


def _add_permission(change: Permissions, number: int) -> str:
    grant = change.grants[number - 1]
    name = grant.sid if number == 1 else f"{grant.sid}-{number}"
    rows = [f"  {row}" for row in _properties(grant, change.marks)]
    return "\n".join([f"{_on(change.qualifier)}.addPermission({in_typescript(name)}, {{", *rows, "});"])


def _properties(grant: Grant, marks: Mapping[str, str]) -> Iterator[str]:
    for field, name in PROPERTIES.items():
        value: str | None = getattr(grant, field)
        if value is not None:
            mark = f" // {marks[field]}" if field in marks else ""
            yield f"{name}: {_value(field, value)},{mark}"


def _value(field: str, value: str) -> str:
    match field:
        case "principal":
            return _principal(template_principal(value))
        case "function_url_auth_type":
            # Grant admits NONE and AWS_IAM only.
            return f"lambda.FunctionUrlAuthType.{value}"
        case "invoked_via_function_url":
            return value
        case _:
            return in_typescript(value)


def _principal(principal: str) -> str:
    if principal == "*":
        return "new iam.StarPrincipal()"
    if is_account(principal):
        kind = "AccountPrincipal"
    else:
        kind = "ArnPrincipal" if principal.startswith("arn:") else "ServicePrincipal"
    return f"new iam.{kind}({in_typescript(principal)})"
