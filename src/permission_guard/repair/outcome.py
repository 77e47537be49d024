"""How a step ended."""

from __future__ import annotations

from enum import Enum
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.repair.step import Step
from permission_guard.settings import MODE_TAG


class Result(Enum):
    """The ways in which a step can end."""

    DONE = "done"
    WOULD_DO = "Mode is Observe, so nothing was changed"
    TAGGED = f"the function's tag {MODE_TAG} is observe, so nothing was changed"
    CHANGED_MEANWHILE = "another change was made at the same time"
    REFUSED = "AWS refused it"
    TOO_LONG = "the policy would exceed Lambda's limit of 20,480 characters"
    STILL_PUBLIC = "this account blocks public policies, and another statement would leave this one public"
    QUOTA = "the role has as many managed policies as IAM allows"
    RETRY_LATER = "AWS could not be reached"


UNFINISHED: Final = frozenset({Result.CHANGED_MEANWHILE, Result.RETRY_LATER})
"""After these the message is received again, until the repair is done or the message is in the dead-letter queue."""


class Ending(Enum):
    """What became of a finding."""

    REPAIRED = "REPAIRED"
    WOULD_REPAIR = "WOULD_REPAIR"
    REPORTED = "REPORTED"
    FAILED = "FAILED"
    ESCALATED = "ESCALATED"
    """The fault came back so often that the guard has stopped repairing it."""
    RELEASED = "RELEASED"
    """What the guard had attached was detached, or a statement that it had written was removed."""


@frozen
class Outcome:
    """A step, how it ended, and AWS's message."""

    step: Step
    result: Result
    detail: str = ""
