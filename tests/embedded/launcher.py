"""Starts the emulator; run by the emulator's own Python (see `emulator.py`), never imported by the tests.

It differs from `python -m ministack` in five things:

* PutEvents refuses events whose source begins with `aws.`, as on AWS, where only AWS itself may send them. CloudTrail
  is AWS itself, but the emulator has no CloudTrail that feeds EventBridge. So the one argument that the emulator gives
  to its built-in senders becomes the default, and `cloudtrail.py` can stand in for CloudTrail.
* IAM fills the condition key iam:PolicyARN when a policy is attached or detached; the emulator leaves it out, so that
  nobody whose right is limited by it, as the guard's is, could attach anything. It is filled here as AWS does.
* A call about the targets of a rule (ListTargetsByRule, PutTargets, RemoveTargets) is authorised on the ARN of the rule;
  the emulator looks for the rule in a member that these calls do not have, and authorises them on that of the bus.
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


def authorise_on_the_rule() -> None:
    """Find the rule in the member `Rule`, and name it as IAM does: rule/NAME on the default bus, else rule/BUS/NAME.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    """
    actions = import_module("ministack.core.iam_actions")
    others = actions.extract_resource_arn

    def with_rule(service: str, *rest: Any) -> str:
        _method, _path, _headers, body, _parameters, region, account = rest
        asked = json.loads(body) if service == "events" and body.startswith(b"{") else {}
        if isinstance(asked.get("Rule"), str):
            bus = asked.get("EventBusName", "default").rpartition("/")[2]
            rule = asked["Rule"] if bus == "default" else f"{bus}/{asked['Rule']}"
            return f"arn:aws:events:{region}:{account}:rule/{rule}"
        found: str = others(service, *rest)
        return found

    vars(actions)["extract_resource_arn"] = with_rule


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
    fill_policy_arn()
    authorise_on_the_rule()
    count_calls_as_secure()
    threading.Thread(target=die_with_the_starter, daemon=True).start()
    import_module("ministack.app").main()
