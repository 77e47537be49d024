"""The queue that wakes the guard: the tasks of a sweep are put into it, and what failed comes again soon."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.batch import Message
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.task import Again, Listing, Task, written

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

PERMISSIONS = ("sqs:SendMessage", "sqs:ChangeMessageVisibility")
"""The rights that this module's calls need: the calls for ten at once have none of their own."""

AT_ONCE: Final = 10
"""Messages in one call (AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)."""
LATEST_DELAY: Final = 900
"""Seconds that a message may be delayed (same guide, API_SendMessage.html, DelaySeconds)."""
PATIENCE: Final = 60
"""Seconds until a message that failed comes again, as many times as it has been taken."""


class SqsQueue:
    """A queue, by its URL."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def put(self, tasks: tuple[Task, ...], *, settling: bool = False) -> None:
        """Put tasks into the queue, to be taken at once: the delay of the queue is for what must settle first.

        A task that only lists need not wait. Raises TryAgain and Refused; then some of them may be in the queue.
        """
        self._put(tasks, settling=settling)

    def look_again(self, task: Again) -> None:
        """Put the task into the queue, to be taken as late as SQS allows. Raises TryAgain and Refused."""
        self._put((task,), delay=LATEST_DELAY)

    def _put(self, tasks: tuple[Task, ...], *, settling: bool = False, delay: int = 0) -> None:
        for start in range(0, len(tasks), AT_ONCE):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": written(task)}
                if settling and not isinstance(task, Listing)
                else {"Id": str(number), "MessageBody": written(task), "DelaySeconds": delay}
                for number, task in enumerate(tasks[start : start + AT_ONCE])
            ]
            with translated():
                answer = self._clients.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            failed = answer.get("Failed", [])
            if failed:
                why = f"{failed[0]['Code']}: {failed[0].get('Message', '')}"
                raise TryAgain(f"{len(failed)} of {len(entries)} tasks were not taken by the queue ({why})")

    def bring_back(self, messages: tuple[Message, ...]) -> None:
        """Let messages that failed come again soon, and later each time; at most ten, as many as a batch has.

        Without it each comes again when its visibility time-out is over. So it does if SQS does not take this call.
        """
        if messages:
            entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                {"Id": str(number), "ReceiptHandle": one.receipt, "VisibilityTimeout": PATIENCE * one.taken}
                for number, one in enumerate(messages)
            ]
            with suppress(TryAgain, Refused, ChangedMeanwhile), translated():
                self._clients.sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
