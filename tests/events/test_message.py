"""What a message may ask for: one field that is wrong is named, and a task says where to look and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permission_guard.events.message import (
    LONGEST_RETRY,
    Message,
    QueueName,
    Request,
    SendDigest,
    message_in,
    settled_at,
)
from permission_guard.events.record import BadEvent
from permission_guard.events.sweep_task import SweepAll, SweepFunction, written
from permission_guard.events.trigger import Ignored, Kind, Trigger
from permission_guard.iam import FunctionArn
from tests.samples import ACCOUNT, NAMES, home, sample, triggered

REGION = "eu-west-1"
ORDERS = FunctionArn("aws", REGION, ACCOUNT, "orders")
RECORD: dict[str, Any] = sample("an-event-in-the-queue")["Records"][0]
QUEUES = {RECORD["eventSourceARN"]: QueueName.EVENTS}
EVENTS = message_in({"Records": [RECORD]}, QUEUES)
TASKS = replace(EVENTS, queue=QueueName.SWEEP_TASKS)
ATTRIBUTES: dict[str, Any] = RECORD["attributes"]

BROKEN: dict[str, tuple[object, str]] = {
    "event": ([], "event is a list, not an object"),
    "Records": ({}, "Records is null, not a list"),
    "batch": ({"Records": [RECORD, RECORD]}, "Records has 2 messages, not one"),
    "eventSource": (
        {"Records": [RECORD | {"eventSource": "aws:kinesis"}]},
        "Records[0].eventSource is 'aws:kinesis', not aws:sqs",
    ),
    "queue": (
        {"Records": [RECORD | {"eventSourceARN": "arn:aws:sqs:eu-west-1:1:other"}]},
        "Records[0].eventSourceARN is 'arn:aws:sqs:eu-west-1:1:other', not a queue of this stack",
    ),
    "receipt": (
        {"Records": [{key: one for key, one in RECORD.items() if key != "receiptHandle"}]},
        "Records[0].receiptHandle is missing",
    ),
    "receives": (
        {"Records": [RECORD | {"attributes": ATTRIBUTES | {"ApproximateReceiveCount": "many"}}]},
        "Records[0].attributes.ApproximateReceiveCount is a text",
    ),
    "time": (
        {"Records": [RECORD | {"attributes": ATTRIBUTES | {"ApproximateFirstReceiveTimestamp": "9" * 18}}]},
        "Records[0].attributes.ApproximateFirstReceiveTimestamp is no time",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_message_is_refused_by_the_field_that_is_wrong(what: str) -> None:
    event, problem = BROKEN[what]
    with pytest.raises(BadEvent) as caught:
        message_in(event, QUEUES)
    assert str(caught.value).startswith(problem)


TASK = SweepFunction(
    ORDERS,
    EVENTS.id,
    roles=(None, "2"),
    all_versions=False,
    versions=("1", "2"),
    open=(None, "live"),
    seen="a",
    seen_versions="b",
)


@pytest.mark.parametrize("task", [TASK, SweepFunction(ORDERS, EVENTS.id), replace(TASK, versions=())])
def test_a_task_is_read_as_it_was_written(task: SweepFunction) -> None:
    assert replace(TASKS, body=written(task)).request(home()) == task


def asked(body: object, queue: QueueName = QueueName.SWEEP_TASKS) -> Request:
    return replace(EVENTS, queue=queue, body=json.dumps(body)).request(home())


def test_a_task_that_says_no_more_than_where_has_everything_looked_at() -> None:
    assert asked({"function": str(ORDERS)}) == SweepFunction(ORDERS, EVENTS.id)
    assert asked({"sweep": True}) == SweepAll(EVENTS.id)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:lambda:{REGION}:999999999999:function:orders",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders",
    ],
)
def test_a_task_about_another_account_or_region_is_ignored(arn: str) -> None:
    assert asked({"function": arn}) == Ignored(f"{arn} belongs to another account or Region")


WRONG_TASKS: dict[str, dict[str, object]] = {
    "function": {"function": "orders"},
    "roles": {"roles": ["live"]},
    "versions": {"versions": ["live"]},
    "open": {"open": ["../x"]},
}


@pytest.mark.parametrize("field", WRONG_TASKS)
def test_a_task_that_cannot_be_read_is_named_by_its_field(field: str) -> None:
    with pytest.raises(BadEvent) as caught:
        asked({"function": str(ORDERS), **WRONG_TASKS[field]})
    assert caught.value.field == field


def test_only_the_queue_of_events_can_say_that_something_is_new() -> None:
    with pytest.raises(BadEvent, match="function is missing"):
        TASKS.request(home())
    with pytest.raises(BadEvent, match="source is missing"):
        asked({"function": str(ORDERS)}, QueueName.EVENTS)


def test_a_message_comes_back_after_1_2_4_8_minutes_and_never_later_than_sqs_can_hide_it() -> None:
    waits = [replace(EVENTS, receives=count).retry_after for count in range(1, 100)]
    assert [wait / timedelta(minutes=1) for wait in waits[:10]] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert max(waits) == LONGEST_RETRY < timedelta(hours=12)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SWEEP])
def test_only_a_function_that_is_made_or_changed_is_left_alone_for_a_minute(kind: Kind) -> None:
    trigger = replace(triggered(sample("a-function-was-created-by-terraform")), kind=kind)
    waits = kind in {Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED}
    assert settled_at(trigger) - trigger.at == timedelta(seconds=60 if waits else 0)


TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
BODIES = (
    [sample(name) for name in NAMES]
    + [json.loads(written(TASK)), {"sweep": True}]
    + [json.loads(sample("a-sweep-is-due")["Records"][0]["body"])]
)


def paths(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from paths(inner, (*path, key))


def answered(message: Message) -> object:
    try:
        return message.request(home())
    except BadEvent as error:
        return error.field


ANSWERS = Trigger | SendDigest | SweepAll | SweepFunction | Ignored | str
"""A text is the name of a field that is wrong."""


@given(
    body=st.sampled_from(BODIES),
    pick=st.randoms(use_true_random=False),
    value=JSON,
    delete=st.booleans(),
    queue=st.sampled_from(QueueName),
)
def test_one_field_gone_or_replaced_never_ends_in_anything_but_a_clear_answer(
    body: Any, pick: Any, value: object, queue: QueueName, *, delete: bool
) -> None:
    body = deepcopy(body)
    *way, last = pick.choice(sorted(paths(body)))
    inner: Any = body
    for key in way:
        inner = inner[key]
    inner[last] = value
    if delete:
        del inner[last]
    assert isinstance(answered(replace(EVENTS, body=json.dumps(body), queue=queue)), ANSWERS)


@given(value=JSON, text=st.text(), queue=st.sampled_from(QueueName))
def test_no_json_and_no_text_at_all_ends_in_anything_but_a_clear_answer(
    value: object, text: str, queue: QueueName
) -> None:
    for body in (json.dumps(value), text):
        assert isinstance(answered(replace(EVENTS, body=body, queue=queue)), ANSWERS)
    with pytest.raises(BadEvent):
        message_in(value, QUEUES)


def test_the_time_of_the_first_receipt_is_read_in_milliseconds() -> None:
    assert EVENTS.first_received == datetime(2026, 11, 20, 10, 15, 31, 120_000, tzinfo=UTC)
