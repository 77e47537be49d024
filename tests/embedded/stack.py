"""The product's own stack: built, deployed and deleted by the SAM CLI, just as a user does it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.embedded.clients import administrator, environment_of
from tests.embedded.emulator import ROOT, Emulator, without_aws

if TYPE_CHECKING:
    from tests.embedded.clients import Clients

SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
# samconfig.toml's default environment.
NAME = "permission-guard"
# Nobody who watches wants to wait for what settles, nor for tomorrow's sweep.
PARAMETERS = ("Mode=Enforce", "SettleSeconds=0")


class SamFailedError(Exception):
    """The SAM CLI ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What the deployed stack says in its outputs."""

    alerts_topic_arn: str
    dead_letter_queue_url: str
    guard_alias_arn: str
    guard_function_arn: str
    guard_role_arn: str


def build() -> None:
    """`sam build`; with this pip and this cache, see src/Makefile."""
    own = {"BUILD_PYTHON": sys.executable, "BUILD_CACHE": str(ROOT / ".tools" / "package")}
    _sam(without_aws(os.environ) | own, "build")


def deploy(emulator: Emulator, clients: Clients) -> Stack:
    """`sam deploy`, with the flags of samconfig.toml and no other but the parameters of the demo."""
    _sam(_pointed_at(emulator), "deploy", "--parameter-overrides", *PARAMETERS)
    return described(clients)


def deploy_as(emulator: Emulator, environment: str) -> None:
    """`sam deploy` once more, with what samconfig.toml says of an environment; what it does not say stays as it is."""
    _sam(_pointed_at(emulator), "deploy", "--config-env", environment)


def described(clients: Clients) -> Stack:
    """What the stack says of itself."""
    (found,) = clients.cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    return Stack(
        alerts_topic_arn=outputs["AlertsTopicArn"],
        dead_letter_queue_url=outputs["DeadLetterQueueUrl"],
        guard_alias_arn=outputs["GuardAliasArn"],
        guard_function_arn=outputs["GuardFunctionArn"],
        guard_role_arn=outputs["GuardRoleArn"],
    )


def delete(emulator: Emulator) -> None:
    """`sam delete`, stack and uploaded code."""
    _sam(_pointed_at(emulator), "delete", "--no-prompts")


def inventory(clients: Clients) -> frozenset[str]:
    """Everything in the account of the kinds that the template makes, so that what is left behind can be named."""
    found = [
        role["Arn"] for page in clients.iam.get_paginator("list_roles").paginate() for role in page["Roles"]
    ]
    found += [policy["Arn"] for policy in clients.iam.list_policies(Scope="Local")["Policies"]]
    found += [function["FunctionArn"] for function in clients.functions.list_functions()["Functions"]]
    found += [rule["Arn"] for rule in clients.events.list_rules()["Rules"]]
    found += [topic["TopicArn"] for topic in clients.sns.list_topics()["Topics"]]
    found += [
        subscription["SubscriptionArn"] for subscription in clients.sns.list_subscriptions()["Subscriptions"]
    ]
    found += clients.sqs.list_queues().get("QueueUrls", [])
    found += [group["logGroupName"] for group in clients.logs.describe_log_groups()["logGroups"]]
    found += clients.dynamodb.list_tables()["TableNames"]
    found += [alarm["AlarmArn"] for alarm in clients.cloudwatch.describe_alarms()["MetricAlarms"]]
    found += [
        dashboard["DashboardArn"] for dashboard in clients.cloudwatch.list_dashboards()["DashboardEntries"]
    ]
    found += _keys(clients)
    return frozenset(found)


def _keys(clients: Clients) -> list[str]:
    """Keys that can be used; KMS deletes a key only days after it was told to, and takes nothing for those."""
    keys = (
        clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in clients.kms.list_keys()["Keys"]
    )
    return [key["Arn"] for key in keys if key["KeyState"] != "PendingDeletion"]


def _pointed_at(emulator: Emulator) -> dict[str, str]:
    return environment_of(emulator, administrator(emulator)) | {"SAM_CLI_POLL_DELAY": "0.3"}


def _sam(environment: dict[str, str], *arguments: str) -> None:
    ended = subprocess.run(
        [SAM, *arguments],
        cwd=ROOT,
        env=environment | {"SAM_CLI_TELEMETRY": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SamFailedError(f"sam {' '.join(arguments)}\n{ended.stdout}")
