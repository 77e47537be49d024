"""How a step ended."""

from __future__ import annotations

from enum import Enum
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.repair.step import Step


class Result(Enum):
    """The ways in which a step can end."""

    DONE = "done"
    WOULD_DO = "Mode is Observe, so nothing was changed"
    CHANGED_MEANWHILE = "another change was made at the same time"
    REFUSED = "AWS refused it"
    TOO_LONG = "the policy would exceed the 20,480 characters that Lambda takes"
    STILL_PUBLIC = "this account blocks public policies, and another statement would leave this one public"
    QUOTA = "the role has as many managed policies as IAM allows"
    RETRY_LATER = "AWS could not be reached"


UNFINISHED: Final = frozenset({Result.CHANGED_MEANWHILE, Result.RETRY_LATER})
"""After these the message is received again, until it is done or the dead-letter queue has it."""


class Ending(Enum):
    """What became of a finding."""

    REPAIRED = "REPAIRED"
    WOULD_REPAIR = "WOULD_REPAIR"
    REPORTED = "REPORTED"
    FAILED = "FAILED"
    ESCALATED = "ESCALATED"
    """It was put back so often that the guard has stopped repairing it."""
    RELEASED = "RELEASED"
    """What the guard once attached was taken off again."""


@frozen
class Outcome:
    """A step, how it ended, and what AWS said of it."""

    step: Step
    result: Result
    detail: str = ""
