"""One message of an SQS queue, and what it asks for. The queue that delivers it decides what it may ask.

Only the stack's own rules may send to the queue Events, so a message there may show that something is new. A message in
the queue SweepTasks only names what to read (docs/threat-model.md).
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from permission_guard.events.record import BadEvent, Record
from permission_guard.events.sweep_task import SweepAll, SweepFunction, task_of
from permission_guard.events.trigger import Ignored, Installation, Kind, Trigger, trigger_of
from permission_guard.frozen import frozen
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import loads

SETTLE: Final = timedelta(seconds=60)
"""How long after its event a function is left alone: deployment tools attach the role's policies seconds later."""
_SETTLES: Final = frozenset({Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED})
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(hours=11)
"""SQS hides a message for 12 hours at most, counted from its receipt (API_ChangeMessageVisibility.html)."""


class QueueName(Enum):
    """The queues that invoke the guard."""

    EVENTS = "Events"
    SWEEP_TASKS = "SweepTasks"


@frozen
class SendDigest:
    """Report the waiting alerts in one message."""


Request: TypeAlias = Trigger | SendDigest | SweepAll | SweepFunction | Ignored


@frozen
class Message:
    """A message as Lambda delivers it."""

    id: str
    body: str
    queue: QueueName
    receipt: str
    """The receipt handle, which names this delivery of the message."""
    receives: int
    """How often it has been received, this time included."""
    first_received: datetime

    def request(self, installation: Installation) -> Request:
        """Return what the message asks for. Raises BadEvent, which names the field."""
        try:
            body = Record.of(loads(self.body), "event")
        except PolicyError as error:
            raise BadEvent("body", error.problem) from error
        scheduled = (body.text_or("source"), body.text_or("detail-type")) == ("aws.events", "Scheduled Event")
        if self.queue is QueueName.SWEEP_TASKS:
            return SweepAll(self.id) if scheduled else task_of(body, self.id, installation)
        if scheduled:
            return SendDigest()
        found = trigger_of(body.body, installation)
        if isinstance(found, Ignored):
            return found
        return replace(found, first_received=self.first_received, receives=self.receives)

    @property
    def retry_after(self) -> timedelta:
        """After a failure: 1, 2, 4, 8, ... minutes."""
        return min(FIRST_RETRY * (1 << min(self.receives - 1, 10)), LONGEST_RETRY)


def message_in(event: object, queues: Mapping[str, QueueName]) -> Message:
    """Return the one message of an event. `queues` maps ARNs to queues. Raises BadEvent, which names the field.

    The event source mappings have a BatchSize of 1, so that a message that ends its run takes no other with it.
    """
    records = Record.of(event, "event").each("Records")
    if len(records) != 1:
        raise BadEvent("Records", f"has {len(records)} messages, not one")
    record = records[0]
    if record.text("eventSource") != "aws:sqs":
        raise BadEvent("Records[0].eventSource", f"is {record.text('eventSource')!r}, not aws:sqs")
    arn = record.text("eventSourceARN")
    if arn not in queues:
        raise BadEvent("Records[0].eventSourceARN", f"is {arn!r}, not a queue of this stack")
    attributes = record.inner("attributes")
    return Message(
        id=record.text("messageId"),
        body=record.text_or("body"),
        queue=queues[arn],
        receipt=record.text("receiptHandle"),
        receives=max(1, attributes.whole("ApproximateReceiveCount")),
        first_received=_moment(attributes.whole("ApproximateFirstReceiveTimestamp")),
    )


def _moment(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadEvent(
            "Records[0].attributes.ApproximateFirstReceiveTimestamp", f"is no time: {milliseconds}"
        ) from error


def settled_at(trigger: Trigger) -> datetime:
    """Return the time from which the trigger may be evaluated."""
    return trigger.at + SETTLE if trigger.kind in _SETTLES else trigger.at
