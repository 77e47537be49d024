"""A quick sweep: its calls counted by letting it run, the first time, again while nothing moves, and after one function moved.

`python -m benchmarks.quick_sweep [FUNCTIONS]`. Beside each is what a sweep of everything asks for the same account.
"""

from __future__ import annotations

import sys
from collections import Counter

from benchmarks.figures import Figure, show
from benchmarks.sweep import LIMIT, account, formula, lambda_calls, sweeper_of
from permission_guard.aws.inventory import PAGE
from permission_guard.aws.queue import AT_ONCE
from permission_guard.revisions import SHARDS
from permission_guard.task import Moved, Sweep
from tests.aws.guarded import NOW, Guarded

_FIRST = "the first time"
_STILL = "while nothing moves"
_ONE = "after one function moved"


def counted(functions: int) -> dict[str, Counter[str]]:
    """Return the calls of a quick sweep of so many functions, each time; what it makes of what moved is not among them."""
    there = account(functions)
    first = _calls(there)
    still = _calls(there)
    there.account.functions["orders-0"].role_arn += "-other"
    return {_FIRST: first, _STILL: still, _ONE: _calls(there)}


def _calls(there: Guarded) -> Counter[str]:
    there.wire.calls.clear()
    sweeper_of(there).list_page(Moved(Sweep("quick", NOW)))
    return Counter(there.wire.calls)


def formulas(functions: int) -> dict[str, Counter[str]]:
    """Return the calls of each time, for enough functions that every shard of what is remembered has some."""
    full, rest = divmod(functions, PAGE)
    sent = full * -(-PAGE // AT_ONCE) + -(-rest // AT_ONCE)
    still = Counter({"ListFunctions": full + bool(rest), "Query": 1})
    return {
        _FIRST: still + Counter({"SendMessageBatch": sent, "PutItem": SHARDS}),
        _STILL: still,
        _ONE: still + Counter({"SendMessageBatch": 1, "PutItem": 1}),
    }


def main(functions: int = 5_000) -> None:
    """Count, and print."""
    found = counted(functions)
    if found != formulas(functions):
        raise SystemExit(f"the formula is wrong: {found} and {formulas(functions)}")
    everything = formula(functions)
    pages = found[_STILL]["ListFunctions"]
    figures = [
        Figure(
            f"{functions:,} functions, {when}: calls", calls.total(), "", everything.total(), "a whole sweep"
        )
        for when, calls in found.items()
    ]
    limit = Figure(
        f"{functions:,} functions, {_STILL}: time under the limit",
        pages / LIMIT,
        "s",
        lambda_calls(functions) / LIMIT,
        f"a whole sweep's calls at {LIMIT} a second",
    )
    show("quick-sweep", [*figures, limit])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
