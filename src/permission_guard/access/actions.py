"""What a statement lets one do to a function: invoke it, change it, or read about it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html names the actions that take a
function as their resource, and says which of them only read. Most calls to a durable execution are authorized against an ARN that
goes on from the function's version (lambda/latest/dg/durable-security.html); that a function's policy does not apply to them, no page says.
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
        *("ListDurableExecutionsByFunction", "GetDurableExecution", "GetDurableExecutionHistory"),
        "GetDurableExecutionState",
    )
)
"""The actions that read: GetFunction hands out a link to the code, the configuration holds the environment."""

EVERY: Final = (*INVOKING, *MANAGING, *READING)
"""Whatever may be done to a function."""

READ_LAYER: Final = "lambda:GetLayerVersion"
"""The one action that can be granted on a layer version (lambda/latest/api/API_AddLayerVersionPermission.html)."""

TAG: Final = "lambda:TagResource"
UNTAG: Final = "lambda:UntagResource"


def written(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return the Lambda actions that statements spell and that are in no list: Lambda@Edge's, or ones still to come."""
    known = {"lambda:", *(action.lower() for action in (*EVERY, READ_LAYER))}
    texts = (one.text.strip("*?").lower() for statement in statements for one in statement.actions.patterns)
    spelled = (text for text in texts if text.startswith("lambda:") and not {"*", "?"} & set(text))
    return tuple(dict.fromkeys(text for text in spelled if text not in known))
