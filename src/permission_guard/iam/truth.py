"""Three-valued logic: true, false, and not known."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Kleene's three values, ordered so that `and` is the minimum and `or` the maximum."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Truth:
        """Negation: UNKNOWN stays UNKNOWN."""
        return _OPPOSITE[self]


_OPPOSITE = {Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN, Truth.YES: Truth.NO}


def truth(fact: bool) -> Truth:  # noqa: FBT001  # a conversion reads best with its one argument bare
    """Return the Truth of a plain bool."""
    return Truth.YES if fact else Truth.NO


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return NO if one is NO, else UNKNOWN if one is, else YES; an empty series is YES."""
    least = Truth.YES
    for one in truths:
        if one is Truth.NO:
            return Truth.NO
        least = min(least, one)
    return least


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return YES if one is YES, else UNKNOWN if one is, else NO; an empty series is NO."""
    most = Truth.NO
    for one in truths:
        if one is Truth.YES:
            return Truth.YES
        most = max(most, one)
    return most
