"""The analysis of external access, beside one decision of `permission_guard.iam` about the same policy.

`python -m benchmarks.access`. The floor decides one request; the analysis answers every Allow. Neither reads the document. Of each,
the least of the rounds. Each hostile family of `tests/access/hostile.py` is measured at 20 KB, the slowest are shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time
from typing import Final

from benchmarks.figures import Figure, show
from permission_guard.access import EVERY, Analysis, Target
from permission_guard.iam import Context, Effect, IamPrincipal, Policy, Request, decide
from tests.access.hostile import FAMILIES, largest
from tests.access.ordinary import ACCOUNTS, DENIES, ZONE, everything
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, SNS, allow, policy

_CALLER: Final = IamPrincipal(f"arn:aws:iam::{OWN}:role/orders", OWN)
_REQUEST: Final = Request("lambda:InvokeFunction", FUNCTION, _CALLER, Context.of({}))
_SHOWN: Final = 5
_FLOOR: Final = "one decision"
ORDINARY: Final = policy(allow(SNS, {"StringEquals": {"AWS:SourceAccount": OWN}}))
"""One permission as AddPermission writes it."""
MANY: Final = policy(
    *(allow(SNS, {"ArnLike": {"AWS:SourceArn": f"arn:aws:sns:us-east-1:{OWN}:{one}"}}) for one in range(200))
)
"""Two hundred statements, one topic each."""
LARGE: Final = largest(lambda size: [*map(everything, range(size)), *DENIES], most=len(ACCOUNTS))
"""A policy of an organization with two hundred trusted accounts, of every kind of statement, with ten Denies."""


def _analyze(document: Policy) -> None:
    analysis = Analysis.of(document, Target.of(FUNCTION), ZONE if document is LARGE else ALONE, NOW)
    for one in document.statements:
        if one.effect is Effect.ALLOW:
            analysis.answer(one, EVERY)


def _decide(document: Policy) -> None:
    decide(_REQUEST, resource=document)


def _milliseconds(document: Policy, run: Callable[[Policy], None], rounds: int) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        start = process_time()
        run(document)
        taken.append(process_time() - start)
    return min(taken) * 1e3


def _figure(name: str, document: Policy, rounds: int) -> Figure:
    here, floor = (_milliseconds(document, run, rounds) for run in (_analyze, _decide))
    return Figure(name, here, "ms", floor, _FLOOR)


def measured(rounds: int) -> list[Figure]:
    """Measure one permission, two hundred, those of a large organization, and the slowest of the hostile families."""
    hostile = [_figure(f"20 KB, {one.__name__}", largest(one), 1) for one in FAMILIES]
    return [
        _figure("one permission", ORDINARY, rounds * 20),
        _figure("two hundred permissions", MANY, rounds),
        _figure("20 KB, two hundred trusted accounts", LARGE, rounds),
        *sorted(hostile, key=lambda one: -one.here)[:_SHOWN],
    ]


def main(rounds: int = 3) -> None:
    """Measure, print, and keep."""
    show("access", measured(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
