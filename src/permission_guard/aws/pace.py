"""Stays well below AWS's limits, so that the account's other calls are not throttled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from permission_guard.aws.clients import Clients

RATE: Final = 5.0
"""Requests a second, of the 15 that an account and region has (lambda/latest/dg/gettingstarted-limits.html): the rest is
left to deployments and to the guard's own events."""


class Stopped(Exception):
    """The calls were cancelled."""


@dataclass(slots=True)
class Pace:
    """At most so many calls a second, whatever number of threads makes them. `clock` and `wait` are in seconds."""

    rate: float = RATE
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    stopped: bool = False
    _next: float = 0.0
    _turn: Lock = field(default_factory=Lock)

    def __call__(self, **_: Any) -> None:
        """Wait for the next turn. botocore calls this before it sends a request; returning None lets it send.

        Raises Stopped, after which botocore does not retry.
        """
        if self.stopped:
            raise Stopped
        with self._turn:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + 1 / self.rate
        if turn > now:
            self.wait(turn - now)

    def stop(self) -> None:
        """Let nothing be sent any more, retries included."""
        self.stopped = True


def paced(clients: Clients, pace: Pace) -> Clients:
    """Let every call of Lambda be made at this pace, each attempt counted. Returns the clients."""
    clients.lambda_.meta.events.register_first("before-send.lambda", pace)
    return clients
