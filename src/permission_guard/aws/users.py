"""The functions of the account that use a role, in every Region."""

from __future__ import annotations

from collections.abc import Iterator

from permission_guard.aws.calls import CALLS, Calls, Incomplete
from permission_guard.aws.clients import Clients
from permission_guard.iam import FunctionArn
from permission_guard.model.facts import Configuration, FunctionFacts, Unreadable
from permission_guard.ports import Refused

PERMISSIONS = ("account:ListRegions", "lambda:ListFunctions")
"""The rights that this module's calls need."""


def users(clients: Clients, role_arn: str, budget: int = CALLS) -> tuple[FunctionFacts, ...] | Unreadable:
    """Return the functions that use a role, each with its configuration; Unreadable if not all can be known.

    A function counts if any of its published versions uses the role: a version keeps the role it was published with,
    whatever the function has now (https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html).
    Raises RetryLater if AWS cannot answer now.
    """
    calls = Calls(clients, clients.region, budget)
    try:
        return tuple(dict.fromkeys(_using(calls, role_arn)))
    except (Incomplete, Refused) as reason:
        return Unreadable(f"the functions that use {role_arn}", str(reason))


def _using(calls: Calls, role_arn: str) -> Iterator[FunctionFacts]:
    for region in calls.regions():
        for page in calls.pages(
            "lambda",
            "ListFunctions",
            "Marker",
            following=("NextMarker",),
            region=region,
            FunctionVersion="ALL",
            MaxItems=10_000,
        ):
            for function in page.each("Functions"):
                if function.text("Role") == role_arn:
                    arn = FunctionArn.parse(function.text("FunctionArn"))
                    group = log_group(arn.name, function.text("LoggingConfig", "LogGroup"))
                    yield FunctionFacts(arn, configuration=Configuration(role_arn, group))


def log_group(function_name: str, configured: str | None) -> str:
    """Return the log group that a function writes to: the configured one, or /aws/lambda/NAME.

    (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html)
    """
    return configured or f"/aws/lambda/{function_name}"
