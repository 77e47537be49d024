"""A role has changed: every function of the region that uses it is looked at, and the other regions are told.

An event about a role names no function, and IAM lists no users of a role. So the functions are listed, page by page, and each
that uses it becomes a task of its own in the queue, as in a sweep. What is found is treated as if the function itself had
changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from permission_guard.pipeline import Guard
from permission_guard.ports import Inventory, Neighbours, Queue
from permission_guard.report import Report
from permission_guard.role_change import RoleChange
from permission_guard.task import Task, User, Users
from permission_guard.trigger import Kind, is_replica


@dataclass(frozen=True, slots=True)
class Follower:
    """The guard, what lists functions and roles, the queue of what is left, and the guards of the other regions."""

    guard: Guard
    inventory: Inventory
    queue: Queue
    neighbours: Neighbours

    def begin(self, change: RoleChange) -> int:
        """Find who uses the role here, and tell the other regions. Return how many tasks that makes.

        Raises TryAgain and Refused; each of the two is tried whatever became of the other. Tried again, both are done
        again, which does no harm.
        """
        try:
            return self.find(Users(change)) if self._may_matter(change) else 0
        finally:
            if change.is_news:
                self.neighbours.tell(change)

    def _may_matter(self, change: RoleChange) -> bool:
        """Most of an account's roles are no function's; for those nothing is listed. One that is gone says nothing of it."""
        if change.role is None or change.kind is Kind.ROLE_DELETED:
            return True
        return self.inventory.may_be_a_functions(change.role)

    def find(self, asked: Users) -> int:
        """Make a task of each function on a page that uses the role, and one of the next page. Return how many.

        Raises TryAgain and Refused.
        """
        roles = self._roles(asked.change)
        if not roles:
            return 0
        page = self.inventory.functions_with(roles, asked.marker)
        tasks: list[Task] = [
            User(asked.change, function) for function, _ in page.found if not is_replica(function)
        ]
        if page.marker is not None:
            tasks.append(Users(asked.change, page.marker))
        self.queue.put(tuple(tasks))
        return len(tasks)

    def _roles(self, change: RoleChange) -> frozenset[str]:
        """Whose rights may have changed. A policy's roles are asked for on each page: there may be too many for a message."""
        return frozenset({change.role}) if change.role else self.inventory.roles_with(change.subject)

    def look_at(self, user: User, now: datetime) -> Report:
        """Look at one function's role, and return what was found and done. Raises TryAgain and Refused."""
        return self.guard.handle(user.trigger, now)
