"""The step budget of one policy: all work is charged before it is done."""

from __future__ import annotations

from typing import Final

BUDGET: Final = 2_000_000
"""Steps for all statements of a policy together: well under a second of CPU (benchmarks/)."""


class BudgetSpent(Exception):
    """The policy needs more steps than its budget holds."""


class Meter:
    """Counts steps. Equal policies cost equal steps on every machine."""

    __slots__ = ("budget", "spent")

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self.spent = 0

    def charge(self, steps: int) -> None:
        """Count steps. Raises BudgetSpent."""
        self.spent += steps
        if self.spent > self.budget:
            raise BudgetSpent
