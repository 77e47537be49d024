"""The function's tag `permission-guard:mode`: with the value `observe` the function is reported and never changed.

Whoever may tag a function can so prevent its repair, but silences nothing. It is read before a change only.
"""

from __future__ import annotations

from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn
from permission_guard.model.facts import Subject, Unreadable
from permission_guard.ports import Observer
from permission_guard.repair.outcome import Result
from permission_guard.settings import MODE_TAG, Mode


@frozen
class ModeTag:
    """What the tag decides: the result of every change that it prevents, None if it prevents none, and a remark."""

    prevents: Result | None = None
    remark: str = ""

    @property
    def words(self) -> str:
        """Say why nothing is changed; empty if it prevents nothing."""
        reasons = (self.prevents.value if self.prevents else "", self.remark)
        return ": ".join(filter(None, reasons))


NO_TAG: Final = ModeTag()


def mode_tag(subject: Subject, observer: Observer) -> ModeTag:
    """Read the tag of the function that is about to be changed, or whose role is. Raises RetryLater."""
    if not isinstance(subject, FunctionArn):
        return NO_TAG
    value = observer.mode_tag(subject)
    if isinstance(value, Unreadable):
        return ModeTag(Result.REFUSED, f"{value}; they may forbid the change")
    match value.strip().casefold():
        case "" | "enforce":
            return NO_TAG
        case "observe":
            return ModeTag(Result.TAGGED)
        case _:
            modes = " nor ".join(one.value for one in Mode)
            return ModeTag(
                remark=f"The function's tag {MODE_TAG} is {value!r}, neither {modes}, and has no effect."
            )
