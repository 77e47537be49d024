"""Round trips: what is asked together is only answered once all of it has been asked.

So a test names each round trip as the calls in it. Were one of them made after another, it would wait for it in vain, and
the test fails when the waiting ends; no clock decides whether it does.
"""

from __future__ import annotations

from collections import Counter
from threading import Barrier, Lock

from tests.aws.transport import Transport

_PATIENCE = 20.0
"""Seconds after which a call that should have come is not coming."""


class Rounds:
    """The round trips that a test expects, in order."""

    def __init__(self, wire: Transport, *expected: tuple[str, ...]) -> None:
        self._left = [(Counter(calls), Barrier(len(calls))) for calls in expected]
        self._lock = Lock()
        wire.hold = self._hold

    def _hold(self, operation: str) -> None:
        with self._lock:
            assert self._left, f"{operation} is one round trip more"
            calls, all_here = self._left[0]
            assert calls[operation], f"{operation} comes where {list(calls.elements())} are expected"
            calls[operation] -= 1
            if not calls.total():
                del self._left[0]
        all_here.wait(_PATIENCE)

    @property
    def left(self) -> list[str]:
        """What was expected and did not come."""
        return [call for calls, _ in self._left for call in calls.elements()]
