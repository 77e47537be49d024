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


class SamFailedError(Exception):
    """The SAM CLI ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What the deployed stack consists of, as far as the story meets it."""

    alerts_topic_arn: str
    dead_letter_queue_url: str
    guard_function_arn: str
    queue_urls: tuple[str, str]
    """Events and SweepTasks."""
    digest_rule: str
    sweep_rule: str


def build() -> None:
    """`sam build`; with this pip and this cache, see src/Makefile."""
    own = {"BUILD_PYTHON": sys.executable, "BUILD_CACHE": str(ROOT / ".tools" / "package")}
    _sam(without_aws(os.environ) | own, "build")


def deploy(emulator: Emulator, clients: Clients, mode: str) -> Stack:
    """`sam deploy`, with the flags of samconfig.toml and no other but the mode."""
    _sam(_pointed_at(emulator), "deploy", "--parameter-overrides", f"Mode={mode}")
    (found,) = clients.cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    if outputs["Mode"] != mode:
        raise SamFailedError(f"deployed with Mode={mode}, and the stack's output says {outputs['Mode']}")
    resources = clients.cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    return Stack(
        alerts_topic_arn=outputs["AlertsTopicArn"],
        dead_letter_queue_url=outputs["DeadLetterQueueUrl"],
        guard_function_arn=outputs["GuardFunctionArn"],
        queue_urls=(ids["Events"], ids["SweepTasks"]),
        digest_rule=ids["DigestIsDue"],
        sweep_rule=ids["SweepIsDue"],
    )


def delete(emulator: Emulator) -> None:
    """`sam delete`, stack and uploaded code."""
    _sam(_pointed_at(emulator), "delete", "--no-prompts")


def inventory(clients: Clients) -> frozenset[str]:
    """Everything in the account of the kinds that the template makes, so that what is left behind can be named."""
    found = [
        *(
            role["Arn"]
            for page in clients.iam.get_paginator("list_roles").paginate()
            for role in page["Roles"]
        ),
        *(policy["Arn"] for policy in clients.iam.list_policies(Scope="Local")["Policies"]),
        *(one["FunctionArn"] for one in clients.functions.list_functions()["Functions"]),
        *(one["UUID"] for one in clients.functions.list_event_source_mappings()["EventSourceMappings"]),
        *(rule["Arn"] for rule in clients.events.list_rules()["Rules"]),
        *(topic["TopicArn"] for topic in clients.sns.list_topics()["Topics"]),
        *(one["SubscriptionArn"] for one in clients.sns.list_subscriptions()["Subscriptions"]),
        *clients.sqs.list_queues().get("QueueUrls", []),
        *(group["logGroupName"] for group in clients.logs.describe_log_groups()["logGroups"]),
        *clients.dynamodb.list_tables()["TableNames"],
        *(alarm["AlarmArn"] for alarm in clients.cloudwatch.describe_alarms()["MetricAlarms"]),
        *(one["DashboardArn"] for one in clients.cloudwatch.list_dashboards()["DashboardEntries"]),
    ]
    keys = [
        clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in clients.kms.list_keys()["Keys"]
    ]
    # KMS deletes a key only days after it was told to, and takes nothing for those.
    found += [key["Arn"] for key in keys if key["KeyState"] != "PendingDeletion"]
    return frozenset(found)


def errors(clients: Clients, deployed: Stack) -> list[str]:
    """The errors in the guard's log."""
    guard = clients.functions.get_function_configuration(FunctionName=deployed.guard_function_arn)
    group = guard["LoggingConfig"]["LogGroup"]
    pages = clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"]]
    return [line for line in lines if '"level":"ERROR"' in line or line.startswith("[ERROR]")]


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
