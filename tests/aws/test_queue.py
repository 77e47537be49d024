"""The guard's queues: ten tasks in a call, never silently less than all, and a message that failed is received again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from permission_guard.aws.queue import SqsQueue
from permission_guard.events.sweep_task import SweepFunction, written
from permission_guard.fake_aws import ApiError
from permission_guard.iam import FunctionArn
from permission_guard.ports import Refused, RetryLater
from tests.aws.answering import FUNCTION, Answering, once
from tests.aws.guarded import SWEEP_TASKS

CALL = "sqs SendMessageBatch"
TAKEN: dict[str, object] = {"Successful": [], "Failed": []}


def tasks(number: int) -> tuple[SweepFunction, ...]:
    return tuple(SweepFunction(FUNCTION, "", versions=(str(one),)) for one in range(number))


@pytest.mark.parametrize(("number", "batches"), [(0, []), (1, [1]), (10, [10]), (23, [10, 10, 3])])
def test_tasks_are_sent_ten_at_once_and_none_is_lost(number: int, batches: list[int]) -> None:
    wire = Answering({CALL: once(TAKEN)})
    SqsQueue(wire.clients(), SWEEP_TASKS).send(tasks(number))
    assert [len(sent["Entries"]) for _, sent in wire.sent] == batches
    bodies = [entry["MessageBody"] for _, sent in wire.sent for entry in sent["Entries"]]
    assert bodies == [written(task) for task in tasks(number)]
    for _, sent in wire.sent:
        assert sent["QueueUrl"] == SWEEP_TASKS
        assert len({entry["Id"] for entry in sent["Entries"]}) == len(sent["Entries"])


def test_a_task_that_the_queue_does_not_take_makes_the_whole_to_be_tried_again() -> None:
    failed = [{"Id": "1", "SenderFault": False, "Code": "InternalError", "Message": "busy"}]
    wire = Answering({CALL: once({"Successful": [], "Failed": failed})})
    with pytest.raises(RetryLater, match=r"the queue did not accept 1 of 3 tasks \(InternalError: busy\)"):
        SqsQueue(wire.clients(), SWEEP_TASKS).send(tasks(3))


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", RetryLater)])
def test_a_queue_that_refuses_or_cannot_answer_now_is_reported(code: str, kind: type[Exception]) -> None:
    wire = Answering({}, faults={CALL: ApiError(code, "no")})
    with pytest.raises(kind):
        SqsQueue(wire.clients(), SWEEP_TASKS).send(tasks(1))


def test_ten_tasks_about_a_thousand_versions_and_a_thousand_open_entries_each_fit_into_one_call() -> None:
    function = FunctionArn("aws-us-gov", "us-gov-west-1", "1" * 12, "f" * 64)
    numbers = tuple(str(one) for one in range(1000, 2000))
    longest = SweepFunction(
        function, "", roles=numbers, versions=numbers, open=numbers, seen="0" * 16, seen_versions="0" * 16
    )
    # A call takes 1,048,576 bytes (API_SendMessageBatch.html).
    assert 10 * len(json.dumps(written(longest)).encode()) < 1_048_576


BACK = "sqs ChangeMessageVisibility"


@pytest.mark.parametrize(
    ("after", "seconds"), [(timedelta(minutes=8), 480), (timedelta(seconds=59.9), 59), (timedelta(), 1)]
)
def test_a_message_is_received_again_after_whole_seconds_and_never_at_once(
    after: timedelta, seconds: int
) -> None:
    wire = Answering({BACK: once({})})
    SqsQueue(wire.clients(), SWEEP_TASKS).receive_again("receipt", after)
    assert wire.sent == [
        (BACK, {"QueueUrl": SWEEP_TASKS, "ReceiptHandle": "receipt", "VisibilityTimeout": seconds})
    ]


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException"])
def test_a_message_whose_retry_cannot_be_set_is_received_again_after_its_visibility_timeout(
    code: str,
) -> None:
    wire = Answering({}, faults={BACK: ApiError(code, "no")})
    SqsQueue(wire.clients(), SWEEP_TASKS).receive_again("receipt", timedelta(minutes=1))
    assert set(wire.calls) == {BACK}
