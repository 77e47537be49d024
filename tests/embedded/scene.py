"""Everybody on the stage: the people, the deployed guard, and the inbox."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.embedded.inbox import Alert, Inbox
    from tests.embedded.people import People
    from tests.embedded.stack import Stack

SETTLE_SECONDS = 20
WAITING: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a part of the story ended."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """What is shown of it: labels and texts."""
    alerts: tuple[Alert, ...] = ()
    """Every alert that belongs to it."""
    wrong: str | None = None
    """What is not as it has to be; None if all is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the story takes place."""

    people: People
    stack: Stack
    inbox: Inbox

    def alerts_after(self, doing: Callable[[], object]) -> tuple[Alert, ...]:
        """Do something, wait until the guard has handled each message of it, and return the alerts that it has sent."""
        self.settle()
        seen = len(self.inbox.received)
        doing()
        self.settle()
        return tuple(self.inbox.received[seen:])

    def settle(self) -> int:
        """Wait until the guard's queues are empty; returns how many messages are left.

        The story waits after each event: of many at once the emulator starts a Python for each.
        """
        end = time.monotonic() + SETTLE_SECONDS
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.05)
        self.inbox.collect()
        return left

    def _left(self) -> int:
        left = 0
        for url in self.stack.queue_urls:
            found = self.people.admin.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            left += sum(int(text) for name, text in found["Attributes"].items() if name in WAITING)
        return left
