"""A check: one condition for the guard to work, whether it holds, and what to do if not."""

from __future__ import annotations

from enum import Enum
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.model.facts import Unreadable


class Verdict(Enum):
    """Whether something is as it must be."""

    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be checked: AWS did not answer, or refused to show it."""


@frozen
class Check:
    """One line of the checkup: `what` is a sentence, `todo` another, empty if nothing is to be done."""

    name: str
    verdict: Verdict
    what: str
    todo: str = ""


def good(name: str, what: str) -> Check:
    """It is as it must be."""
    return Check(name, Verdict.GOOD, what)


def wrong(name: str, what: str, todo: str) -> Check:
    """It is not."""
    return Check(name, Verdict.WRONG, what, todo)


def unchecked(name: str, what: str | Unreadable, todo: str = "") -> Check:
    """It could not be checked."""
    said = f"It could not be checked: {what}." if isinstance(what, Unreadable) else what
    return Check(name, Verdict.UNKNOWN, said, todo or _TO_SEE)


_TO_SEE: Final = "Run it again later, or with credentials that are allowed to read it (docs/operations.md lists the rights)."


def worst(checks: tuple[Check, ...]) -> Verdict:
    """What is wrong outweighs what is not known."""
    found = {check.verdict for check in checks}
    return next((one for one in (Verdict.WRONG, Verdict.UNKNOWN) if one in found), Verdict.GOOD)
