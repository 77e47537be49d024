"""A sweep that looks only at what moved: Lambda lists with each function a revision, which moves with it.

That a revision moves with the function's own policy was seen, and that it does with PutResourcePolicy or with the policy of an
alias or version is not known (facts 3.1: L and U). So a revision that stands still tells which functions need not be looked at
soon, and never that one is safe: the sweep of everything goes on beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from permission_guard.ports import Inventory, Queue, RevisionMemory
from permission_guard.revisions import Revision, moved, remembering
from permission_guard.task import Moved, Part, Task
from permission_guard.trigger import is_replica


@dataclass(frozen=True, slots=True)
class QuickSweeper:
    """What lists the functions, what remembers them, and the queue by which they are looked at."""

    inventory: Inventory
    memory: RevisionMemory
    queue: Queue

    def look(self, asked: Moved, has_time: Callable[[], bool]) -> int:
        """List the functions, make a task of each that moved, and return how many tasks. Raises TryAgain and Refused.

        What there was no time for is a task of its own. Only what is in the queue is remembered, so that a run that dies
        looks at something twice and misses nothing; so do two runs at once.
        """
        known, found, made = self.memory.read(), list[Revision](), 0
        marker = asked.marker
        while True:
            page = self.inventory.revisions(marker)
            here = [one for one in page.found if not is_replica(one.function)]
            tasks: list[Task] = [Part(asked.sweep, one.function, (None,)) for one in moved(here, known)]
            marker = page.marker
            is_handed_on = marker is not None and not has_time()
            if is_handed_on:
                tasks.append(Moved(asked.sweep, marker))
            # A function that has just been made is new here, too: it is to settle as it does when its event is heard of.
            self.queue.put(tuple(tasks), settling=True)
            found += here
            made += len(tasks)
            if marker is None or is_handed_on:
                break
        is_all = asked.marker is None and marker is None
        self.memory.write(remembering(found, known, is_all=is_all))
        return made
