"""The rights that the guard's role needs: those that the code declares, each with a resource.

For the account's functions and roles, an example name is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from permission_guard.aws import (
    inventory,
    journal,
    observe,
    policies,
    queue,
    roles,
    securityhub,
    sns,
    sweep_records,
    users,
)
from permission_guard.frozen import frozen
from permission_guard.model.finding import Concern
from permission_guard.repair.step import AttachRolePolicy, DetachRolePolicy, RewriteStatements
from permission_guard.settings import Mode, Settings, Treatment

LOG: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
RECEIVE: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda itself does with the guard's role: write the log, and receive messages."""
_MODULES: Final = (
    *(observe, roles, policies, sns, journal),
    *(users, inventory, queue, sweep_records),
)
_ANY: Final = "any-of-the-account"
_EVERYTHING: Final = ("*",)


def needed(settings: Settings) -> tuple[str, ...]:
    """Return the actions that a guard with these settings calls, each once."""
    found = [*LOG, *RECEIVE, *(permission for module in _MODULES for permission in module.PERMISSIONS)]
    if settings.security_hub:
        found += securityhub.PERMISSIONS
    if settings.mode is Mode.ENFORCE:
        repaired = {concern for concern, how in settings.treatments.items() if how is Treatment.REPAIR}
        if Concern.ROLE_CAN_WRITE_LOGS in repaired:
            found += [*AttachRolePolicy.permissions, *DetachRolePolicy.permissions]
        if repaired - {Concern.ROLE_CAN_WRITE_LOGS}:
            found += RewriteStatements.permissions
    return tuple(dict.fromkeys(found))


@frozen
class Own:
    """What belongs to the guard alone."""

    partition: str
    region: str
    account: str
    log_group: str
    table: str
    topic_arn: str
    key: str
    """The id of the key that the topic is encrypted with."""
    events: str
    sweep_tasks: str
    """The names of the queues."""
    logging_policy_arn: str
    central_topic_arn: str = ""
    """The organization's topic; empty if there is none."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that every alert is sent to."""
        return (self.topic_arn, self.central_topic_arn) if self.central_topic_arn else (self.topic_arn,)

    def arn(self, service: str, rest: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"


def resources(own: Own, action: str) -> tuple[str, ...]:
    """Return the resources that an action is checked on; `*` if it supports none."""
    return _by_action(own).get(action, _EVERYTHING)


def _by_action(own: Own) -> Mapping[str, tuple[str, ...]]:
    return {
        **dict.fromkeys(LOG, (own.arn("logs", f"log-group:{own.log_group}:log-stream:{_ANY}"),)),
        **dict.fromkeys(
            (*journal.PERMISSIONS, *sweep_records.PERMISSIONS), (own.arn("dynamodb", f"table/{own.table}"),)
        ),
        "sns:Publish": own.topics,
        **dict.fromkeys(_OF_THE_KEY, (own.arn("kms", f"key/{own.key}"),)),
        "sqs:SendMessage": (own.arn("sqs", own.sweep_tasks),),
        **dict.fromkeys(
            (*RECEIVE, "sqs:ChangeMessageVisibility"),
            (own.arn("sqs", own.events), own.arn("sqs", own.sweep_tasks)),
        ),
        **dict.fromkeys(("iam:GetPolicy", "iam:GetPolicyVersion"), (own.logging_policy_arn,)),
        **dict.fromkeys(_OF_ROLES, (f"arn:{own.partition}:iam::{own.account}:role/{_ANY}",)),
        **dict.fromkeys(_OF_FUNCTIONS, (own.arn("lambda", f"function:{_ANY}"),)),
        "lambda:GetLayerVersionPolicy": (own.arn("lambda", f"layer:{_ANY}:1"),),
        "logs:DescribeLogGroups": (own.arn("logs", f"log-group:{_ANY}"),),
        "securityhub:BatchImportFindings": (own.arn("securityhub", f"product/{own.account}/default"),),
        "account:ListRegions": (f"arn:{own.partition}:account::{own.account}:account",),
    }


_OF_THE_KEY: Final = tuple(one for one in sns.PERMISSIONS if one.startswith("kms:"))
_OF_ROLES: Final = (
    *("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"),
    *AttachRolePolicy.permissions,
    *DetachRolePolicy.permissions,
)
_OF_FUNCTIONS: Final = (
    *("lambda:GetFunctionConfiguration", "lambda:GetFunctionUrlConfig", "lambda:ListTags"),
    *("lambda:GetPolicy", "lambda:GetResourcePolicy"),
    *("lambda:ListAliases", "lambda:ListVersionsByFunction"),
    *RewriteStatements.permissions,
)
