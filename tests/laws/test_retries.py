"""Retries: a message whose run fails at any call is received again, and ends as if nothing had failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.aws.delivered import Killed, Queues
from tests.queued import outcomes, permission_added, queues, statements


def played(hold: Callable[[str], None]) -> Queues:
    there = queues()
    event = permission_added(there, "open")
    there.wire.hold = hold
    there.send(event)
    there.run()
    return there


def failing(place: int, error: BaseException) -> Callable[[str], None]:
    """A hook that lets one call fail once."""
    left = place

    def hold(_operation: str) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise error

    return hold


def left(there: Queues) -> tuple[list[Any], list[tuple[str, str]], int]:
    """The policy, the journal, and the number of messages that are left."""
    noted = sorted(key for key in there.wire.table.items if key[0] not in {"alerts", "digest"})
    return statements(there), noted, len(there.dead)


def test_a_message_whose_run_fails_at_any_call_is_received_again_and_ends_as_if_nothing_had_failed() -> None:
    calm = played(lambda _operation: None)
    for place in range(len(calm.wire.calls)):
        for error in (ReadTimeoutError(endpoint_url="AWS"), Killed(), RuntimeError("a fault of ours")):
            there = played(failing(place, error))
            assert left(there) == left(calm), (place, error)
            waiting = [key for key in there.wire.table.items if key[0] == "digest"]
            assert outcomes(there).count("REPAIRED") + len(waiting) >= 1, (place, error)
