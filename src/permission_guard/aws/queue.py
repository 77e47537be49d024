"""The guard's queues: sends the tasks of a sweep, and has a failed message received again later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.events.sweep_task import SweepAll, SweepFunction, written
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

PERMISSIONS = ("sqs:SendMessage", "sqs:ChangeMessageVisibility")
"""The rights that this module's calls need: the calls for ten at once have none of their own."""

AT_ONCE: Final = 10
"""Messages in one call (AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)."""


class SqsQueue:
    """A queue, by its URL."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def send(self, tasks: Sequence[SweepAll | SweepFunction]) -> tuple[str, ...]:
        """SendMessageBatch, ten tasks at a time; returns the ids of their messages.

        Raises RetryLater and Refused; then some of the tasks may be in the queue.
        """
        ids: list[str] = []
        for start in range(0, len(tasks), AT_ONCE):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": written(task)}
                for number, task in enumerate(tasks[start : start + AT_ONCE])
            ]
            with translated():
                answer = self._clients.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            failed = answer.get("Failed", [])
            if failed:
                why = f"{failed[0]['Code']}: {failed[0].get('Message', '')}"
                raise RetryLater(f"the queue did not accept {len(failed)} of {len(entries)} tasks ({why})")
            ids += (one["MessageId"] for one in answer["Successful"])
        return tuple(ids)

    def receive_again(self, receipt: str, after: timedelta) -> None:
        """ChangeMessageVisibility: have a message received again after a while.

        If SQS refuses this call, the message is received again after its visibility timeout.
        """
        with suppress(RetryLater, Refused, ChangedMeanwhile), translated():
            self._clients.sqs.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt,
                VisibilityTimeout=max(1, int(after.total_seconds())),
            )
