"""Reads a deployed guard with a person's credentials, for the command line. The guard has none of these rights.

Every call only reads. What is refused or does not answer becomes Unreadable, and the rest is still read.
"""

from __future__ import annotations

from datetime import UTC, datetime

from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup import parts, trails
from permission_guard.aws.checkup.parts import seen
from permission_guard.aws.checkup.rights import rights
from permission_guard.aws.login import Login
from permission_guard.aws.stack import (
    FUNCTION,
    GUARD,
    KEY,
    MAPPING,
    QUEUE,
    QUEUE_OF,
    RULE,
    TABLE,
    TOPIC,
    VERSION_OUTPUT,
    stack_of,
)
from permission_guard.doctor.stack_state import Checkup

CALLS: int = 1_000
"""How many calls a checkup may make: a person waits for it, so there is no timeout."""


def checkup(caller: Login, name: str) -> Checkup:
    """Read a stack and what it depends on. Raises NoStack, and Refused or RetryLater if the stack cannot be read."""
    calls = Calls(caller.clients, caller.region, CALLS)
    stack = stack_of(calls, caller.account, name)
    (guard,) = (part for part in stack.of(FUNCTION) if part.name == GUARD)
    journal, *_ = stack.of(TABLE)
    return Checkup(
        stack=name,
        partition=caller.partition,
        account=caller.account,
        region=caller.region,
        at=datetime.now(UTC),
        version=stack.outputs.get(VERSION_OUTPUT),
        trails=seen("the trails", lambda: trails.trails(calls)),
        rules=tuple(parts.rule(calls, part, stack) for part in stack.of(RULE) if part.name in QUEUE_OF),
        function=parts.function(calls, guard),
        sources=tuple(parts.source(calls, part) for part in stack.of(MAPPING)),
        topics=tuple(parts.topic(calls, part) for part in stack.of(TOPIC)),
        keys=tuple(parts.key(calls, part) for part in stack.of(KEY)),
        queues=tuple(parts.queue(calls, part) for part in stack.of(QUEUE)),
        table=parts.table(calls, journal),
        last_sweep=parts.last_sweep(calls, journal),
        rights=seen("the rights of the guard's role", lambda: rights(calls, caller, stack)),
    )
