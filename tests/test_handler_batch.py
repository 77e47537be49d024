"""The Lambda function, woken by its queue: each message by itself, and nothing lost."""

from __future__ import annotations

import json
from copy import deepcopy
from io import StringIO
from typing import Any

import pytest

from permission_guard import handler as door
from permission_guard.record import BadEvent
from permission_guard.task import LATEST
from permission_guard.world import ApiError
from tests.aws.guarded import WAITING
from tests.aws.transport import Transport
from tests.samples import sample
from tests.test_handler import Context, Event, connected, environment, fresh, handled, lines, log

__all__ = ["environment", "log"]
SWEEP = {"id": "sweep-1", "time": "2026-11-20T03:00:00+00:00"}
ORDERS = "arn:aws:lambda:eu-west-1:123456789012:function:orders"


def batch(*bodies: object) -> Event:
    """A batch as Lambda hands it over; a text is the body itself."""
    event = sample("what-waited-in-the-queue")
    record = event["Records"][0]
    event["Records"] = [
        {
            **deepcopy(record),
            "messageId": f"m-{number}",
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        for number, body in enumerate(bodies)
    ]
    return event


def failed(answer: dict[str, Any]) -> list[str]:
    assert set(answer) == {"batchItemFailures"}
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Transport:
    """An account in which `orders` was made with a role that has no rights."""
    return connected(fresh("a-function-was-created-by-terraform"), monkeypatch)


def test_a_function_that_waited_is_judged_when_its_turn_comes(wire: Transport) -> None:
    assert failed(handled(batch(fresh("a-function-was-created-by-terraform")))) == []
    assert "AttachRolePolicy" in wire.calls
    assert len(wire.published) == 1


def test_a_message_that_cannot_be_read_fails_alone_and_the_log_names_its_field(
    wire: Transport, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    created = fresh("a-function-was-created-by-terraform")
    broken = {**created, "detail": {**created["detail"], "requestParameters": None}}
    assert failed(handled(batch("{", broken, created, {"sweep": 7}))) == ["m-0", "m-1", "m-3"]
    assert wire.calls[-1] == "ChangeMessageVisibilityBatch"
    assert len(wire.published) == 1
    told = {line["queue_message"]: line["why"] for line in lines(log.getvalue()) if line["level"] == "ERROR"}
    assert told["m-0"].startswith("body is not JSON")
    assert told["m-1"] == "detail.requestParameters is missing"
    assert told["m-3"] == "sweep is a number, not an object"
    (metrics,) = lines(capsys.readouterr().out)
    assert metrics["BadEvent"] == [1.0, 1.0, 1.0]


def test_what_is_none_of_our_business_is_taken_out_of_the_queue(wire: Transport) -> None:
    assert failed(handled(batch(fresh("a-function-was-only-read"), fresh("a-call-failed")))) == []
    assert wire.calls == []


def test_an_empty_batch_has_nothing_to_come_again(wire: Transport) -> None:
    assert failed(handled({"Records": []})) == []
    assert wire.calls == []


def test_a_batch_from_something_else_is_refused(wire: Transport) -> None:
    event = batch(fresh("a-function-was-created-by-terraform"))
    event["Records"][0]["eventSource"] = "aws:s3"
    with pytest.raises(BadEvent, match="not a queue"):
        handled(event)
    assert wire.calls == []


def test_what_aws_cannot_answer_now_comes_again(wire: Transport) -> None:
    wire.faults["GetFunctionConfiguration"] = ApiError("TooManyRequestsException", "Rate exceeded")
    created = fresh("a-function-was-created-by-terraform")
    assert failed(handled(batch(fresh("a-function-was-only-read"), created))) == ["m-1"]
    wire.faults.clear()
    assert failed(handled(batch(created))) == []
    assert len(wire.published) == 1


def test_a_mistake_of_ours_in_one_message_is_nothing_to_the_others(
    wire: Transport, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.faults["ListAliases"] = KeyError("ours")
    part = {"sweep": SWEEP, "function": ORDERS, "qualifiers": [LATEST]}
    assert failed(handled(batch(part, fresh("a-function-was-created-by-terraform")))) == ["m-0"]
    assert "KeyError" in [line.get("kind") for line in lines(log.getvalue())]
    assert [line["Unexpected"] for line in lines(capsys.readouterr().out)] == [[1.0]]


def test_each_message_is_logged_under_the_id_of_its_event_or_sweep(wire: Transport, log: StringIO) -> None:
    created = fresh("a-function-was-created-by-terraform")
    handled(batch(created, {"sweep": SWEEP, "function": ORDERS, "qualifiers": ["live"]}))
    assert [line["correlation_id"] for line in lines(log.getvalue())] == [created["id"], "sweep-1"]
    assert wire.published


def test_a_function_of_which_something_waits_is_looked_at_again(wire: Transport, log: StringIO) -> None:
    message = {"waits": {"time": SWEEP["time"]}, "function": ORDERS, "qualifier": LATEST}
    assert failed(handled(batch(message, {**message, "qualifier": "no such"}))) == ["m-1"]
    assert {"Query", "GetFunctionConfiguration", "GetResourcePolicy"} <= set(wire.calls)
    (why,) = (line["why"] for line in lines(log.getvalue()) if line["level"] == "ERROR")
    assert why == "qualifier is no version or alias: 'no such'"


class Hurried(Context):
    """Time for one message, and no more."""

    def get_remaining_time_in_millis(self) -> int:
        return door._ENOUGH - 1


def test_what_there_is_no_time_left_for_comes_again_untouched(wire: Transport) -> None:
    created = fresh("a-function-was-created-by-terraform")
    handle: Any = door.handler
    assert failed(handle(batch(fresh("a-function-was-only-read"), created, created), Hurried())) == [
        "m-1",
        "m-2",
    ]
    assert wire.calls == ["ChangeMessageVisibilityBatch"]


def test_a_sweep_goes_from_the_schedule_through_the_queue_to_every_policy(wire: Transport) -> None:
    assert failed(handled(batch(sample("a-sweep-is-due")))) == []
    seen, delays = list[str](), list[int | None]()
    while wire.waiting:
        assert {task["QueueUrl"] for task in wire.waiting} == {WAITING}
        bodies = [task["MessageBody"] for task in wire.waiting]
        delays += [task.get("DelaySeconds") for task in wire.waiting]
        wire.waiting.clear()
        seen += bodies
        assert failed(handled(batch(*bodies))) == []
    assert [json.loads(body).get("qualifiers", "the layers") for body in seen] == [
        *([LATEST], "the layers", ["live"]),
    ]
    assert delays == [None, 0, 0], "the function settles, as long as the queue has it"
    assert len(wire.published) == 1
    assert "AttachRolePolicy" in wire.calls


def test_a_schedules_event_that_is_handed_over_by_itself_begins_a_sweep_too(wire: Transport) -> None:
    wire.account.layers["tools"] = 1
    assert handled(sample("a-sweep-is-due")) == {"listed": 2}
    of_the_function, of_the_layers = (json.loads(task["MessageBody"]) for task in wire.waiting)
    assert handled(of_the_function) == {"swept": ORDERS}
    wire.waiting.clear()
    assert handled(of_the_layers) == {"listed": 1}
    (of_the_layer,) = wire.waiting
    assert handled(json.loads(of_the_layer["MessageBody"])) == {"swept": "tools"}


def test_a_list_that_is_refused_is_raised_and_named(wire: Transport, log: StringIO) -> None:
    wire.faults["ListFunctions"] = ApiError("AccessDeniedException", "no")
    assert failed(handled(batch(sample("a-sweep-is-due")))) == ["m-0"]
    assert [line["why"] for line in lines(log.getvalue())] == ["AccessDeniedException: no (ListFunctions)"]
