"""The actions on a function: those that invoke it, those that change it, and those that read about it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html lists the actions that take a
function as their resource, and which of them only read. Most calls to a durable execution are authorized against an ARN that
continues the ARN of the function's version (lambda/latest/dg/durable-security.html). They are listed here, because no page says
that a function's policy does not apply to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from permission_guard.iam import Statement

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
        *("SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure"),
        *("SendDurableExecutionCallbackHeartbeat", "CheckpointDurableExecution", "StopDurableExecution"),
        *("PauseDurableExecution", "ResumeDurableExecution", "DeleteDurableExecution"),
    )
)
"""The actions that change a function or who may use it. The most dangerous come first: new code runs with its role."""

READING: Final = tuple(
    f"lambda:{name}"
    for name in (
        *("GetFunction", "GetFunctionConfiguration", "GetPolicy", "GetResourcePolicy"),
        *("GetAlias", "GetFunctionUrlConfig", "GetFunctionConcurrency", "GetProvisionedConcurrencyConfig"),
        *("GetFunctionEventInvokeConfig", "GetFunctionRecursionConfig", "GetFunctionScalingConfig"),
        *("GetFunctionCodeSigningConfig", "GetRuntimeManagementConfig"),
        *("ListAliases", "ListVersionsByFunction", "ListFunctionUrlConfigs", "ListTags"),
        *("ListFunctionEventInvokeConfigs", "ListProvisionedConcurrencyConfigs"),
        *("ListDurableExecutionsByFunction", "GetDurableExecution", "GetDurableExecutionHistory"),
        "GetDurableExecutionState",
    )
)
"""The actions that read. GetFunction returns a link to the code, and the configuration has the environment variables."""

EVERY: Final = (*INVOKING, *MANAGING, *READING)
"""Every action on a function."""

READ_LAYER: Final = "lambda:GetLayerVersion"
"""The one action that can be granted on a layer version (lambda/latest/api/API_AddLayerVersionPermission.html)."""

TAG: Final = "lambda:TagResource"
UNTAG: Final = "lambda:UntagResource"


def written(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return the Lambda actions that statements write out and no list here has: Lambda@Edge's, and any that AWS adds later."""
    known = {"lambda:", *(action.lower() for action in (*EVERY, READ_LAYER))}
    texts = (one.text.strip("*?").lower() for statement in statements for one in statement.actions.patterns)
    spelled = (text for text in texts if text.startswith("lambda:") and not {"*", "?"} & set(text))
    return tuple(dict.fromkeys(text for text in spelled if text not in known))
