"""What a sweep of a fleet takes, as a model: calls, minutes and dollars. `python -m benchmarks.fleet`.

Every account has its own limits in every region, so all regions of all accounts are swept at the same time, and the
fleet takes as long as the biggest of them. Prices are those of AWS's pages for us-east-1 in 2026, before any free tier.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import Figure, show
from benchmarks.sweep import LIMIT, WORKERS, formula, lambda_calls, simulated
from permission_guard.aws.queue import AT_ONCE

MEMORY: Final = 0.5
"""Gigabytes of the function (the template's MemorySize)."""
GIGABYTE_SECOND: Final = 0.0000133334
"""Lambda on arm64 (aws.amazon.com/lambda/pricing)."""
RUN: Final = 0.20 / 1e6
"""One request to Lambda (same page)."""
MESSAGE: Final = 0.40 / 1e6
"""One request to SQS (aws.amazon.com/sqs/pricing)."""
READ: Final = 0.125 / 1e6
"""One consistent read of DynamoDB up to 4 KB (aws.amazon.com/dynamodb/pricing/on-demand)."""
LOGGED: Final = 0.50 / 1e9
"""One byte taken in by CloudWatch Logs (aws.amazon.com/cloudwatch/pricing)."""
LINES: Final = 600
"""Bytes of log and metrics for a policy that is compliant."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many accounts, regions of each, and functions in each region, all of which are compliant."""

    accounts: int = 100
    regions: int = 17
    functions: int = 5_000

    @property
    def places(self) -> int:
        """How many guards sweep at once."""
        return self.accounts * self.regions

    @property
    def calls(self) -> int:
        """All calls of AWS."""
        return formula(self.functions).total() * self.places

    def dollars(self, seconds: float) -> dict[str, float]:
        """What one sweep costs, if the guard's runs in one region take so many seconds."""
        policies = 2 * self.functions  # the function's own, and its alias's
        messages = policies + -(-self.functions // 50)
        # Sent, received and deleted, ten at once.
        requests = 3 * messages / AT_ONCE
        each = {
            "Lambda": seconds * WORKERS * MEMORY * GIGABYTE_SECOND + messages / AT_ONCE * RUN,
            "SQS": requests * MESSAGE,
            "DynamoDB": policies * READ,
            "CloudWatch Logs": policies * LINES * LOGGED,
        }
        return {name: dollars * self.places for name, dollars in each.items()}


def main(accounts: int = 100, regions: int = 17, functions: int = 5_000) -> None:
    """Compute, and print."""
    fleet = Fleet(accounts, regions, functions)
    seconds, _, _ = simulated(functions)
    least = lambda_calls(functions) / LIMIT
    dollars = fleet.dollars(seconds)
    total = sum(dollars.values())
    name = f"{accounts} accounts x {regions} regions x {functions:,} functions"
    count = float(accounts * regions * functions)
    show(
        "fleet",
        [
            Figure(f"{name}: calls", fleet.calls, "", count, "functions"),
            Figure("minutes", seconds / 60, "min", least / 60, "Lambda's limit"),
            *(Figure(f"dollars for {what}", part, "$", total, "all") for what, part in dollars.items()),
            Figure("dollars", total, "$", count / 1e6, "per million functions"),
        ],
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
