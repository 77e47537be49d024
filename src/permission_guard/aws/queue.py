"""Putting the tasks of a sweep into the queue that wakes the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.ports import TryAgain
from permission_guard.task import Task, written

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

PERMISSIONS = ("sqs:SendMessage",)
"""The right that this module's call needs: SendMessageBatch has none of its own."""

AT_ONCE: Final = 10
"""Messages in one SendMessageBatch (AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)."""


class SqsQueue:
    """A queue, by its URL."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def put(self, tasks: tuple[Task, ...]) -> None:
        """Put tasks into the queue, to be taken at once: the delay of the queue is for what must settle first.

        Raises TryAgain and Refused; then some of them may be in the queue.
        """
        for start in range(0, len(tasks), AT_ONCE):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": written(task), "DelaySeconds": 0}
                for number, task in enumerate(tasks[start : start + AT_ONCE])
            ]
            with translated():
                answer = self._clients.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            failed = answer.get("Failed", [])
            if failed:
                why = f"{failed[0]['Code']}: {failed[0].get('Message', '')}"
                raise TryAgain(f"{len(failed)} of {len(entries)} tasks were not taken by the queue ({why})")
