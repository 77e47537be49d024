"""Looking at everything from time to time, so that what was missed is found and what was left unfinished is finished.

Lambda lists functions and their published versions in one call, and aliases for each function; which of them have a
resource policy no call lists, so each is asked (facts 3.3). Layers likewise: each version may be shared by a policy of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permission_guard.finding import Concern
from permission_guard.iam import FunctionArn
from permission_guard.pipeline import Guard
from permission_guard.ports import Inventory, LayerInventory, Queue, Refused, RevisionMemory, TryAgain
from permission_guard.quick_sweep import QuickSweeper
from permission_guard.report import Report
from permission_guard.settings import Treatment
from permission_guard.task import Layer, Layers, Listing, Moved, Page, Part, Sweep, Task
from permission_guard.trigger import Trigger, is_replica

PART: Final = 10
"""How many policies of a function one task looks at, so that it has the time to."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of functions: how many tasks it became, and whether it was the last."""

    tasks: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Sweeper:
    """The guard, what lists the account's functions and layers and remembers them, and the queue of the tasks that are left."""

    guard: Guard
    inventory: Inventory
    layers: LayerInventory
    memory: RevisionMemory
    queue: Queue

    def list_page(self, page: Listing, has_time: Callable[[], bool] = lambda: True) -> Listed:
        """Make a task of each function or layer on a page, and one of the next page. Raises TryAgain, Refused.

        The first page of the functions makes one of the layers too; the last page of the functions ends the sweep's listing.
        """
        if isinstance(page, Moved):
            quick = QuickSweeper(self.inventory, self.memory, self.queue)
            return Listed(quick.look(page, has_time), is_last=False)
        if isinstance(page, Layers):
            return self._list_layers(page)
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
        if page.marker is None and self._are_layers_judged:
            tasks.append(Layers(page.sweep))
        # A function that was made a moment ago is listed too: its role is to settle as it does when its event is heard of.
        self.queue.put(tuple(tasks), settling=True)
        return Listed(len(tasks), is_last=listed.marker is None)

    @property
    def _are_layers_judged(self) -> bool:
        treatments = self.guard.settings.treatments
        concerns = Concern.LAYER_IS_NOT_PUBLIC, Concern.FOREIGN_ACCOUNTS
        return any(treatments[concern] is not Treatment.OFF for concern in concerns)

    def _list_layers(self, page: Layers) -> Listed:
        listed = self.layers.layers(page.marker)
        tasks: list[Task] = [Layer(page.sweep, name) for name in listed.names]
        if listed.marker is not None:
            tasks.append(Layers(page.sweep, listed.marker))
        self.queue.put(tuple(tasks))
        return Listed(len(tasks), is_last=False)

    def look_at(self, task: Part | Layer, now: datetime) -> Iterator[Report]:
        """Look at a part of a function or layer, and yield what was found and done. Raises TryAgain and Refused at the end.

        Where AWS cannot answer for one policy, the others are looked at all the same.
        """
        unfinished: TryAgain | Refused | None = None
        for trigger in self._begun(task) if isinstance(task, Part) else self._versions(task):
            try:
                yield self.guard.handle(trigger, now)
            except (TryAgain, Refused) as error:
                unfinished = error
        if unfinished is not None:
            raise unfinished

    def _begun(self, part: Part) -> tuple[Trigger, ...]:
        if None in part.qualifiers:
            aliases = self.inventory.aliases(part.function)
            self.queue.put(tuple(_parts(part.sweep, part.function, list(aliases))))
        return part.triggers

    def _versions(self, layer: Layer) -> tuple[Trigger, ...]:
        """The next page is a task of its own, which is made first: what fails on this one does not keep it back."""
        listed = self.layers.layer_versions(layer.name, layer.marker)
        if listed.marker is not None:
            self.queue.put((Layer(layer.sweep, layer.name, listed.marker),))
        return tuple(layer.trigger(version) for version in listed.versions)


def _parts(sweep: Sweep, function: FunctionArn, qualifiers: list[str | None] | list[str]) -> Iterator[Part]:
    for start in range(0, len(qualifiers), PART):
        yield Part(sweep, function, tuple(qualifiers[start : start + PART]))
