"""What a sweep asks of AWS, answered from memory: the list of functions, and the queue."""

from __future__ import annotations

from dataclasses import dataclass, field

from permission_guard.iam import FunctionArn
from permission_guard.ports import Listed
from permission_guard.task import Task
from permission_guard.world.account import Account
from permission_guard.world.resources import ApiError
from permission_guard.world.translated import translated


@dataclass(slots=True)
class WorldInventory:
    """Lists the functions of an account, so many at once. A qualifier of digits is a version, any other an alias."""

    account: Account
    page: int = 50

    def functions(self, marker: str | None) -> Listed:
        """Return one page of the functions and their versions."""
        with translated(), self.account.call("ListFunctions"):
            found = [
                (function.arn, version)
                for _, function in sorted(self.account.functions.items())
                for version in (None, *sorted(filter(str.isdigit, function.qualifiers)))
            ]
            if marker is not None and not (marker.isascii() and marker.isdigit()):
                raise ApiError("InvalidParameterValueException", "The marker is no marker of this list.")
            start = int(marker or 0)
            end = start + self.page
            return Listed(tuple(found[start:end]), str(end) if end < len(found) else None)

    def aliases(self, function: FunctionArn) -> tuple[str, ...]:
        """Return the names of a function's aliases; none if it is gone."""
        with translated(), self.account.call("ListAliases"):
            found = self.account.functions.get(function.name)
            return tuple(sorted(one for one in found.qualifiers if not one.isdigit())) if found else ()


@dataclass(slots=True)
class WorldQueue:
    """Keeps tasks until a test takes them out."""

    account: Account
    tasks: list[Task] = field(default_factory=list)

    def put(self, tasks: tuple[Task, ...]) -> None:
        """Put tasks into the queue."""
        if tasks:
            with translated(), self.account.call("SendMessageBatch"):
                self.tasks += tasks
