"""A check: one condition for the guard to work, whether it holds, and what to do if not."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from permission_guard import PROGRAM
from permission_guard.frozen import frozen
from permission_guard.model.facts import Unreadable


class Health(Enum):
    """The result of a check."""

    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be checked: AWS did not answer, or refused to show it."""


@frozen
class Check:
    """One line of the checkup: `what` is a sentence, `todo` another, empty if nothing is to be done."""

    name: str
    verdict: Health
    what: str
    todo: str = ""


def good(name: str, what: str) -> Check:
    """Return a check that passed."""
    return Check(name, Health.GOOD, what)


def wrong(name: str, what: str, todo: str) -> Check:
    """Return a check that failed."""
    return Check(name, Health.WRONG, what, todo)


def unchecked(name: str, what: str | Unreadable, todo: str = "") -> Check:
    """Return a check that could not be made."""
    text = f"It could not be checked: {what}." if isinstance(what, Unreadable) else what
    return Check(name, Health.UNKNOWN, text, todo or _TO_SEE)


_TO_SEE: Final = "Run it again later, or with credentials that are allowed to read it (docs/operations.md lists the rights)."


def command_of(todo: str) -> tuple[str, str]:
    """Return what is to be done in words, and the command at its end; that is empty if there is none."""
    found = _COMMAND.fullmatch(todo)
    return (found[1], found[2]) if found else (todo, "")


_COMMAND: Final = re.compile(rf"(.*?:) ((?:aws|{PROGRAM}) .+)")


def worst(checks: tuple[Check, ...]) -> Health:
    """Return the worst result: WRONG, then UNKNOWN."""
    found = {check.verdict for check in checks}
    return next((one for one in (Health.WRONG, Health.UNKNOWN) if one in found), Health.GOOD)
