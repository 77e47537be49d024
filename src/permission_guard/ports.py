"""What we ask of the world. `aws/` answers with AWS, `world.py` from memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    # What a port is made of is loaded by whoever makes one; the door needs only the errors.
    from permission_guard.facts import FunctionFacts, Look, Unreadable
    from permission_guard.grant import Grant
    from permission_guard.iam import FunctionArn, LayerVersionArn
    from permission_guard.journal.entry import Entry
    from permission_guard.report import Report
    from permission_guard.revisions import Revision, Shards
    from permission_guard.role_change import RoleChange
    from permission_guard.task import Again, Task


class TryAgain(Exception):
    """AWS cannot answer now (throttled, down, timed out). Whoever woke us must wake us again."""


class Expired(TryAgain):
    """The credentials are not good any more. Whoever has new ones may go on."""


class Refused(Exception):
    """AWS answered no, and would again. `code` is its own name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class ChangedMeanwhile(Exception):
    """What we would write upon is not any more what we read."""


NOT_FOUND: Final = frozenset({"ResourceNotFoundException", "NoSuchEntity"})
"""What Lambda and IAM say of a thing that does not exist."""

_TRANSIENT: Final = frozenset(
    {
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "ServiceException",
        "ServiceFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalError",
        "InternalErrorException",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "RequestTimeout",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        # Among the reasons of a cancelled transaction.
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
    }
)
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})
"""What AWS says of credentials whose time is over
(https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html; the second in protocols that write JSON)."""
_OVERTAKEN: Final = frozenset(
    {
        "PreconditionFailedException",
        "ResourceConflictException",
        "ConditionalCheckFailedException",
        "TransactionConflictException",
        # Among the reasons of a cancelled transaction.
        "ConditionalCheckFailed",
        "TransactionConflict",
    }
)
"""A RevisionId that is not the present one; a Sid that somebody else has taken meanwhile (facts 3.1); an entry of the
journal that somebody else has written or is writing
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, Errors)."""
_TOO_MANY_REQUESTS: Final = 429
_SERVER_FAULT: Final = 500


def answered(code: str, message: str, call: str, status: int = 0) -> TryAgain | Refused | ChangedMeanwhile:
    """Return what an error of AWS means for us: its code, its message, the call and the HTTP status."""
    if code in _OVERTAKEN:
        return ChangedMeanwhile(f"{code}: {message}")
    if code in _EXPIRED:
        return Expired(f"{code}: {message} ({call})")
    if code in _TRANSIENT or status == _TOO_MANY_REQUESTS or status >= _SERVER_FAULT:
        return TryAgain(f"{call}: {code}: {message}")
    return Refused(code, f"{message} ({call})")


class Observer(Protocol):
    """Reads facts."""

    def read(self, facts: FunctionFacts, wanted: Look, likely_role: str | None = None) -> FunctionFacts:
        """Return the facts with these looks taken. What may not be read becomes Unreadable.

        `likely_role` is the ARN of a role that may be read at the same time as the function, in case it is the function's.
        Raises TryAgain if AWS cannot answer now.
        """
        ...

    def read_beside(
        self,
        facts: FunctionFacts,
        wanted: Look,
        likely_role: str | None,
        other: Callable[[], None],
    ) -> FunctionFacts:
        """Do the same while something else is asked, too. What the other raises comes first."""
        ...

    def users(self, role_arn: str) -> tuple[FunctionFacts, ...] | Unreadable:
        """Return the functions of the account that use a role, in every region, with their configuration.

        Raises TryAgain if AWS cannot answer now.
        """
        ...


class Actor(Protocol):
    """Makes the calls that change something. Each raises TryAgain, Refused or ChangedMeanwhile if it is not made."""

    def attach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """Attach a managed policy; no error if it is attached already."""
        ...

    def detach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """Detach a managed policy; no error if it is not attached, or if the role is gone."""
        ...

    def put_resource_policy(self, target: str, document: str, revision: str | None) -> None:
        """Replace a whole resource policy."""
        ...

    def add_permission(self, target: str, grant: Grant, revision: str | None) -> None:
        """Add one statement."""
        ...

    def remove_permission(self, target: str, sid: str, revision: str | None) -> None:
        """Remove one statement."""
        ...

    def get_policy(self, target: str) -> tuple[str | None, str | None]:
        """Read the policy back: the document, None if there is none, and its revision."""
        ...


class Journal(Protocol):
    """Keeps what was found and done."""

    def of(self, subject: str) -> tuple[Entry, ...]:
        """Return every entry about a function or layer version, by its ARN. Raises TryAgain or Refused."""
        ...

    def write(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Write entries, all or none, and return them with their new versions.

        Raises ChangedMeanwhile if the stored version of one of them is not the one it was made from; TryAgain; Refused.
        """
        ...


class Herald(Protocol):
    """Tells people."""

    def tell(self, report: Report) -> None:
        """Send a report. Raises TryAgain if nobody could be reached."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the account's functions. `marker` is where the next begins; None if this is the last."""

    found: tuple[tuple[FunctionArn, str | None], ...]
    """Functions and their published versions; None is the function itself."""
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class ListedRevisions:
    """One page of the functions with their revisions, as `Listed`."""

    found: tuple[Revision, ...]
    marker: str | None = None


class Later(Protocol):
    """Has a function looked at again, because something of it waits to be told."""

    def look_again(self, task: Again) -> None:
        """Wake the guard with this in a while. Raises TryAgain and Refused."""
        ...


class RevisionMemory(Protocol):
    """Keeps what is remembered of the functions' revisions. Each call raises TryAgain or Refused."""

    def read(self) -> Shards:
        """Return every shard; what cannot be read is left out."""
        ...

    def write(self, shards: Shards) -> None:
        """Keep these shards, whatever stands there."""
        ...


class Inventory(Protocol):
    """Lists what there is. Each call raises TryAgain or Refused."""

    def functions(self, marker: str | None) -> Listed:
        """Return one page of the functions of the region; None is the first."""
        ...

    def aliases(self, function: FunctionArn) -> tuple[str, ...]:
        """Return the names of a function's aliases; none if it is gone."""
        ...

    def functions_with(self, roles: frozenset[str], marker: str | None) -> Listed:
        """Return those functions on a page whose role, as it is now, has one of these names; versions are none of them."""
        ...

    def revisions(self, marker: str | None) -> ListedRevisions:
        """Return one page of the functions with their revisions, without versions; None is the first."""
        ...

    def roles_with(self, policy_arn: str) -> frozenset[str]:
        """Return the names of the roles that a managed policy is attached to or bounds; none if it is gone."""
        ...

    def may_be_a_functions(self, role: str) -> bool:
        """Tell whether Lambda may assume a role, by its name; not if it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class ListedLayers:
    """One page of the names of the account's layers. `marker` is where the next begins; None if this is the last."""

    names: tuple[str, ...]
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class ListedVersions:
    """One page of a layer's versions, as `ListedLayers`."""

    versions: tuple[LayerVersionArn, ...]
    marker: str | None = None


class LayerInventory(Protocol):
    """Lists the layers that there are. Each call raises TryAgain or Refused."""

    def layers(self, marker: str | None) -> ListedLayers:
        """Return one page of the region's layers; None is the first."""
        ...

    def layer_versions(self, layer: str, marker: str | None) -> ListedVersions:
        """Return one page of a layer's versions; none if it is gone."""
        ...


class Neighbours(Protocol):
    """The guards of the account's other regions."""

    def tell(self, change: RoleChange) -> None:
        """Hand the change of a role on to each of them. Raises TryAgain and Refused; then some of them may have it."""
        ...


class Queue(Protocol):
    """Keeps tasks until the guard is woken for them."""

    def put(self, tasks: tuple[Task, ...], *, settling: bool = False) -> None:
        """Put tasks into the queue, after the settle delay if they are `settling`.

        Raises TryAgain or Refused; then some of them may be in it.
        """
        ...
