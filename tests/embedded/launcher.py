"""Starts the emulator; run by the emulator's own Python (see `emulator.py`), never imported by the tests.

It differs from `python -m ministack` where that is not as AWS is, or lets nothing stand in for AWS itself. Each function
below that `replaces` one of the emulator's says what it does otherwise. Two things more:

* PutEvents refuses events whose source begins with `aws.`, as on AWS, where only AWS itself may send them. CloudTrail
  is AWS itself, but the emulator has no CloudTrail that feeds EventBridge. So the one argument that the emulator gives
  to its built-in senders becomes the default, and `cloudtrail.py` can stand in for CloudTrail.
* It dies with whoever started it: the starter holds the other end of its standard input, which the operating system
  closes however the starter ends.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

EVENTS = import_module("ministack.services.eventbridge")
QUEUES = import_module("ministack.services.sqs")
ATTACHING = frozenset(
    f"iam:{verb}{whom}Policy" for verb in ("Attach", "Detach") for whom in ("Role", "User", "Group")
)
Function = Callable[..., Any]


def replaces(module: str, name: str) -> Callable[[Function], Function]:
    """Put a function in the place of one of the emulator's, which it gets as its first argument."""
    found = vars(import_module(f"ministack.{module}"))

    def put(function: Function) -> Function:
        found[name] = partial(function, found[name])
        return function

    return put


@replaces("services.eventbridge", "_dispatch_event")
def dispatch(others: Function, event: dict[str, Any], view: object = None) -> None:
    """Give a scheduled event that is put on the bus to the targets of the rule that it names, and to no other.

    Nobody who watches wants to wait for the hour at which the emulator would send it.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    if event["Source"] != "aws.events":
        others(event, view)
        return
    for name, rule in EVENTS._rules.items():
        if rule["Arn"] in event["Resources"] and rule["ScheduleExpression"]:
            for target in EVENTS._targets.get(name, []):
                EVENTS._invoke_target(target, event, rule)


@replaces("services.eventbridge", "_invoke_target")
def deliver(
    others: Function, target: dict[str, Any], event: object, rule: dict[str, Any], *rest: Any
) -> None:
    """Deliver to a queue only if its policy lets EventBridge send for the rule; the emulator does not ask it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
    """
    account = rule["Arn"].split(":")[4]
    sender = ("events.amazonaws.com", rule["Arn"], account)
    if ":sqs:" not in target["Arn"] or QUEUES.queue_policy_allows(target["Arn"], *sender):
        others(target, event, rule, *rest)


@replaces("services.cloudformation.provisioners", "_cw_metric_alarm_record")
def alarm(others: Function, name: str, properties: dict[str, Any]) -> object:
    """Make an alarm on a metric expression as one on its first metric: the emulator knows no expressions.

    Nothing here waits for an alarm.
    """
    metrics = [one["MetricStat"]["Metric"] for one in properties.get("Metrics", []) if "MetricStat" in one]
    return others(name, {**properties, **metrics[0], "Metrics": []} if metrics else properties)


@replaces("core.iam_actions", "request_tag_context")
def context(others: Function, service: str, action: str, body: bytes, given: dict[str, list[str]]) -> object:
    """Fill iam:PolicyARN when a policy is attached or detached; without it nobody whose right is limited by it has any.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    found: dict[str, object] = others(service, action, body, given)
    if action in ATTACHING and "PolicyArn" in given:
        found["iam:PolicyARN"] = given["PolicyArn"][0]
    return found


@replaces("core.iam_actions", "extract_resource_arn")
def resource(others: Function, service: str, *rest: Any) -> object:
    """Authorise a call about the targets of a rule on the rule (the emulator: on the bus), DescribeLogGroups on log groups.

    CreateFunction names its function in the body, where the emulator does not look.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
    """
    _method, path, headers, body, _parameters, region, account = rest
    asked = json.loads(body) if service in {"events", "logs", "lambda"} and body.startswith(b"{") else {}
    if path.rstrip("/").endswith("/functions") and "FunctionName" in asked:
        return f"arn:aws:lambda:{region}:{account}:function:{asked['FunctionName']}"
    if service == "events" and isinstance(asked.get("Rule"), str):
        bus = asked.get("EventBusName", "default").rpartition("/")[2]
        rule = asked["Rule"] if bus == "default" else f"{bus}/{asked['Rule']}"
        return f"arn:aws:events:{region}:{account}:rule/{rule}"
    if headers.get("x-amz-target", "").endswith(".DescribeLogGroups"):
        return f"arn:aws:logs:{region}:{account}:log-group:{asked.get('logGroupNamePrefix', '')}"
    return others(service, *rest)


@replaces("core.iam_actions", "extract_iam_action")
def action_of(others: Function, service: str, *rest: Any) -> str | None:
    """Ask for sqs:SendMessage where SendMessageBatch is called, and so on: SQS has no other rights for them.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    found: str | None = others(service, *rest)
    return found.removesuffix("Batch") if found and service == "sqs" else found


@replaces("core.iam_evaluator", "pin_request_origin")
def over_tls(others: Function, source_ip: str, secure_transport: bool) -> None:  # noqa: ARG001, FBT001  # the emulator's
    """Count every call as made over TLS, as calls to AWS are: the bucket that the SAM CLI makes refuses others.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    others(source_ip, secure_transport=True)


def let_cloudtrail_send() -> None:
    """Make PutEvents accept `aws.lambda` as a source; refuse an emulator in which that is done another way."""
    if EVENTS._put_events.__defaults__ != (False,):
        sys.exit("this emulator is not the one that was pinned: PutEvents has other arguments")
    EVENTS._put_events.__defaults__ = (True,)


def die_with_the_starter() -> None:
    """Wait for the end of standard input, then end this process and every function that it runs."""
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    let_cloudtrail_send()
    threading.Thread(target=die_with_the_starter, daemon=True).start()
    import_module("ministack.app").main()
