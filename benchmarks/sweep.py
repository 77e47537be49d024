"""A sweep: its calls counted by letting it run, its time under Lambda's limit simulated, its memory, and a fleet's bill.

`python -m benchmarks.sweep [FUNCTIONS]`. Nothing waits: the clock of the simulation is a number.
"""

from __future__ import annotations

import heapq
import random
import sys
import tracemalloc
from collections import Counter
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import Figure, show
from permission_guard.aws.inventory import PAGE, AwsInventory
from permission_guard.aws.layers import AwsLayers
from permission_guard.aws.queue import AT_ONCE, SqsQueue
from permission_guard.aws.revisions import DynamoRevisions
from permission_guard.iam.policy import loads
from permission_guard.record import Record
from permission_guard.sweep import Sweeper
from permission_guard.task import Layer, Listing, Page, Part, Sweep, Task, task_of
from tests.aws.guarded import NOW, WAITING, Guarded, guarded
from tests.samples import LOGGING
from tests.world.builders import document, statement

LAMBDAS: Final = frozenset(
    {
        "ListFunctions",
        "ListAliases",
        "ListLayers",
        "GetFunctionConfiguration",
        "GetResourcePolicy",
        "GetPolicy",
    }
)
"""The calls that share Lambda's limit (facts 3.4: 15 requests a second for an account in a region)."""
LIMIT: Final = 15
WORKERS: Final = 2
"""How many of the guard's runs take tasks at once (the template's MaximumConcurrency)."""
ATTEMPTS: Final = 5
"""How often a throttled call is made (aws/clients.py)."""
_LATENCY: Final = 0.03
"""Seconds that a call takes, which is a guess; the simulation says how little hangs on it."""


def swept(functions: int, *, watched: bool = False) -> tuple[Counter[str], int]:
    """Sweep so many compliant functions, each with a policy and an alias; return the calls, and the most memory in bytes.

    The memory, if it is watched, is that of the guard at work on one task: what the account in memory holds does not count.
    """
    there = account(functions)
    sweeper = sweeper_of(there)
    calls: Counter[str] = Counter()
    most, tasks = 0, list[Task]([Page(Sweep("sweep", NOW))])
    if watched:
        tracemalloc.start()
    while tasks:
        task = tasks.pop()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        _done(sweeper, task)
        most = max(most, tracemalloc.get_traced_memory()[1] - before)
        calls.update(there.wire.calls)
        for call in (there.wire.calls, there.wire.sent, there.account.calls):
            call.clear()
        tasks += [task_of(Record.of(loads(one["MessageBody"]), "task")) for one in there.wire.waiting]
        there.wire.waiting.clear()
    tracemalloc.stop()
    return calls, most


def sweeper_of(there: Guarded) -> Sweeper:
    """Return what sweeps an account."""
    clients = there.wire.clients()
    inventory, memory = AwsInventory(clients), DynamoRevisions(clients, "journal")
    return Sweeper(there.guard, inventory, AwsLayers(clients), memory, SqsQueue(clients, WAITING))


def account(functions: int) -> Guarded:
    """Return an account with so many compliant functions, each with a policy and an alias."""
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.account.functions.clear()
    for number in range(functions):
        function = there.account.with_function(f"orders-{number}", aliases=["live"])
        own = statement("sns.amazonaws.com", Resource=str(function.arn), Condition=_OWN)
        function.policies[None] = (document(own), "revision")
    return there


_OWN: Final = {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:111122223333:orders"}}


def _done(sweeper: Sweeper, task: Task) -> None:
    if isinstance(task, Listing):
        sweeper.list_page(task)
    elif isinstance(task, Part | Layer):
        for _ in sweeper.look_at(task, NOW):
            pass


def formula(functions: int) -> Counter[str]:
    """Return the calls of a sweep of so many functions that each have an alias and a role with one inline policy."""
    pages = -(-functions // PAGE)
    full, rest = divmod(functions, PAGE)
    sizes = [PAGE] * full + [rest] * bool(rest)
    # The page after this one is a task too, and so are the first page of the layers and the aliases of each function.
    sent = [size + (place < pages - 1) + (place == 0) for place, size in enumerate(sizes)]
    once = dict.fromkeys(("ListAliases", "GetFunctionConfiguration", "GetRole", "GetRolePolicy"), functions)
    once |= dict.fromkeys(("ListAttachedRolePolicies", "ListRolePolicies"), functions)
    return Counter(
        {
            **once,
            "ListFunctions": pages,
            # There is none.
            "ListLayers": 1,
            "SendMessageBatch": sum(-(-size // AT_ONCE) for size in sent) + functions,
            # Of the function, and of its alias.
            "Query": 2 * functions,
            "GetResourcePolicy": 2 * functions,
        }
    )


def lambda_calls(functions: int) -> int:
    """Return how many of the calls share Lambda's limit."""
    return sum(count for call, count in formula(functions).items() if call in LAMBDAS)


@dataclass(slots=True)
class Bucket:
    """Lambda's limit as a bucket of tokens, on a clock that is a number."""

    tokens: float = float(LIMIT)
    at: float = 0.0

    def takes(self, now: float) -> bool:
        """Tell whether a call is let through now."""
        self.tokens = min(float(LIMIT), self.tokens + (now - self.at) * LIMIT)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def simulated(functions: int, workers: int = WORKERS) -> tuple[float, int, int]:
    """Return the seconds that a sweep takes under the limit, how many of its calls are throttled, and tasks that come again."""
    rng = random.Random(7)  # noqa: S311  # jitter, not a secret
    bucket, throttled, again = Bucket(), 0, 0
    # By round trip: a function's own task, then its alias's.
    tasks = [["ListAliases", "-", "-", "GetFunctionConfiguration", "-", "-", "GetResourcePolicy"]] * functions
    tasks += [["-", "GetResourcePolicy"]] * functions
    tasks += [["ListFunctions", *["-"] * (PAGE // AT_ONCE)]] * -(-functions // PAGE)
    rng.shuffle(tasks)
    # When each worker is free, and what it has still to do: calls left, attempts made.
    clock = [(0.0, number, list[str](), 0) for number in range(workers)]
    heapq.heapify(clock)
    end = 0.0
    while clock:
        now, number, left, attempts = heapq.heappop(clock)
        end = max(end, now)
        if not left:
            if tasks:
                heapq.heappush(clock, (now, number, list(tasks.pop()), 0))
            continue
        if left[0] in LAMBDAS and not bucket.takes(now):
            throttled += 1
            if attempts + 1 == ATTEMPTS:
                again += 1
                tasks.insert(0, left)
                heapq.heappush(clock, (now, number, [], 0))
            else:
                wait = rng.random() * min(2**attempts, 20)
                heapq.heappush(clock, (now + _LATENCY + wait, number, left, attempts + 1))
            continue
        heapq.heappush(clock, (now + _LATENCY, number, left[1:], 0))
    return end, throttled, again


def main(functions: int = 300, all_of_them: int = 10_000) -> None:
    """Count, simulate, and print."""
    swept(PAGE)  # else the first would be charged with what is made once: clients, compiled policies
    calls, most = swept(functions, watched=True)
    twice, more = swept(2 * functions, watched=True)
    if calls != formula(functions) or twice != formula(2 * functions):
        raise SystemExit(f"the formula is wrong: {calls} and {formula(functions)}")
    all_calls = formula(all_of_them)
    lambdas = lambda_calls(all_of_them)
    least = lambdas / LIMIT
    seconds, throttled, again = simulated(all_of_them)
    name = f"{all_of_them:,} functions with an alias each"
    show(
        "sweep",
        [
            Figure(
                f"{name}: calls",
                all_calls.total(),
                "",
                all_calls.total() - all_calls["SendMessageBatch"],
                "reads",
            ),
            Figure(
                f"{name}: Lambda's calls",
                lambdas,
                "",
                all_of_them / PAGE + 3 * all_of_them,
                "pages, aliases, policies",
            ),
            Figure(
                f"{name}: time under the limit", seconds, "s", least, f"Lambda's calls at {LIMIT} a second"
            ),
            Figure(f"{name}: throttled", throttled, "", lambdas, "Lambda's calls"),
            Figure(f"{name}: tasks that come again", again, "", 2 * all_of_them, "tasks"),
            Figure(
                f"memory of one task, of {2 * functions} functions",
                more / 1e6,
                "MB",
                most / 1e6,
                f"{functions}",
            ),
        ],
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
