"""How a person keeps the guard off a fault: by accepting it until a day, or by undoing its repair."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from permission_guard.frozen import frozen

NOTICE: Final = timedelta(days=7)
"""An acceptance is reported this long before it ends, so that there is time to fix the fault or to accept it again."""


@frozen
class Acceptance:
    """A person's decision about a fault: until it ends, the guard neither repairs nor reports it."""

    by: str
    """The person's ARN."""
    at: datetime
    until: datetime | None = None
    """None after an undo, which lasts until a person removes it. Such a fault is reported like any other."""
    reason: str = ""

    @property
    def shown(self) -> str:
        """Until when, by whom and why."""
        until = f"until {day(self.until)}" if self.until else "undone"
        return f"{until} by {self.by}{f': {self.reason}' if self.reason else ''}"

    def holds(self, now: datetime) -> bool:
        """Return whether it has not ended."""
        return self.until is None or now < self.until

    def is_due(self, reported_at: datetime, now: datetime) -> bool | None:
        """Return whether its fault must be reported: once before the end, and once after it. None if it no longer decides."""
        if self.until is None:
            return None
        if not self.holds(now):
            return True if reported_at < self.until else None
        # One that was made for less than a week ends without notice.
        has_notice = self.until - self.at > NOTICE and self.until - now <= NOTICE
        return has_notice and self.until - reported_at > NOTICE

    def words(self, entry_id: str, now: datetime) -> str:
        """Say why the guard leaves the fault alone."""
        again = f"`permission-guard accept --remove {entry_id}`"
        if self.until is None:
            return f"{self.by} undid this repair ({again} allows it again)"
        if self.holds(now):
            return (
                f"{self.by} accepted this until {day(self.until)}, when it is reported again: {self.reason}"
            )
        return (
            f"{self.by} accepted this until {day(self.until)}, which is over: {self.reason} "
            f"(fix it, accept it again, or let the guard repair it: {again})"
        )


def day(at: datetime) -> str:
    """Return the day of a time, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"
