"""A batch from the queue: each message by itself, and an answer that Lambda understands."""

from __future__ import annotations

from typing import Any

import pytest

from permission_guard.batch import Message, answer, is_batch, messages_in
from permission_guard.record import BadEvent
from tests.samples import NAMES, sample

RECORD = {"messageId": "m-1", "eventSource": "aws:sqs", "body": "{}"}


def test_a_batch_is_told_from_every_other_event() -> None:
    assert is_batch(sample("what-waited-in-the-queue"))
    assert not any(is_batch(sample(name)) for name in ("a-sweep-is-due", *NAMES))


@pytest.mark.parametrize("event", [None, [], "Records", 7, {"records": []}])
def test_what_has_no_records_is_no_batch(event: object) -> None:
    assert not is_batch(event)


def test_its_messages_come_in_their_order_with_what_they_say() -> None:
    records = [
        RECORD,
        {**RECORD, "messageId": "m-2", "body": '{"a": 1}'},
        {**RECORD, "messageId": "m-3", "body": None},
    ]
    found = messages_in({"Records": records})
    assert found == (Message("m-1", "{}"), Message("m-2", '{"a": 1}'), Message("m-3", ""))
    assert [found[0].read(), found[1].read()] == [{}, {"a": 1}]


@pytest.mark.parametrize(("count", "taken"), [("3", 3), ("", 1), ("many", 1), (None, 1), (7, 1)])
def test_how_often_a_message_was_taken_only_tells_and_never_fails(count: object, taken: int) -> None:
    record = {**RECORD, "receiptHandle": "r", "attributes": {"ApproximateReceiveCount": count}}
    assert messages_in({"Records": [record]}) == (Message("m-1", "{}", "r", taken),)


def test_an_empty_batch_has_no_message() -> None:
    assert messages_in({"Records": []}) == ()


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "1" * 5000])
def test_a_message_that_is_no_json_says_so_when_it_is_read(body: str) -> None:
    with pytest.raises(BadEvent) as caught:
        Message("m-1", body).read()
    assert caught.value.field == "body"


FOREIGN: dict[str, tuple[Any, str]] = {
    "no list": (None, "Records is no list"),
    "no record": ([7], "Records[0] is a number, not an object"),
    "another service": (
        [{**RECORD, "eventSource": "aws:s3"}],
        "Records[0].eventSource is 'aws:s3', not a queue",
    ),
    "no source": ([RECORD, {"messageId": "m-2"}], "Records[1].eventSource is missing"),
    "no id": ([{**RECORD, "messageId": ""}], "Records[0].messageId is an empty text, not a text"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_records_that_no_answer_could_name_are_refused_together(what: str) -> None:
    records, problem = FOREIGN[what]
    with pytest.raises(BadEvent) as caught:
        messages_in({"Records": records})
    assert str(caught.value) == problem


def test_the_answer_names_what_is_to_come_again() -> None:
    assert answer([Message("m-1", ""), Message("m-3", "")]) == {
        "batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-3"}]
    }
    assert answer([]) == {"batchItemFailures": []}
