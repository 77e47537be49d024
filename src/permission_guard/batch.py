"""A batch of messages from an SQS queue, as Lambda hands it over, and the answer that names those to be tried again.

(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from permission_guard.iam import PolicyError
from permission_guard.iam.policy import loads
from permission_guard.record import BadEvent, Record


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its id, by which the answer names it, and what it says."""

    id: str
    body: str
    receipt: str = ""
    """By which the queue knows this taking of it."""
    taken: int = 1
    """How often it has been taken out of the queue, this time included."""

    def read(self) -> object:
        """Return the JSON that it holds. Raises BadEvent."""
        try:
            return loads(self.body)
        except PolicyError as error:
            raise BadEvent("body", error.problem) from error


def is_batch(event: object) -> bool:
    """Tell whether an event is a batch of records; EventBridge's events have no such field."""
    return isinstance(event, Mapping) and "Records" in event


def messages_in(event: object) -> tuple[Message, ...]:
    """Return the messages of a batch. Raises BadEvent if one of them could not be named in the answer."""
    records = Record.of(event, "event").body.get("Records")
    if not isinstance(records, list):
        raise BadEvent("Records", "is no list")
    return tuple(_message(Record.of(one, f"Records[{i}]")) for i, one in enumerate(records))


def _message(record: Record) -> Message:
    source = record.text("eventSource")
    if source != "aws:sqs":
        raise BadEvent(f"{record.path}.eventSource", f"is {source!r}, not a queue")
    taken = record.inner_or_empty("attributes").text_or("ApproximateReceiveCount", "1")
    return Message(
        record.text("messageId"),
        record.text_or("body"),
        record.text_or("receiptHandle"),
        int(taken) if taken.isascii() and taken.isdigit() else 1,
    )


def answer(failed: Iterable[Message]) -> dict[str, list[dict[str, str]]]:
    """Return what tells Lambda to leave these messages in the queue, and to delete the others."""
    return {"batchItemFailures": [{"itemIdentifier": message.id} for message in failed]}
