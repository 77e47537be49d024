"""What a statement lets one do to a function: invoke it, change it, or read about it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html names the actions that take a
function as their resource, and says which of them only read.
"""

from __future__ import annotations

from typing import Final

from permission_guard.iam import Context, Effect, Policy, Statement, Truth

INVOKE: Final = "lambda:InvokeFunction"
INVOKE_URL: Final = "lambda:InvokeFunctionUrl"
INVOKING: Final = (INVOKE, INVOKE_URL, "lambda:InvokeAsync")

MANAGING: Final = tuple(
    f"lambda:{name}"
    for name in (
        *("UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission", "RemovePermission"),
        *("PutResourcePolicy", "DeleteResourcePolicy", "DeleteFunction", "PublishVersion"),
        *("CreateAlias", "UpdateAlias", "DeleteAlias"),
        *("CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig"),
        *("PutFunctionConcurrency", "DeleteFunctionConcurrency", "PutFunctionScalingConfig"),
        *("PutProvisionedConcurrencyConfig", "DeleteProvisionedConcurrencyConfig"),
        *("PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"),
        *("DeleteFunctionEventInvokeConfig", "PutFunctionRecursionConfig"),
        *("PutFunctionCodeSigningConfig", "DeleteFunctionCodeSigningConfig"),
        *("PutRuntimeManagementConfig", "TagResource", "UntagResource"),
    )
)
"""The actions that change a function or who may use it, the most dangerous first: new code runs with its role."""

READING: Final = tuple(
    f"lambda:{name}"
    for name in (
        *("GetFunction", "GetFunctionConfiguration", "GetPolicy", "GetResourcePolicy"),
        *("GetAlias", "GetFunctionUrlConfig", "GetFunctionConcurrency", "GetProvisionedConcurrencyConfig"),
        *("GetFunctionEventInvokeConfig", "GetFunctionRecursionConfig", "GetFunctionScalingConfig"),
        *("GetFunctionCodeSigningConfig", "GetRuntimeManagementConfig"),
        *("ListAliases", "ListVersionsByFunction", "ListFunctionUrlConfigs", "ListTags"),
        *("ListFunctionEventInvokeConfigs", "ListProvisionedConcurrencyConfigs"),
        "ListDurableExecutionsByFunction",
    )
)
"""The actions that read: GetFunction hands out a link to the code, the configuration holds the environment."""

EVERY: Final = (*INVOKING, *MANAGING, *READING)
"""Whatever may be done to a function."""

READ_LAYER: Final = "lambda:GetLayerVersion"
"""The one action that can be granted on a layer version (lambda/latest/api/API_AddLayerVersionPermission.html)."""


def covered(statement: Statement, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the actions that an Allow statement covers."""
    if statement.effect is not Effect.ALLOW:
        return ()
    anything = Context()
    return tuple(
        action for action in actions if statement.actions.match(action.lower(), anything) is not Truth.NO
    )


def invoking(statement: Statement) -> tuple[str, ...]:
    """Return the actions of invoking that an Allow statement covers."""
    return covered(statement, INVOKING)


def told_apart(policy: Policy, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first of each group of actions that no statement of the policy tells apart.

    `lambda:*` covers fifty actions; whoever is let in or kept out for one is so for all, unless a Deny names some. A
    call through a URL shows keys of its own, so InvokeFunctionUrl always stands alone.
    """
    anything = Context()
    first: dict[tuple[object, ...], str] = {}
    for action in actions:
        covering = tuple(one.actions.match(action.lower(), anything) for one in policy.statements)
        first.setdefault((action == INVOKE_URL, *covering), action)
    return tuple(first.values())
