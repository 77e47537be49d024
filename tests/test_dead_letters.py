"""What lies in a dead-letter queue: of each kind what it is, why it is there, and its way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from permission_guard.dead_letters import Enqueue, Foreign, Home, Invoke, Message, Publish, described, read
from tests.samples import sample

PREFIX = "arn:aws:lambda:eu-west-1:123456789012:function:"
GUARD = f"{PREFIX}guard"
QUEUES = "arn:aws:sqs:eu-west-1:123456789012:"
HOME = Home(GUARD, frozenset({GUARD, f"{PREFIX}other"}), frozenset({"waiting", "dead"}))
EVENT = sample("s3-was-let-in-without-a-source")
TOLD = described(EVENT)


def message(body: object, source: str | None = None, **attributes: str) -> Message:
    text = body if isinstance(body, str) else json.dumps(body)
    return Message("1", text, attributes, source, datetime(2026, 11, 20, tzinfo=UTC))


def record(**more: Any) -> dict[str, Any]:
    """What Lambda writes of an invocation that failed (invocation-async-retain-records.html)."""
    return {
        "version": "1.0",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": f"{GUARD}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": EVENT,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "TryAgain", "errorMessage": "GetPolicy: Throttling"},
        **more,
    }


def test_a_failed_invocation_is_made_again_with_the_event_that_it_had() -> None:
    letter = read(message(record()), HOME)
    assert letter.what == TOLD
    assert letter.why == "TryAgain: GetPolicy: Throttling (RetriesExhausted)"
    assert isinstance(letter.way, Invoke)
    assert letter.way.function == GUARD
    assert json.loads(letter.way.payload) == EVENT
    assert str(letter.way) == f"invoke {GUARD} with it"


def test_an_event_is_described_by_what_was_done_to_which_function_and_when() -> None:
    assert f"AddPermission of {PREFIX}orders at 2026-11-20 10:15 UTC" == TOLD


WHYS: dict[str, tuple[dict[str, Any], str]] = {
    "too old": (
        {"responsePayload": None, "requestContext": {"condition": "EventAgeExceeded"}},
        "EventAgeExceeded",
    ),
    "no condition": ({"requestContext": {}}, "TryAgain: GetPolicy: Throttling"),
    "no type": ({"responsePayload": {"errorMessage": "killed"}}, "killed (RetriesExhausted)"),
    "nothing": ({"responsePayload": "?", "requestContext": 5}, ""),
}


@pytest.mark.parametrize("kind", WHYS)
def test_why_an_invocation_failed_is_told_as_far_as_the_record_says_it(kind: str) -> None:
    more, why = WHYS[kind]
    assert read(message(record(**more)), HOME).why == why


@pytest.mark.parametrize(
    ("arn", "invoked"),
    [
        (f"{GUARD}:7", GUARD),
        (f"{GUARD}:live", f"{GUARD}:live"),
        (GUARD, GUARD),
        (f"{PREFIX}other:$LATEST", f"{PREFIX}other"),
    ],
)
def test_the_function_is_invoked_as_it_is_now_or_by_the_alias_that_was_invoked(
    arn: str, invoked: str
) -> None:
    way = read(message(record(requestContext={"functionArn": arn})), HOME).way
    assert isinstance(way, Invoke)
    assert way.function == invoked


def test_an_event_that_eventbridge_could_not_deliver_goes_to_its_target() -> None:
    said = {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not authorized", "TARGET_ARN": GUARD}
    letter = read(message(EVENT, **said), HOME)
    assert (letter.what, letter.why) == (TOLD, "NO_PERMISSIONS: not authorized")
    assert letter.way == Invoke(GUARD, json.dumps(EVENT))
    queued = read(message(EVENT, **{**said, "TARGET_ARN": f"{QUEUES}waiting"}), HOME)
    assert queued.way == Enqueue("waiting", json.dumps(EVENT))
    assert str(queued.way) == "put it into waiting"


def test_an_event_that_does_not_say_where_it_was_to_go_goes_to_the_guard() -> None:
    letter = read(message(EVENT), HOME)
    assert (letter.why, letter.way) == ("", Invoke(GUARD, json.dumps(EVENT)))


def test_what_a_queue_gave_up_goes_back_into_it_as_it_was() -> None:
    letter = read(message(EVENT, source=f"{QUEUES}waiting"), HOME)
    assert (letter.what, letter.why) == (TOLD, "waiting gave it up: it was tried too often")
    assert letter.way == Enqueue("waiting", json.dumps(EVENT))
    task = read(message({"sweep": {}}, source=f"{QUEUES}waiting"), HOME)
    assert (task.what, task.way) == ("a message of waiting", Enqueue("waiting", '{"sweep": {}}'))


def test_an_alert_that_could_not_be_sent_is_published_as_it_was_meant() -> None:
    kept = {
        "undelivered": "AuthorizationError: no",
        "subject": "[HIGH] repaired",
        "attributes": {"severity": "HIGH", "odd": 5},
        "alert": {"schema": "x"},
        "mail": "text",
    }
    letter = read(message(kept), HOME)
    assert (letter.what, letter.why) == ("an alert: [HIGH] repaired", "AuthorizationError: no")
    assert letter.way == Publish('{"schema": "x"}', "text", "[HIGH] repaired", {"severity": "HIGH"})
    assert str(letter.way) == "publish it"


def test_an_alert_that_was_kept_by_an_older_guard_is_published_without_its_mail() -> None:
    letter = read(message({"undelivered": "no", "alert": {"schema": "x"}}), HOME)
    assert (letter.what, letter.way) == ("an alert: without a subject", Publish('{"schema": "x"}'))


FOREIGN: dict[str, tuple[Message, str, str]] = {
    "no JSON": (message("hello"), "a message that is no JSON", "is not JSON"),
    "no object": (message("[]"), "a message that is no JSON object", "nothing of ours looks like it"),
    "something else": (message({"a": 1}), "a message of another kind", "neither an event nor an alert"),
    "an alert without one": (
        message({"undelivered": "no", "alert": "?"}),
        "an alert without its text",
        "nothing is there",
    ),
    "another function's": (
        message(record(requestContext={"functionArn": f"{PREFIX}billing"})),
        TOLD,
        "function:billing is no function of this stack",
    ),
    "nobody's": (message(record(requestContext={})), TOLD, "nothing is no function of this stack"),
    "another target's": (message(EVENT, TARGET_ARN=f"{PREFIX}billing"), TOLD, "no function of this stack"),
    "another queue's": (message(EVENT, source=f"{QUEUES}orders"), TOLD, "orders is not of this stack"),
    "for another queue": (message(EVENT, TARGET_ARN=f"{QUEUES}orders"), TOLD, "orders is not of this stack"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_ours_is_named_and_left(kind: str) -> None:
    given, what, why = FOREIGN[kind]
    letter = read(given, HOME)
    assert letter.what == what
    assert isinstance(letter.way, Foreign)
    assert why in str(letter.way)
    assert str(letter.way).startswith("none, it is left: ")


def test_every_task_that_lies_there_is_described_by_what_it_belongs_to() -> None:
    event = sample("a-role-lost-a-policy")
    called = "DetachRolePolicy of orders-role at 2026-11-20 10:15 UTC"
    assert described(event) == called
    assert described({"roleChange": event["detail"], "marker": None}) == f"a task after {called}"
    assert described({"sweep": {"id": "1", "time": "2026-11-20T10:15:30Z"}}) == "a task of the sweep 1"


def test_an_alert_that_another_topic_did_not_take_goes_there() -> None:
    centre = "arn:aws:sns:eu-central-1:999999999999:centre"
    way = read(message({"undelivered": "no", "alert": {}, "topic": centre}), HOME).way
    assert str(way) == f"publish it to {centre}"


def test_an_event_that_would_be_ignored_or_cannot_be_read_is_described_so() -> None:
    assert described({**EVENT, "source": "aws.s3"}) == (
        "an event that the guard would ignore: not a call to Lambda recorded by CloudTrail"
    )
    assert described({"source": "aws.lambda"}) == "an event that cannot be read: detail-type is missing"
    assert described([]) == "an event that cannot be read: event is a list, not an object"


def test_a_record_without_its_payload_is_no_record() -> None:
    body = record()
    del body["requestPayload"]
    assert isinstance(read(replace(message(body)), HOME).way, Foreign)
