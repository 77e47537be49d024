"""Staying well below AWS's limits, so that everybody else's calls get through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from permission_guard.aws.clients import Clients

RATE: Final = 10.0
"""Requests a second, of the 15 that an account and region has for GetPolicy, and of the 15 for all other calls together
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): a third is left to deployments."""


@dataclass(slots=True)
class Pace:
    """At most so many calls a second, whatever number of threads makes them. `clock` and `wait` are in seconds."""

    rate: float = RATE
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    _next: float = 0.0
    _turn: Lock = field(default_factory=Lock)

    def __call__(self, **_: Any) -> None:
        """Wait for the next turn; botocore hands over what is about to be sent, and takes no answer for "send it"."""
        with self._turn:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + 1 / self.rate
        if turn > now:
            self.wait(turn - now)


def paced(clients: Clients, make: Callable[[], Pace] = Pace) -> Clients:
    """Let a session's calls of Lambda be made at a pace, each attempt of them counted. Returns the clients."""
    events = clients.lambda_.meta.events
    policies, others = make(), make()
    events.register_first("before-send.lambda.GetPolicy", policies)
    for call in ("ListFunctions", "ListAliases"):
        events.register_first(f"before-send.lambda.{call}", others)
    return clients
