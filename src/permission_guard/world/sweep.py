"""What a sweep and the change of a role ask of AWS, answered from memory: the list of functions, the queue, the regions."""

from __future__ import annotations

from dataclasses import dataclass, field

from permission_guard.iam import FunctionArn
from permission_guard.ports import Listed, ListedRevisions
from permission_guard.revisions import Revision, Shards
from permission_guard.role_change import RoleChange
from permission_guard.task import Again, Listing, Task
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

    def functions_with(self, roles: frozenset[str], marker: str | None) -> Listed:
        """Return the functions on a page with one of these roles."""
        with translated(), self.account.call("ListFunctions"):
            found = [function for _, function in sorted(self.account.functions.items())]
            start = int(marker or 0)
            end = start + self.page
            users = (one.arn for one in found[start:end] if one.role_arn.rpartition("/")[2] in roles)
            return Listed(tuple((arn, None) for arn in users), str(end) if end < len(found) else None)

    def revisions(self, marker: str | None) -> ListedRevisions:
        """Return one page of the functions, with what changes when they or their own policies do."""
        with translated(), self.account.call("ListFunctions"):
            found = [function for _, function in sorted(self.account.functions.items())]
            start = int(marker or 0)
            end = start + self.page
            page = tuple(Revision(one.arn, one.revision) for one in found[start:end])
            return ListedRevisions(page, str(end) if end < len(found) else None)

    def roles_with(self, policy_arn: str) -> frozenset[str]:
        """Return the names of the roles that a policy is attached to or bounds."""
        with translated(), self.account.call("ListEntitiesForPolicy"):
            return frozenset(
                name
                for name, role in self.account.roles.items()
                if policy_arn in {*role.attached, role.boundary}
            )

    def may_be_a_functions(self, role: str) -> bool:
        """Tell whether Lambda may assume a role."""
        with translated(), self.account.call("GetRole"):
            return role in self.account.roles and "lambda" in self.account.roles[role].trust


@dataclass(slots=True)
class WorldRevisions:
    """Remembers revisions."""

    account: Account
    shards: dict[int, bytes] = field(default_factory=dict)

    def read(self) -> Shards:
        """Return every shard."""
        with translated(), self.account.call("Query"):
            return dict(self.shards)

    def write(self, shards: Shards) -> None:
        """Keep these shards."""
        for number, shard in shards.items():
            with translated(), self.account.call("PutItem"):
                self.shards[number] = shard


@dataclass(slots=True)
class WorldNeighbours:
    """Keeps what the other regions were told."""

    account: Account
    told: list[RoleChange] = field(default_factory=list)

    def tell(self, change: RoleChange) -> None:
        """Hand the change of a role on."""
        with translated(), self.account.call("PutEvents"):
            self.told.append(change)


@dataclass(slots=True)
class WorldQueue:
    """Keeps tasks until a test takes them out."""

    account: Account
    tasks: list[Task] = field(default_factory=list)
    settling: list[Task] = field(default_factory=list)
    """Those of them that were to wait first."""

    def put(self, tasks: tuple[Task, ...], *, settling: bool = False) -> None:
        """Put tasks into the queue."""
        if settling:
            self.settling += [task for task in tasks if not isinstance(task, Listing)]
        if tasks:
            with translated(), self.account.call("SendMessageBatch"):
                self.tasks += tasks

    def look_again(self, task: Again) -> None:
        """Put the task into the queue."""
        self.put((task,))
