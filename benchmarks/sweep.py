"""A sweep: its calls of Lambda, its time beside the least that 5 requests a second allow, its memory. `python -m benchmarks.sweep`.

AWS is in memory, and time is played: two runs go on at once, each at its pace, and each call takes a while to be answered.
"""

from __future__ import annotations

import heapq
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.pace import RATE, Pace
from permission_guard.connections import SWEEP_RATE
from permission_guard.events.record import Record
from permission_guard.events.sweep_task import SweepAll, SweepFunction, task_of
from permission_guard.events.trigger import Installation
from permission_guard.iam.policy import loads
from tests.aws.guarded import Guarded, guarded
from tests.samples import LOGGING

SIZES: Final = (1_000, 10_000)
RUNS: Final = 2
"""The MaximumConcurrency of the queue SweepTasks in template.yaml."""
LATENCY: Final = 0.06
"""Seconds until Lambda answers a call."""
START: Final = 0.03
"""Seconds from one message of a run to the next."""
OF_LAMBDA: Final = ("ListFunctions", "ListAliases", "GetPolicy")


@dataclass(slots=True)
class Clock:
    """The seconds that have passed for one run."""

    seconds: float = 0.0

    def now(self) -> float:
        """Return them."""
        return self.seconds

    def wait(self, seconds: float) -> None:
        """Let some pass."""
        self.seconds += seconds


def account(functions: int) -> Guarded:
    """An account with so many compliant functions, a role for each ten of them."""
    there = guarded()
    there.account.functions.clear()
    for number in range(functions):
        if number % 10 == 0:
            there.account.with_role(f"role-{number // 10}", logs=LOGGING)
        there.account.with_function(f"function-{number:05}", role=f"role-{number // 10}")
    return there


def sweep(there: Guarded) -> tuple[int, float, int]:
    """Return the calls of Lambda, the seconds that passed, and the bytes that the listing run has held at most."""
    clocks = [Clock() for _ in range(RUNS)]
    sweepers = []
    for clock in clocks:
        clients = there.wire.clients()
        # Nothing is sent here, so the pace is kept where botocore begins with a call.
        clients.lambda_.meta.events.register(
            "before-parameter-build.lambda", _answered(clock, Pace(SWEEP_RATE, clock.now, clock.wait))
        )
        sweepers.append(replace(there.sweeper, inventory=AwsInventory(clients)))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    tracemalloc.start()
    sweepers[0].begin(SweepAll("sweep"), now)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for clock in clocks[1:]:
        clock.seconds = clocks[0].seconds
    home = Installation(there.account.account, there.account.region, "")
    runs = [(clock.seconds, number) for number, clock in enumerate(clocks)]
    heapq.heapify(runs)
    for message in there.wire.waiting:
        _, number = heapq.heappop(runs)
        clocks[number].wait(START)
        task = task_of(Record.of(loads(message["MessageBody"]), "event"), "task", home)
        assert isinstance(task, SweepFunction)
        for _ in sweepers[number].evaluate(task, now):
            raise AssertionError("a compliant function was reported")
        heapq.heappush(runs, (clocks[number].seconds, number))
    calls = sum(call in OF_LAMBDA for call in there.wire.calls)
    return calls, max(clock.seconds for clock in clocks), peak


def _answered(clock: Clock, pace: Pace) -> Callable[..., None]:
    def answered(**_: object) -> None:
        pace()
        clock.wait(LATENCY)

    return answered


def main() -> None:
    """Measure, and print a table."""
    sys.stdout.write(
        "| functions | calls of Lambda | minutes | least | ratio | MB at most |\n|---:|---:|---:|---:|---:|---:|\n"
    )
    for size in SIZES:
        calls, seconds, peak = sweep(account(size))
        least = calls / RATE
        sys.stdout.write(
            f"| {size:,} | {calls:,} | {seconds / 60:.1f} | {least / 60:.1f} | {seconds / least:.2f} | {peak / 1e6:.1f} |\n"
        )


if __name__ == "__main__":
    main()
