"""How many alerts a function may send within an hour, and whether another one is within: pure, from the journal alone.

Whoever may add permissions to a function can make as many faults as he likes, and bury the alert that matters under them.
What is beyond the budget waits in the journal and is told together; but nothing waits before somebody has been told that
things do.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from permission_guard.journal.book import HOUR, Book


class Budget(Enum):
    """What is left of a function's alerts."""

    OPEN = "open"
    LAST = "last"
    """This one may be sent, and has to say that what comes after it waits."""
    SPENT = "spent"
    """Somebody was told so within the hour."""


def budget(book: Book, limit: int, now: datetime) -> Budget:
    """Return what is left. Alerts that are sent at the same time do not know of each other, and may be more than the limit.

    Of a journal that cannot be read nothing is known: then everything is told.
    """
    sent = {at for entry in book.entries for at in entry.tellings if now - at < HOUR}
    if len(sent) < limit - 1:
        return Budget.OPEN
    said = any(one.warned_at is not None and now - one.warned_at < HOUR for one in book.entries)
    if not said:
        return Budget.LAST
    return Budget.SPENT if len(sent) >= limit else Budget.OPEN
