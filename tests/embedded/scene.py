"""Everybody on the stage: the people, the deployed guard, and the inbox."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.embedded.alert import Alert
    from tests.embedded.clients import Clients
    from tests.embedded.inbox import Inbox
    from tests.embedded.people import People
    from tests.embedded.stack import Stack

SETTLE_SECONDS = 20
READ_BACK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the story takes place."""

    people: People
    stack: Stack
    inbox: Inbox
    runs: int
    """How often the guard had run before the story began: CloudFormation lets it try itself."""

    def read(self, place: Callable[[People], str], until: str) -> str:
        """Read a place back from the account, and again for a while if it does not read as it must in the end."""
        end = time.monotonic() + READ_BACK_SECONDS
        while (found := place(self.people)) != until and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def alerts_after(self, doing: Callable[[], object]) -> tuple[Alert, ...]:
        """Do something, wait until the guard has dealt with each event of it, and return what it has told."""
        self.settle()
        seen = len(self.inbox.received)
        doing()
        self.settle()
        return tuple(self.inbox.received[seen:])

    def settle(self) -> int:
        """Wait until the guard has run once for each event that was delivered; returns how many it has not seen.

        The story waits after each: of many at once the emulator starts a Python for each, and an event that only says
        what was removed may find what was added since, which is then told before its own event has it repaired.
        """
        end = time.monotonic() + SETTLE_SECONDS
        while (missed := self._missed()) > 0 and time.monotonic() < end:
            time.sleep(0.1)
        self.inbox.collect()
        return missed

    def _missed(self) -> int:
        return self.people.trail.delivered - (runs_of(self.people.admin, self.stack) - self.runs)


def runs_of(admin: Clients, stack: Stack) -> int:
    """How often the guard has run, by its own log."""
    name = stack.guard_function_arn.rpartition(":")[2]
    group = admin.functions.get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
    pages = admin.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return sum(event["message"].startswith("REPORT RequestId") for page in pages for event in page["events"])
