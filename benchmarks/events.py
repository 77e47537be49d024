"""Events, warm: the CPU that the guard takes for one, beside botocore's own for the same calls. `python -m benchmarks.events`.

AWS is in memory and answers at once, so that only computing is measured. The floor makes the very calls that the guard made
once more, by the same clients, and does nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from time import process_time
from typing import Final

from botocore.exceptions import ClientError

from benchmarks.figures import Figure, show
from permission_guard.aws.clients import Clients
from permission_guard.events.trigger import Kind
from permission_guard.repair.grant import Grant
from tests.aws.guarded import Guarded, guarded
from tests.aws.transport import Params
from tests.samples import LOGGING

SERVICES: Final = {
    **dict.fromkeys(("Query", "PutItem", "UpdateItem"), "dynamodb"),
    "Publish": "sns",
    **dict.fromkeys(
        ("GetResourcePolicy", "PutResourcePolicy", "GetFunctionConfiguration", "ListTags"), "lambda"
    ),
    **dict.fromkeys(("GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"), "iam"),
    **dict.fromkeys(("GetPolicyVersion", "AttachRolePolicy"), "iam"),
}
"""Whose each call is."""


def _permission(principal: str, **bounds: str) -> Callable[[Guarded], None]:
    def happen(there: Guarded) -> None:
        there.account.functions["orders"].policies.clear()
        there.wire.table.items.clear()
        there.account.add_permission("orders", Grant("it", "lambda:InvokeFunction", principal, **bounds))
        _timed(there, lambda: there.happen(Kind.PERMISSION_ADDED, arrived="it"))

    return happen


def _created(*, role_may_log: bool) -> Callable[[Guarded], None]:
    def happen(there: Guarded) -> None:
        there.account.with_role("role", **({"logs": LOGGING} if role_may_log else {}))
        there.wire.table.items.clear()
        _timed(there, lambda: there.happen(Kind.FUNCTION_CREATED))

    return happen


EVENTS: Final = {
    "a permission that is bound, looked at": _permission("s3.amazonaws.com", source_account="111122223333"),
    "a permission for a service, repaired": _permission("s3.amazonaws.com"),
    "a new function, compliant": _created(role_may_log=True),
    "a new function, repaired": _created(role_may_log=False),
}
_TOOK: Final[list[float]] = []


def _timed(there: Guarded, run: Callable[[], object]) -> None:
    there.wire.calls.clear()
    there.wire.sent.clear()
    start = process_time()
    run()
    _TOOK.append(process_time() - start)


def _replayed(clients: Clients, sent: list[tuple[str, Params]]) -> float:
    """Make the same calls again; what they end in does not matter."""
    start = process_time()
    for operation, params in sent:
        with suppress(ClientError):  # a condition that held then need not hold now
            clients.ask(SERVICES[operation], operation, "us-east-1", params)
    return process_time() - start


def measured(rounds: int) -> list[Figure]:
    """Measure each event beside its calls, in turns; of each the least."""
    figures: list[Figure] = []
    for what, happen in EVENTS.items():
        there = guarded()
        clients = there.wire.clients()
        floors: list[float] = []
        _TOOK.clear()
        for _ in range(rounds):
            happen(there)
            floors.append(_replayed(clients, list(there.wire.sent)))
        calls = len(there.wire.sent) // 2
        figures.append(
            Figure(f"{what} ({calls} calls)", min(_TOOK) * 1e3, "ms", min(floors) * 1e3, "botocore alone")
        )
    return figures


def main(rounds: int = 30) -> None:
    """Measure, and print."""
    show("events", measured(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
