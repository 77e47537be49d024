"""How long an entry is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from permission_guard.journal.entry import Attached, Entry, State
from permission_guard.repair.outcome import Ending


def kept_until(entry: Entry, retention: timedelta) -> datetime | None:
    """Return when an entry may be deleted; None if it is still needed.

    It is needed for an unfinished repair, for a policy that the guard attached and must detach one day, for a statement that
    was reported as existing, and for what only a person can end: a repair that was undone, or that the guard has stopped.
    """
    match entry.state:
        case State.GONE | State.RELEASED:
            return entry.last_seen + retention
        case State.REPORTED:
            is_open = (
                isinstance(entry.change, Attached)
                or entry.reported_as is Ending.ESCALATED
                or entry.is_existing
            )
            return None if is_open else entry.last_seen + retention
        case State.PLANNED | State.UNDONE | State.RELEASING:
            return None
        case _:
            assert_never(entry.state)
