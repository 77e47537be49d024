"""Starts the emulator; run by the emulator's own Python (see `emulator.py`), never imported by the tests.

It differs from `python -m ministack` in ten things:

* PutEvents refuses events whose source begins with `aws.`, as on AWS, where only AWS itself may send them. CloudTrail
  is AWS itself, but the emulator has no CloudTrail that feeds EventBridge. So the one argument that the emulator gives
  to its built-in senders becomes the default, and `cloudtrail.py` can stand in for CloudTrail.
* A scheduled event that is put on the bus goes to the targets of the rule that it names, and to no other: nobody who
  watches wants to wait for the hour at which the emulator would send it.
* EventBridge sends to a queue only what the queue's policy lets the rule send; the emulator sends whatever a rule matches.
* An alarm on a metric expression is made as one on the metric of that expression: the emulator knows none, and nothing
  here waits for an alarm.
* IAM fills the condition key iam:PolicyARN when a policy is attached or detached; the emulator leaves it out, so that
  nobody whose right is limited by it, as the guard's is, could attach anything. It is filled here as AWS does.
* A call about the targets of a rule (ListTargetsByRule, PutTargets, RemoveTargets) is authorised on the ARN of the rule;
  the emulator looks for the rule in a member that these calls do not have, and authorises them on that of the bus.
* DescribeLogGroups is authorised on the ARN of log groups; the emulator asks for a right to everything.
* A call for ten messages of a queue is authorised as the call for one; the emulator asks for rights that do not exist.
* Every call counts as made over TLS. Calls to AWS are, unless a client is told otherwise; on loopback they come in plain
  text, which the bucket that the SAM CLI makes refuses, so that no role could look at it.
* It dies with whoever started it: the starter holds the other end of its standard input, which the operating system
  closes however the starter ends.
"""

import json
import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any

ATTACHING = frozenset(
    f"iam:{verb}{whom}Policy" for verb in ("Attach", "Detach") for whom in ("Role", "User", "Group")
)


def let_cloudtrail_send() -> None:
    """Make PutEvents accept `aws.lambda` as a source; refuse an emulator in which that is done another way."""
    put_events = import_module("ministack.services.eventbridge")._put_events
    if put_events.__defaults__ != (False,):
        sys.exit("this emulator is not the one that was pinned: PutEvents has other arguments")
    put_events.__defaults__ = (True,)


def let_schedules_be_sent() -> None:
    """Give a scheduled event to the targets of its own rule, which is the one resource that it names.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    events = import_module("ministack.services.eventbridge")
    others = events._dispatch_event

    def dispatch(event: dict[str, Any], view: object = None) -> None:
        if event["Source"] != "aws.events":
            return others(event, view)
        for name, rule in events._rules.items():
            if rule["Arn"] in event["Resources"] and rule["ScheduleExpression"]:
                for target in events._targets.get(name, []):
                    events._invoke_target(target, event, rule)

    vars(events)["_dispatch_event"] = dispatch


def ask_the_policy_of_the_queue() -> None:
    """Deliver to a queue only if its policy lets EventBridge send for the rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
    """
    events, queues = import_module("ministack.services.eventbridge"), import_module("ministack.services.sqs")
    others = events._invoke_target

    def deliver(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: object = None) -> None:
        arn, service, account = target["Arn"], "events.amazonaws.com", rule["Arn"].split(":")[4]
        if ":sqs:" not in arn or queues.queue_policy_allows(arn, service, rule["Arn"], account):
            others(target, event, rule, view)

    vars(events)["_invoke_target"] = deliver


def make_alarms_on_expressions() -> None:
    """Take the first metric of an alarm's expression for the alarm's own."""
    provisioners = import_module("ministack.services.cloudformation.provisioners")
    others = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict[str, Any]) -> object:
        metrics = [one["MetricStat"] for one in properties.get("Metrics", []) if "MetricStat" in one]
        if metrics:
            properties = {**properties, **metrics[0]["Metric"], "Metrics": []}
        return others(name, properties)

    vars(provisioners)["_cw_metric_alarm_record"] = record


def fill_policy_arn() -> None:
    """Add iam:PolicyARN to what conditions are evaluated on; the other keys stay the emulator's business.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    actions = import_module("ministack.core.iam_actions")
    others = actions.request_tag_context

    def with_policy_arn(
        service: str, action: str, body: bytes, parameters: dict[str, list[str]]
    ) -> dict[str, object]:
        context: dict[str, object] = others(service, action, body, parameters)
        if action in ATTACHING and "PolicyArn" in parameters:
            context["iam:PolicyARN"] = parameters["PolicyArn"][0]
        return context

    vars(actions)["request_tag_context"] = with_policy_arn


def name_the_resource() -> None:
    """Find the rule in the member `Rule` (rule/NAME on the default bus, else rule/BUS/NAME), and the log group in its prefix.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    actions = import_module("ministack.core.iam_actions")
    others = actions.extract_resource_arn

    def resource(service: str, *rest: Any) -> str:
        _method, _path, headers, body, _parameters, region, account = rest
        asked = json.loads(body) if service in {"events", "logs"} and body.startswith(b"{") else {}
        if service == "events" and isinstance(asked.get("Rule"), str):
            bus = asked.get("EventBusName", "default").rpartition("/")[2]
            rule = asked["Rule"] if bus == "default" else f"{bus}/{asked['Rule']}"
            return f"arn:aws:events:{region}:{account}:rule/{rule}"
        if headers.get("x-amz-target", "").endswith(".DescribeLogGroups"):
            return f"arn:aws:logs:{region}:{account}:log-group:{asked.get('logGroupNamePrefix', '')}:log-stream:"
        found: str = others(service, *rest)
        return found

    vars(actions)["extract_resource_arn"] = resource


def authorise_batches_as_calls() -> None:
    """Ask for sqs:SendMessage where SendMessageBatch is called, and so on: SQS has no other rights for them.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    actions = import_module("ministack.core.iam_actions")
    others = actions.extract_iam_action

    def action(service: str, *rest: Any) -> str | None:
        found: str | None = others(service, *rest)
        return found.removesuffix("Batch") if found and service == "sqs" else found

    vars(actions)["extract_iam_action"] = action


def count_calls_as_secure() -> None:
    """Let the condition key aws:SecureTransport say true, though nobody on loopback needs a certificate.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    evaluator = import_module("ministack.core.iam_evaluator")
    pin = evaluator.pin_request_origin

    def over_tls(source_ip: str, secure_transport: bool) -> None:  # noqa: ARG001, FBT001  # the emulator's signature
        pin(source_ip, secure_transport=True)

    vars(evaluator)["pin_request_origin"] = over_tls


def die_with_the_starter() -> None:
    """Wait for the end of standard input, then end this process and every function that it runs."""
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    let_cloudtrail_send()
    let_schedules_be_sent()
    ask_the_policy_of_the_queue()
    make_alarms_on_expressions()
    fill_policy_arn()
    name_the_resource()
    authorise_batches_as_calls()
    count_calls_as_secure()
    threading.Thread(target=die_with_the_starter, daemon=True).start()
    import_module("ministack.app").main()
