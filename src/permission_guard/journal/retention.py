"""How long an entry is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from permission_guard.journal.entry import Attached, Entry, State
from permission_guard.repair.outcome import Ending


def kept_until(entry: Entry, retention: timedelta) -> datetime | None:
    """Return when an entry may be forgotten; None if never, because something still rests on it.

    That is a repair whose story has not ended, a policy that we attached and must take off one day, a statement that was reported as existing, and whatever only a
    person's word ends: a repair that was undone, and one that the guard has stopped making.
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
