"""How AWS brings events to the guard: EventBridge's asynchronous invocations, the queue, and where each gives up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.burst.town import Event
from tests.template import written

_RESOURCES: Final[dict[str, Any]] = written()["Resources"]
TRIES: Final = 1 + int(_RESOURCES["Guard"]["Properties"]["EventInvokeConfig"]["MaximumRetryAttempts"])
"""How often Lambda hands over an event of EventBridge."""
RECEIVED: Final = int(_RESOURCES["Waiting"]["Properties"]["RedrivePolicy"]["maxReceiveCount"])
"""How often the queue hands over a message."""
BATCH: Final = int(_RESOURCES["Guard"]["Properties"]["Events"]["Waiting"]["Properties"]["BatchSize"])
LOST, TWICE = 0.03, 0.10
"""Of all events."""


@dataclass(slots=True)
class _Due:
    """An event on its way, and how often it was handed over."""

    body: Event
    is_queued: bool
    taken: int = 0


@dataclass(slots=True)
class Storm:
    """What is on its way, and what became of it."""

    random: Random
    handle: Callable[[Event], dict[str, Any]]
    due: list[_Due] = field(default_factory=list)
    lost: int = 0
    twice: int = 0
    handled: int = 0
    again: int = 0
    dead: list[Event] = field(default_factory=list)
    """What the dead-letter queue holds."""

    def bring(self, events: list[Event], *, calmly: bool = False) -> None:
        """Put events on their way: some are lost, and some come twice."""
        for event in events:
            name = event.get("detail", {}).get("eventName", "")
            is_queued = not name or name.startswith("CreateFunction")
            drawn = 1.0 if calmly else self.random.random()
            if drawn < LOST:
                self.lost += 1
                continue
            self.due.append(_Due(event, is_queued))
            if drawn > 1 - TWICE and not calmly:
                self.twice += 1
                self.due.append(_Due(event, is_queued))

    def pass_over(self) -> None:
        """Hand over what is due, in any order, until nothing is left."""
        while self.due:
            self.step()

    def step(self) -> None:
        """Hand over one event, or one batch of the queue."""
        if not self.due:
            return
        first = self.due.pop(self.random.randrange(len(self.due)))
        if not first.is_queued:
            self._alone(first)
            return
        batch = [first]
        for other in [one for one in self.due if one.is_queued][: self.random.randrange(BATCH)]:
            self.due.remove(other)
            batch.append(other)
        self._together(batch)

    def _alone(self, due: _Due) -> None:
        due.taken += 1
        try:
            self.handle(due.body)
        except Exception:  # noqa: BLE001  # whatever it is, Lambda hands the event over again
            self._failed(due, TRIES)
        else:
            self.handled += 1

    def _together(self, batch: list[_Due]) -> None:
        records = []
        for number, due in enumerate(batch):
            due.taken += 1
            records.append(
                {
                    "messageId": str(number),
                    "receiptHandle": "r",
                    "body": json.dumps(due.body),
                    "attributes": {"ApproximateReceiveCount": str(due.taken)},
                    "eventSource": "aws:sqs",
                }
            )
        answer = self.handle({"Records": records})
        failed = {int(one["itemIdentifier"]) for one in answer["batchItemFailures"]}
        for number, due in enumerate(batch):
            if number in failed:
                self._failed(due, RECEIVED)
            else:
                self.handled += 1

    def _failed(self, due: _Due, tries: int) -> None:
        if due.taken < tries:
            self.again += 1
            self.due.append(due)
        else:
            self.dead.append(due.body)
