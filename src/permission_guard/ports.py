"""What the core asks of AWS. `aws/` implements it with AWS, `fake_aws/` in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from permission_guard.events.sweep_task import SweepFunction
from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn
from permission_guard.journal.entry import Entry, WaitingAlert
from permission_guard.journal.summary import Evaluated, LatestSweep, SweepProgress
from permission_guard.model.facts import (
    Configuration,
    FactKind,
    FunctionFacts,
    MissingRole,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.repair.grant import Grant


class RetryLater(Exception):
    """AWS could not be reached, or throttled the call. The caller must retry later."""


class Expired(RetryLater):
    """The credentials have expired."""


class Refused(Exception):
    """AWS refused the call, and would refuse it again. `code` is AWS's name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class ChangedMeanwhile(Exception):
    """What was read has changed before it could be written."""


NOT_FOUND: Final = frozenset({"ResourceNotFoundException", "NoSuchEntity"})
"""The error codes of Lambda and IAM for something that does not exist."""


class Observer(Protocol):
    """Reads facts."""

    def read(self, facts: FunctionFacts, wanted: FactKind, likely_role: str | None = None) -> FunctionFacts:
        """Return the facts with what is wanted. What may not be read becomes Unreadable.

        `likely_role` is the ARN of a role to read at the same time, in case it is the function's.
        Raises RetryLater.
        """
        ...

    def read_beside(
        self,
        facts: FunctionFacts,
        wanted: FactKind,
        likely_role: str | None,
        other: Callable[[], None],
    ) -> FunctionFacts:
        """Do the same while `other` runs. What `other` raises comes first."""
        ...

    def role(self, role_arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Return a role as it is now. Raises RetryLater."""
        ...

    def attached(self, role_arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Return a role with the ARNs of its attached policies, and not what its policies say. Raises RetryLater."""
        ...

    def users(self, role_arn: str) -> tuple[FunctionFacts, ...] | Unreadable:
        """Return the functions of the account that use a role, in every Region, with their configuration.

        Raises RetryLater.
        """
        ...

    def mode_tag(self, function: FunctionArn) -> str | Unreadable:
        """Return the value of a function's tag `settings.MODE_TAG`; empty if it has none or is gone. Raises RetryLater."""
        ...


class Writer(Protocol):
    """Makes the calls that change something. Each raises RetryLater, Refused or ChangedMeanwhile if it was not made."""

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


@frozen
class StoredHistory:
    """What the journal has stored about one subject."""

    entries: tuple[Entry, ...] = ()
    seen: frozenset[str] | None = None
    """The digests of the statements of the function and its aliases that a sweep has seen; None before the first."""
    seen_versions: frozenset[str] | None = None
    """The same of its published versions."""


class Journal(Protocol):
    """Stores what was found and done. Each call raises RetryLater or Refused."""

    def of(self, subject: str) -> StoredHistory:
        """Return what is known about a function or layer version, by its ARN."""
        ...

    def write(self, entries: tuple[Entry, ...], waiting: tuple[WaitingAlert, ...] = ()) -> tuple[Entry, ...]:
        """Write entries and waiting alerts, all or none, and return the entries with their new versions.

        Raises ChangedMeanwhile if the stored version of one of them is not the one it was made from.
        """
        ...

    def write_and_count(
        self, entries: tuple[Entry, ...], now: datetime
    ) -> tuple[tuple[Entry, ...], int | None]:
        """Write entries, and at the same time count an alert. Raises what `write` raises."""
        ...

    def count_alert(self, now: datetime) -> int | None:
        """Count an alert, and return how many this hour has with it. None if the counter cannot be read."""
        ...

    def may_send_digest(self, now: datetime) -> bool:
        """Return whether a digest may be sent out of turn, at most every five minutes, and note that it is."""
        ...

    def waiting(self) -> tuple[WaitingAlert, ...]:
        """Return the alerts that wait for the digest."""
        ...

    def remove(self, alerts: tuple[WaitingAlert, ...]) -> None:
        """Remove alerts that were sent."""
        ...


@frozen
class FunctionRecord:
    """What the journal has about a function, as far as a sweep needs it beforehand."""

    open: frozenset[str | None] = frozenset()
    """The function (None), versions and aliases about which an entry is open."""
    open_roles: frozenset[str | None] = frozenset()
    """Those of them that have an open entry about the execution role."""
    seen: str | None = None
    """The digest of all statements that a sweep has seen; None before the first."""
    seen_versions: str | None = None
    """The same of its published versions."""


@frozen
class Sweep:
    """A sweep that has begun."""

    id: str
    all_versions: bool
    """Whether every published version is evaluated: in the first sweep, and then once a week."""


class SweepRecords(Protocol):
    """What the journal keeps for the sweep. Each call raises RetryLater or Refused."""

    def begin(self, sweep_id: str, now: datetime) -> Sweep | None:
        """Note that a sweep begins. None if another one has begun less than an hour ago."""
        ...

    def end(self, sweep: Sweep, functions: int, now: datetime) -> None:
        """Note that a sweep has listed everything, and sent a task for each of so many functions."""
        ...

    def overview(self) -> Mapping[str, FunctionRecord]:
        """Return what is known about every function, by its ARN."""
        ...

    def write_evaluated(self, evaluated: Evaluated) -> None:
        """Note that a task is done."""
        ...

    def latest(self) -> LatestSweep | None:
        """Return the sweep that began last; None if there is none, or its record is damaged."""
        ...

    def progress(self, sweep: LatestSweep) -> SweepProgress:
        """Return how far a sweep is."""
        ...

    def note_summary(self, sweep: LatestSweep) -> None:
        """Note that a sweep's summary was sent, or need not be."""
        ...


@frozen
class Notification:
    """A message for the alert topics."""

    subject: str
    mail: str
    """What a mail says."""
    body: str
    """The same as JSON, for everything else."""
    chat: str
    """What HTTPS subscribers receive: what a chat shows, with the JSON in it."""
    attributes: Mapping[str, str]
    """By these a subscription can filter."""


class Notifier(Protocol):
    """Sends alerts and digests."""

    def send(self, notification: Notification) -> None:
        """Send a message. Raises RetryLater or Refused if a topic does not accept it."""
        ...


FindingsHub: TypeAlias = Callable[[tuple[Entry, ...], datetime], None]
"""Shows the faults of these entries as they are now, beside the alerts. It raises nothing: no alert and no repair waits for it."""


@frozen
class ListedFunction:
    """A function, or one of its published versions, as ListFunctions returns it."""

    arn: FunctionArn
    version: str | None
    """None for the function itself."""
    configuration: Configuration


@frozen
class Alias:
    """An alias, and the versions that it points to."""

    name: str
    versions: tuple[str, ...]


class Inventory(Protocol):
    """Lists what there is, in bulk. Each call raises RetryLater or Refused."""

    def functions(self, *, all_versions: bool = False) -> Iterator[tuple[ListedFunction, ...]]:
        """Yield the functions of the Region page by page; their published versions too if asked for."""
        ...

    def aliases(self, function: FunctionArn) -> tuple[Alias, ...]:
        """Return a function's aliases; none if it is gone."""
        ...

    def versions(self, function: FunctionArn) -> Mapping[str | None, Configuration]:
        """Return the configuration of a function (None) and of each published version; nothing if it is gone."""
        ...

    def roles(self) -> Iterator[tuple[RoleFacts, ...]]:
        """Yield the account's roles page by page, each with all its policies."""
        ...

    def log_groups(self) -> frozenset[str]:
        """Return the names of the Region's log groups."""
        ...

    def policy(self, function: FunctionArn, qualifier: str | None) -> PolicyFacts | Unreadable:
        """Return the resource policy of a function, version or alias, in one call."""
        ...


class TaskQueue(Protocol):
    """The queue of the sweep's tasks."""

    def send(self, tasks: tuple[SweepFunction, ...]) -> object:
        """Send tasks. Raises RetryLater or Refused; then some of them may be in the queue."""
        ...
