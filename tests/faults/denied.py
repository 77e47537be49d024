"""What is right where access is denied: another try cannot help, so each call has a verdict of its own.

The right is missing for good: to this call and to every later one of its name, in every run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final


class Where(Enum):
    """How the resource policy and the role stand in the end."""

    BEFORE = "as before the repair"
    AFTER = "as after the repair"
    BETWEEN = "both statements stand there, as open as before; or one of two has a condition"


@dataclass(frozen=True, slots=True)
class Denied:
    """What is reported, how often, and how everything stands in the end."""

    words: str
    """For the table."""
    reported: frozenset[str]
    where: Where
    always: bool = False
    """Whether each run reports it again, because the journal cannot note that it was reported."""


def _denied(words: str, where: Where, *reported: str, always: bool = False) -> Denied:
    return Denied(words, frozenset(reported), where, always)


_UNKNOWN: Final = _denied("reported: cannot be evaluated", Where.BEFORE, "REPORTED")
_NO_REMEDY: Final = replace(_UNKNOWN, words="reported: the policy to attach is not known")
_CLOSED: Final = _denied("reported: not without the journal", Where.BEFORE, "REPORTED", always=True)
_UNWRITTEN: Final = _denied("reported: not without the journal", Where.BEFORE, "FAILED", always=True)
_REFUSED: Final = _denied("reported: refused", Where.BEFORE, "FAILED")
_NO_TAGS: Final = replace(_REFUSED, words="reported: not without the tags")
_UNREAD: Final = _denied("reported: refused; cannot be evaluated", Where.BEFORE, "FAILED", "REPORTED")
_HALF: Final = _denied("reported: refused", Where.BETWEEN, "FAILED")
_HALF_UNREAD: Final = _denied("reported: refused; cannot be evaluated", Where.BETWEEN, "FAILED", "REPORTED")
_ONE: Final = _denied("reported: one repaired, one refused", Where.BETWEEN, "REPAIRED", "FAILED")
_ONE_UNWRITTEN: Final = _denied(
    "reported: one repaired, one not without the journal", Where.BETWEEN, "REPAIRED", "FAILED", always=True
)
_ONE_UNREAD: Final = _denied(
    "reported: one repaired, one refused; cannot be evaluated",
    Where.BETWEEN,
    "REPAIRED",
    "FAILED",
    "REPORTED",
)
_EACH: Final = _denied("repaired, reported each time", Where.AFTER, "REPAIRED", always=True)
_UNCOUNTED: Final = _denied("repaired, reported uncounted", Where.AFTER, "REPAIRED")
_LATER: Final = _denied("repaired, reported with the digest", Where.AFTER, "REPAIRED LATER")
_RELEASED_EACH: Final = _denied("released, reported each time", Where.AFTER, "RELEASED", always=True)
_RELEASED: Final = _denied("released", Where.AFTER, "RELEASED")
_RELEASED_UNCOUNTED: Final = _denied("released, reported uncounted", Where.AFTER, "RELEASED")
_RELEASED_LATER: Final = _denied("released, reported with the digest", Where.AFTER, "RELEASED LATER")
_NOT_READ: Final = _denied("not made: message kept", Where.BEFORE)
_KEPT: Final = _denied("not made, nothing to report", Where.BEFORE)
_LEFT: Final = _denied("made, nothing to report", Where.AFTER)
_NO: Final = _denied("answers: refused", Where.BEFORE, "REFUSED", always=True)
_HALF_NO: Final = _denied("answers: refused", Where.BETWEEN, "REFUSED", always=True)

DENIED: Final = {
    "attach the logging policy": (
        *(_UNKNOWN, _UNKNOWN, _CLOSED, _NO_REMEDY, _NO_TAGS),
        *(_UNWRITTEN, _UNCOUNTED, _REFUSED, _LATER, _EACH),
    ),
    "undo the attaching": (_NO, _NO, _NO, _NO, _NO),
    "release what a deleted function needed": (
        *(_UNKNOWN, _NOT_READ, _UNKNOWN, _UNKNOWN, _RELEASED, _UNKNOWN),
        *(_UNWRITTEN, _REFUSED, _RELEASED_UNCOUNTED, _RELEASED_LATER, _RELEASED_EACH),
    ),
    "release what a role can do without": (
        *(_UNKNOWN, _UNKNOWN, _UNKNOWN, _NOT_READ, _UNKNOWN, _UNKNOWN, _UNKNOWN, _KEPT, _NO_TAGS),
        *(_UNWRITTEN, _REFUSED, _RELEASED_UNCOUNTED, _RELEASED_LATER, _RELEASED_EACH),
    ),
    "leave to another function what it needs too": (
        *(_UNKNOWN, _NOT_READ, _UNKNOWN, _UNKNOWN, _LEFT, _UNKNOWN, _CLOSED),
    ),
    "add a condition by PutResourcePolicy": (
        *(_UNKNOWN, _CLOSED, _NO_TAGS, _UNWRITTEN, _UNCOUNTED, _REFUSED, _LATER, _EACH),
    ),
    "undo that by PutResourcePolicy": (_NO, _NO, _NO, _NO, _NO),
    "add a condition by AddPermission and RemovePermission": (
        *(_UNKNOWN, _CLOSED, _NO_TAGS, _UNWRITTEN, _UNCOUNTED),
        *(_UNREAD, _REFUSED, _HALF_UNREAD, _HALF),
        *(_LATER, _EACH),
    ),
    "add two conditions by AddPermission and RemovePermission": (
        *(_UNKNOWN, _CLOSED, _NO_TAGS, _UNWRITTEN, _UNCOUNTED),
        *(_UNREAD, _REFUSED, _HALF_UNREAD, _HALF),
        *(_ONE_UNWRITTEN, _ONE_UNREAD, _ONE, _ONE_UNREAD, _ONE),
        *(_LATER, _EACH),
    ),
    "undo that by AddPermission and RemovePermission": (*(_NO, _NO, _NO, _NO, _NO, _NO, _HALF_NO, _HALF_NO),),
}
"""The verdict on each call of each scenario, in their order."""
