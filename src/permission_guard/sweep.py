"""Looking at everything from time to time, so that what was missed is found and what was left unfinished is finished.

Lambda lists functions and their published versions in one call, and aliases for each function; which of them have a
resource policy no call lists, so each is asked (facts 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permission_guard.iam import FunctionArn
from permission_guard.pipeline import Guard
from permission_guard.ports import Inventory, Queue, Refused, TryAgain
from permission_guard.report import Report
from permission_guard.task import Page, Part, Sweep, Task
from permission_guard.trigger import is_replica

PART: Final = 10
"""How many policies of a function one task looks at, so that it has the time to."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of functions: how many tasks it became, and whether it was the last."""

    tasks: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Sweeper:
    """The guard, what lists the account's functions, and the queue of the tasks that are left."""

    guard: Guard
    inventory: Inventory
    queue: Queue

    def list_page(self, page: Page) -> Listed:
        """Make a task of each function on a page, and one of the next page. Raises TryAgain, Refused."""
        listed = self.inventory.functions(page.marker)
        grouped: dict[FunctionArn, list[str | None]] = {}
        for function, version in listed.found:
            if not is_replica(function):
                grouped.setdefault(function, []).append(version)
        tasks: list[Task] = [
            part for function, versions in grouped.items() for part in _parts(page.sweep, function, versions)
        ]
        if listed.marker is not None:
            tasks.append(Page(page.sweep, listed.marker))
        self.queue.put(tuple(tasks))
        return Listed(len(tasks), is_last=listed.marker is None)

    def look_at(self, part: Part, now: datetime) -> Iterator[Report]:
        """Look at a part of a function, and yield what was found and done. Raises TryAgain and Refused at the end.

        Where AWS cannot answer for one policy, the others are looked at all the same.
        """
        if None in part.qualifiers:
            aliases = self.inventory.aliases(part.function)
            self.queue.put(tuple(_parts(part.sweep, part.function, list(aliases))))
        unfinished: TryAgain | Refused | None = None
        for trigger in part.triggers:
            try:
                yield self.guard.handle(trigger, now)
            except (TryAgain, Refused) as error:
                unfinished = error
        if unfinished is not None:
            raise unfinished


def _parts(sweep: Sweep, function: FunctionArn, qualifiers: list[str | None] | list[str]) -> Iterator[Part]:
    for start in range(0, len(qualifiers), PART):
        yield Part(sweep, function, tuple(qualifiers[start : start + PART]))
