"""Services that call when something happened: a file came, a rule fired, a secret is due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from permission_guard.aws.wiring.calls import Incomplete
from permission_guard.aws.wiring.elsewhere import looked_at
from permission_guard.aws.wiring.search import Search
from permission_guard.facts import Source

PERMISSIONS = (
    "s3:ListAllMyBuckets",
    "s3:GetBucketNotification",
    "sns:ListSubscriptions",
    "lambda:ListAliases",
    "events:ListEventBuses",
    "events:ListRuleNamesByTarget",
    "events:ListTargetsByRule",
    "logs:DescribeAccountPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeSubscriptionFilters",
    "cloudwatch:DescribeAlarms",
    "ses:ListReceiptRuleSets",
    "ses:DescribeReceiptRuleSet",
    "config:DescribeConfigRules",
    "secretsmanager:ListSecrets",
    "codecommit:ListRepositories",
    "codecommit:GetRepositoryTriggers",
)
"""The rights that this module's calls need."""

_DEFAULT_BUS: Final = "default"


def of_s3(search: Search) -> Iterator[Source]:
    """Buckets with a notification; only those of the function's region, since S3 notifies nothing elsewhere.

    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/NotificationHowTo.html)
    """
    buckets = search.calls.pages(
        "s3", "ListBuckets", "ContinuationToken", BucketRegion=search.function.region, MaxBuckets=10_000
    )
    for page in buckets:
        for name in (bucket.text("Name") for bucket in page.each("Buckets")):
            found = search.calls.call_unless_gone("s3", "GetBucketNotificationConfiguration", Bucket=name)
            for one in found.each("LambdaFunctionConfigurations"):
                if target := search.target(one.text("LambdaFunctionArn")):
                    yield search.named(name, target)


def of_sns(search: Search) -> Iterator[Source]:
    """Subscriptions of every region: SNS delivers across regions, and lists what is subscribed where the topic is.

    (https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html)
    """
    for region in search.calls.regions():
        with looked_at(region, search):
            for page in search.calls.pages("sns", "ListSubscriptions", "NextToken", region=region):
                for one in page.each("Subscriptions"):
                    if one.text("Protocol") == "lambda" and (target := search.target(one.text("Endpoint"))):
                        yield search.source(one.text("TopicArn"), target)


def of_events(search: Search) -> Iterator[Source]:
    """Rules on every bus that have the function as a target without a role of the target's own.

    The question needs the exact ARN, so it is put for the function, its aliases, and the version in question.
    """
    targets = _targets(search)
    for page in search.calls.pages("events", "ListEventBuses", "NextToken", Limit=100):
        for bus in (one.text("Name") for one in page.each("EventBuses")):
            for target in targets:
                yield from _rules(search, bus, target)


def _targets(search: Search) -> tuple[str, ...]:
    function = search.function
    qualifiers: dict[str | None, None] = {None: None, "$LATEST": None, search.qualifier: None}
    for page in search.calls.pages(
        "lambda",
        "ListAliases",
        "Marker",
        following=("NextMarker",),
        FunctionName=function.name,
        MaxItems=10_000,
    ):
        qualifiers |= dict.fromkeys(alias.text("Name") for alias in page.each("Aliases"))
    return tuple(function.qualified(qualifier) for qualifier in qualifiers)


def _rules(search: Search, bus: str, target: str) -> Iterator[Source]:
    calls = search.calls
    for page in calls.pages(
        "events", "ListRuleNamesByTarget", "NextToken", TargetArn=target, EventBusName=bus, Limit=100
    ):
        for rule in page.texts("RuleNames"):
            if any(
                one.text("Arn") == target and not one.has("RoleArn")
                for found in calls.pages(
                    "events", "ListTargetsByRule", "NextToken", Rule=rule, EventBusName=bus, Limit=100
                )
                for one in found.each("Targets")
            ):
                yield search.named(rule if bus == _DEFAULT_BUS else f"{bus}/{rule}", target)


def of_logs(search: Search) -> Iterator[Source]:
    """The account's own subscription filter, and those of each log group of the class that can have any.

    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html)
    """
    calls = search.calls
    for page in calls.pages(
        "logs", "DescribeAccountPolicies", "nextToken", policyType="SUBSCRIPTION_FILTER_POLICY"
    ):
        for policy in page.each("accountPolicies"):
            if target := search.target(_destination(policy.text("policyDocument"))):
                yield search.named("*", target)  # it sends the events of whatever log group there is
    for page in calls.pages("logs", "DescribeLogGroups", "nextToken", logGroupClass="STANDARD", limit=50):
        for group in (one.text("logGroupName") for one in page.each("logGroups")):
            for found in calls.pages(
                "logs", "DescribeSubscriptionFilters", "nextToken", logGroupName=group, limit=50
            ):
                for one in found.each("subscriptionFilters"):
                    if target := search.target(one.text("destinationArn")):
                        yield search.named(group, target)


def _destination(document: str) -> str:
    """Return where a subscription filter policy sends events."""
    try:
        found = json.loads(document)
    except ValueError:
        found = None
    destination = found.get("DestinationArn") if isinstance(found, dict) else None
    if not isinstance(destination, str):
        raise Incomplete("a subscription filter policy of the account names no DestinationArn")
    return destination


def of_alarms(search: Search) -> Iterator[Source]:
    """Alarms with an action on the function; CloudWatch leaves out composite ones unless they are asked for."""
    kinds = {"MetricAlarm": "MetricAlarms", "CompositeAlarm": "CompositeAlarms", "LogAlarm": "LogAlarms"}
    pages = search.calls.pages(
        "cloudwatch",
        "DescribeAlarms",
        "NextToken",
        ActionPrefix=str(search.function),
        AlarmTypes=list(kinds),
        MaxRecords=100,
    )
    for page in pages:
        for alarm in (one for kind in kinds.values() for one in page.each(kind)):
            for state in ("OKActions", "AlarmActions", "InsufficientDataActions"):
                for action in alarm.texts(state):
                    if target := search.target(action):
                        yield search.source(alarm.text("AlarmArn"), target)


def of_ses(search: Search) -> Iterator[Source]:
    """Rules of every receipt rule set: one that is not active today may be made active tomorrow."""
    for page in search.calls.pages("ses", "ListReceiptRuleSets", "NextToken"):
        for name in (one.text("Name") for one in page.each("RuleSets")):
            found = search.calls.call_unless_gone("ses", "DescribeReceiptRuleSet", RuleSetName=name)
            for rule in found.each("Rules"):
                for action in rule.each("Actions"):
                    if target := search.target(action.text("LambdaAction", "FunctionArn")):
                        yield search.named(f"{name}:receipt-rule/{rule.text('Name')}", target)


def of_config(search: Search) -> Iterator[Source]:
    """Config rules that the function evaluates."""
    for page in search.calls.pages("config", "DescribeConfigRules", "NextToken"):
        for rule in page.each("ConfigRules"):
            if target := search.target(rule.text("Source", "SourceIdentifier")):
                yield search.source(rule.text("ConfigRuleArn"), target)


def of_secrets_manager(search: Search) -> Iterator[Source]:
    """Secrets that the function rotates."""
    for page in search.calls.pages("secretsmanager", "ListSecrets", "NextToken", MaxResults=100):
        for secret in page.each("SecretList"):
            if target := search.target(secret.text("RotationLambdaARN")):
                yield search.source(secret.text("ARN"), target)


def of_codecommit(search: Search) -> Iterator[Source]:
    """Repositories with a trigger."""
    for page in search.calls.pages("codecommit", "ListRepositories", "nextToken"):
        for name in (one.text("repositoryName") for one in page.each("repositories")):
            found = search.calls.call_unless_gone("codecommit", "GetRepositoryTriggers", repositoryName=name)
            for trigger in found.each("triggers"):
                if target := search.target(trigger.text("destinationArn")):
                    yield search.named(name, target)
