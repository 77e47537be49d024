"""The state of a deployed guard. What could not be read is Unreadable, and never counts as good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from permission_guard.frozen import frozen
from permission_guard.model.facts import Unreadable


@frozen
class Trail:
    """A trail of CloudTrail that covers the region."""

    name: str
    is_logging: bool
    takes_writes: bool
    """Whether it records every write management event of Lambda."""
    arn: str

    @property
    def region(self) -> str:
        """Its home Region: a trail can be changed only there (API_StartLogging)."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that owns it: another one's, if it is a trail of the organization."""
        return self.arn.split(":")[4]


@frozen
class EventRule:
    """A rule of EventBridge, its state in AWS's word, and where it sends to."""

    name: str
    state: str
    queue: str
    """The name of the queue that it must send to."""
    targets: tuple[str, ...] | Unreadable
    """The names of what it sends to."""


@frozen
class EventSource:
    """An event source mapping of the guard, the name of the queue that it receives from, and its state in Lambda's word."""

    id: str
    queue: str
    state: str


@frozen
class GuardFunction:
    """The guard's function; states and reasons are Lambda's words."""

    name: str
    state: str
    state_reason: str
    update: str
    update_reason: str
    reserved: int | Unreadable | None
    """Its reserved concurrency; None if nothing is reserved."""
    environment: Mapping[str, str] | Unreadable


@frozen
class Topic:
    """A topic, and how many of its subscriptions receive something and how many wait to be confirmed."""

    name: str
    arn: str
    confirmed: int
    pending: int


@frozen
class Key:
    """The key that the alerts are encrypted with, and its state in KMS's word."""

    id: str
    state: str


@frozen
class Queue:
    """A queue. One without a redrive policy is a dead-letter queue."""

    name: str
    url: str
    is_for_dead_letters: bool
    messages: int
    """About how many messages there are, including those in flight."""


@frozen
class JournalTable:
    """The journal's table, its status in DynamoDB's word, and when it was made."""

    name: str
    status: str
    made: datetime | None = None


@frozen
class LastSweep:
    """The last sweep in the journal's table; None if there was none."""

    began: datetime | None
    ended: datetime | None
    """When a sweep last listed every function."""


@frozen
class Denied:
    """A right that the guard's role does not have, and why in a few words."""

    action: str
    resource: str
    why: str


@frozen
class Rights:
    """The simulator's result for the guard's role: how many rights were checked, and which are denied."""

    asked: int
    denied: tuple[Denied, ...]
    unread: tuple[Unreadable, ...]


@frozen
class Checkup:
    """Everything that was read about one stack."""

    stack: str
    partition: str
    account: str
    region: str
    at: datetime
    version: str | None
    """The version output of the stack; None if it is older than that output."""
    trails: tuple[Trail | Unreadable, ...] | Unreadable
    rules: tuple[EventRule | Unreadable, ...]
    function: GuardFunction | Unreadable
    sources: tuple[EventSource | Unreadable, ...]
    topics: tuple[Topic | Unreadable, ...]
    keys: tuple[Key | Unreadable, ...]
    queues: tuple[Queue | Unreadable, ...]
    table: JournalTable | Unreadable
    last_sweep: LastSweep | Unreadable
    rights: Rights | Unreadable
