"""Putting tasks into the queue: ten at once, without the queue's delay, and never silently less than all."""

from __future__ import annotations

import json

import pytest
from permission_guard.batch import Message
from permission_guard.task import Again, Layers, Moved, Page, Part, Sweep, Task, written

from permission_guard.aws.queue import SqsQueue
from permission_guard.iam import FunctionArn
from permission_guard.ports import Refused, TryAgain
from permission_guard.sweep import PART
from permission_guard.world import ApiError
from tests.aws.answering import FUNCTION, Answering, once
from tests.aws.guarded import NOW, WAITING

CALL = "sqs SendMessageBatch"
TAKEN: dict[str, object] = {"Successful": [], "Failed": []}
SWEEP = Sweep("sweep-1", NOW)


def tasks(number: int) -> tuple[Task, ...]:
    return tuple(Part(SWEEP, FUNCTION, (str(one),)) for one in range(number))


@pytest.mark.parametrize(("number", "batches"), [(0, []), (1, [1]), (10, [10]), (23, [10, 10, 3])])
def test_tasks_are_sent_ten_at_once_and_none_is_lost(number: int, batches: list[int]) -> None:
    world = Answering({CALL: once(TAKEN)})
    SqsQueue(world.clients(), WAITING).put(tasks(number))
    assert [len(sent["Entries"]) for _, sent in world.sent] == batches
    bodies = [entry["MessageBody"] for _, sent in world.sent for entry in sent["Entries"]]
    assert bodies == [written(task) for task in tasks(number)]
    for _, sent in world.sent:
        assert sent["QueueUrl"] == WAITING
        assert {entry["DelaySeconds"] for entry in sent["Entries"]} == {0}
        assert len({entry["Id"] for entry in sent["Entries"]}) == len(sent["Entries"])


def test_what_must_settle_waits_as_long_as_the_queue_has_it_and_what_only_lists_does_not() -> None:
    world = Answering({CALL: once(TAKEN)})
    SqsQueue(world.clients(), WAITING).put(
        (*tasks(1), Page(SWEEP), Layers(SWEEP), Moved(SWEEP)), settling=True
    )
    ((_, sent),) = world.sent
    assert [entry.get("DelaySeconds") for entry in sent["Entries"]] == [None, 0, 0, 0]


def test_what_waits_to_be_told_is_looked_at_again_as_late_as_sqs_allows() -> None:
    world, task = Answering({CALL: once(TAKEN)}), Again(FUNCTION, "live", NOW)
    SqsQueue(world.clients(), WAITING).look_again(task)
    ((_, sent),) = world.sent
    assert sent["Entries"] == [{"Id": "0", "MessageBody": written(task), "DelaySeconds": 900}]


def test_a_task_that_the_queue_does_not_take_makes_the_whole_to_be_tried_again() -> None:
    failed = [{"Id": "1", "SenderFault": False, "Code": "InternalError", "Message": "busy"}]
    world = Answering({CALL: once({"Successful": [], "Failed": failed})})
    with pytest.raises(TryAgain, match="1 of 3 tasks were not taken by the queue"):
        SqsQueue(world.clients(), WAITING).put(tasks(3))


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", TryAgain)])
def test_a_queue_that_refuses_or_cannot_answer_now_is_said_so(code: str, kind: type[Exception]) -> None:
    world = Answering({}, faults={CALL: ApiError(code, "no")})
    with pytest.raises(kind):
        SqsQueue(world.clients(), WAITING).put(tasks(1))


def test_ten_of_the_longest_tasks_fit_into_one_batch() -> None:
    function = FunctionArn("aws-us-gov", "us-gov-west-1", "1" * 12, "f" * 64)
    longest = Part(Sweep("i" * 64, NOW), function, ("a" * 128,) * PART)
    # The total of a batch is 262,144 bytes (API_SendMessageBatch.html).
    assert 10 * len(json.dumps(written(longest)).encode()) < 262_144


BACK = "sqs ChangeMessageVisibilityBatch"


def test_what_failed_comes_again_after_a_minute_for_each_time_that_it_was_taken() -> None:
    world = Answering({BACK: once(TAKEN)})
    SqsQueue(world.clients(), WAITING).bring_back((Message("m-1", "", "a", 1), Message("m-2", "", "b", 3)))
    assert world.sent == [
        (
            BACK,
            {
                "QueueUrl": WAITING,
                "Entries": [
                    {"Id": "0", "ReceiptHandle": "a", "VisibilityTimeout": 60},
                    {"Id": "1", "ReceiptHandle": "b", "VisibilityTimeout": 180},
                ],
            },
        )
    ]


def test_where_nothing_failed_nothing_is_asked_of_the_queue() -> None:
    world = Answering({})
    SqsQueue(world.clients(), WAITING).bring_back(())
    assert world.calls == []


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException"])
def test_what_cannot_be_brought_back_soon_comes_again_when_its_time_is_over(code: str) -> None:
    world = Answering({}, faults={BACK: ApiError(code, "no")})
    SqsQueue(world.clients(), WAITING).bring_back((Message("m-1", "", "a"),))
    assert set(world.calls) == {BACK}
