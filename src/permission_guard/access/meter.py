"""The step budget of one policy. Work is charged before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

    @property
    def left(self) -> int:
        """How many steps may still be taken."""
        return max(0, self.budget - self.spent)

    @contextmanager
    def at_most(self, steps: int) -> Iterator[None]:
        """Allow at most so many steps inside the `with` block."""
        whole, self.budget = self.budget, min(self.budget, self.spent + steps)
        try:
            yield
        finally:
            self.budget = whole

    def charge(self, steps: int) -> None:
        """Count steps. Raises BudgetSpent."""
        self.spent += steps
        if self.spent > self.budget:
            raise BudgetSpent
