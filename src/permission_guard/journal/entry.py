"""What the journal holds: one entry for one fault, from the moment it was seen, and the alerts that wait for the digest."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias, assert_never

from permission_guard.events.trigger import Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.acceptance import Acceptance
from permission_guard.model.facts import Family
from permission_guard.model.finding import Finding, Severity
from permission_guard.repair.outcome import Ending


class State(Enum):
    """How far the guard has come with a fault. An interrupted run leaves PLANNED, and the next one continues."""

    PLANNED = "planned"
    """A repair was about to be made. Only the function's policy shows whether it was."""
    REPORTED = "reported"
    """Its outcome was reported (`reported_as`)."""
    GONE = "gone"
    """The fault disappeared without a repair; if it is seen again, it is reported again."""
    UNDONE = "undone"
    """A person undid the repair (`acceptance` says who and when)."""
    RELEASING = "releasing"
    """What the guard has made is about to be removed: an attached policy, or a replaced statement."""
    RELEASED = "released"
    """It was removed, because nothing needs it any more."""


@frozen
class Attached:
    """A repair that attached a managed policy to a role."""

    role_arn: str
    policy_arn: str
    role_id: str = ""
    """RoleId: a role that is created again under the same name has another (reference_identifiers.html)."""


@frozen
class Rewritten:
    """A repair that replaced one statement of a resource policy."""

    target: str
    """The ARN of the function, version or alias whose policy it is."""
    family: Family
    before: str
    """The original statement, as JSON."""
    after: str
    """What replaced it, as JSON: one statement, or a list of several."""
    document: str
    """The whole policy before the repair."""


Change: TypeAlias = Attached | Rewritten


@frozen
class Entry:
    """One fault of one function, version, alias or layer version, and what was done about it."""

    subject: str
    """The ARN of the function (without version or alias) or layer version."""
    fault: str
    """Identifies this fault among those of the subject: 16 hexadecimal digits, a digest of its place and content."""
    finding: Finding
    """The finding; its proof is Recorded."""
    cause: Trigger
    """The event on which the fault was last seen; a sweep only if no event is known."""
    state: State
    first_seen: datetime
    last_seen: datetime
    change: Change | None = None
    """The repair that was planned or made."""
    repairs: tuple[datetime, ...] = ()
    """When it was repaired, the latest last."""
    reported_at: datetime | None = None
    reported_as: Ending | None = None
    is_existing: bool = False
    """Whether it was reported as existing: callers may rely on the statement, so it never counts as new again."""
    acceptance: Acceptance | None = None
    """What keeps the guard off this fault; it stays after its end, because what was accepted does not count as new."""
    version: int = 0
    """How often the entry was written; 0 before the first time. Only one of two writers can write the next version."""

    @property
    def id(self) -> str:
        """The entry's name for people: the function's name and the fault."""
        return f"{self.cause.subject.name}/{self.fault}"


def stands(entry: Entry) -> bool:
    """Return whether the fault of an entry is still there: neither repaired nor gone."""
    is_repaired = entry.state is State.REPORTED and entry.reported_as is Ending.REPAIRED
    return entry.state in _STANDING and not is_repaired


_STANDING: Final = frozenset({State.PLANNED, State.REPORTED, State.UNDONE})


def is_accepted(entry: Entry, now: datetime) -> bool:
    """Return whether a person has accepted the fault of an entry, until a day that has not passed."""
    accepted = entry.acceptance
    return accepted is not None and accepted.until is not None and accepted.holds(now)


def kept_until(entry: Entry, retention: timedelta) -> datetime | None:
    """Return when an entry may be deleted; None if it is still needed.

    It is needed for an unfinished repair, for a policy that the guard attached and must detach one day, for a statement that
    was reported as existing, and for what only a person can end: a repair that was undone, or that the guard has stopped.
    """
    match entry.state:
        case State.GONE | State.RELEASED:
            return _last_needed(entry) + retention
        case State.REPORTED:
            is_open = (
                isinstance(entry.change, Attached)
                or entry.reported_as is Ending.ESCALATED
                or entry.is_existing
            )
            return None if is_open else _last_needed(entry) + retention
        case State.PLANNED | State.UNDONE | State.RELEASING:
            return None
        case _:
            assert_never(entry.state)


def _last_needed(entry: Entry) -> datetime:
    """Return when the fault was last seen, or when its acceptance ends."""
    until = entry.acceptance.until if entry.acceptance else None
    return max(entry.last_seen, until or entry.last_seen)


@frozen
class WaitingAlert:
    """An alert that was stored instead of sent. Each is its own item, so that nothing overwrites it."""

    id: str
    """Its time and a digest of what it reports: two runs for the same event write the same item."""
    severity: Severity
    subject: str
    mail: str
    """The text for people, cut to what an item holds."""
    body: str
    """The alert as JSON, cut to what an item holds."""
