"""The sample events, and an account in memory in which each has just happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from permission_guard.events.trigger import Ignored, Installation, Trigger, trigger_of
from permission_guard.fake_aws import Account, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.model.document import Body, dumped
from permission_guard.pipeline import Guard
from permission_guard.settings import Settings

FOLDER = Path(__file__).parent.parent / "events"
MESSAGES = ("a-sweep-is-due", "an-event-in-the-queue")
"""The samples that are what SQS hands to the function: one message each. All others are events of EventBridge."""
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in MESSAGES)
ACCOUNT = "123456789012"
NOW = datetime(2026, 11, 20, 10, 16, 0, tzinfo=UTC)
GUARD_ROLE = f"arn:aws:iam::{ACCOUNT}:role/permission-guard-GuardRole-1ABCDEFGHIJKL"
LOGGING: Body = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "*",
    },
}


def sample(name: str) -> dict[str, Any]:
    """One of the events."""
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return event


def home(region: str = "eu-west-1") -> Installation:
    """Where the guard of the samples' account works."""
    return Installation(ACCOUNT, region, GUARD_ROLE)


def read(event: dict[str, Any]) -> Trigger | Ignored:
    """What a guard of the samples' account and of the event's Region reads in it."""
    return trigger_of(event, home(event["region"]))


def triggered(event: dict[str, Any]) -> Trigger:
    """The same, where it is not ignored."""
    found = read(event)
    assert isinstance(found, Trigger), found
    return found


@dataclass(frozen=True, slots=True)
class Scene:
    """An account, and a guard that watches it."""

    account: Account
    guard: Guard
    notifier: FakeNotifier


def scene(event: dict[str, Any], **settings: str) -> Scene:
    """An account in which the function `orders` exists, its role has no rights, and the event has just happened."""
    detail = event["detail"]
    region = detail["awsRegion"]
    account = Account(ACCOUNT, region, partition="aws-cn" if region.startswith("cn-") else "aws")
    asked = Settings.of(settings, account=ACCOUNT, region=region)
    account.managed[asked.logging_policy_arn] = dumped(LOGGING)
    request = detail["requestParameters"] or {}
    path = request.get("role", "role/orders-role").split(":role/")[-1].removeprefix("role/")
    account.with_role(path)
    function = account.with_function("orders", role=path, aliases=["live"])
    function.log_group = request.get("loggingConfig", {}).get("logGroup", function.log_group)
    _happen(account, detail)
    account.calls.clear()
    notifier = FakeNotifier()
    guard = Guard(
        asked,
        FakeObserver(account, asked.logging_policy_arn),
        FakeWriter(account),
        notifier,
        FakeJournal(account),
    )
    return Scene(account, guard, notifier)


def _happen(account: Account, detail: dict[str, Any]) -> None:
    """Do to the account what the event's call did."""
    request, response = detail["requestParameters"] or {}, detail["responseElements"] or {}
    if "statement" in response:
        statement = json.loads(response["statement"])
        if statement["Resource"].split(":")[4] == ACCOUNT:
            account.put_resource_policy(statement["Resource"], _policy(statement), None)
    if detail["eventName"].startswith("DeleteFunction2") and "qualifier" not in request:
        del account.functions[request["functionName"]]
    if detail["eventName"].startswith("AddLayerVersionPermission"):
        layer = f"arn:aws:lambda:{detail['awsRegion']}:{ACCOUNT}:layer:{request['layerName']}:{request['versionNumber']}"
        shared = {"Effect": "Allow", "Action": request["action"], "Resource": layer}
        statement = {"Sid": request["statementId"], **shared, "Principal": request["principal"]}
        account.layer_policies[layer] = (_policy(statement), "first")
    if detail["eventName"] == "PutResourcePolicy" and ":function:" in request.get("resourceArn", ""):
        unrecorded = _policy({**_OPEN, "Resource": request["resourceArn"]})
        account.put_resource_policy(request["resourceArn"], request.get("policy", unrecorded), None)


_OPEN = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "lambda:InvokeFunction"}


def _policy(statement: dict[str, Any]) -> str:
    return dumped({"Version": "2012-10-17", "Id": "default", "Statement": [statement]})
