"""What can become of one call, and how it is made to become of the n-th call of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from permission_guard.fake_aws import Account, ApiError


class Fault(Enum):
    """The kinds of fault, in the order of the table's columns."""

    THROTTLED = "throttled"
    SERVER_ERROR = "5xx"
    TIMEOUT_BEFORE = "timeout before the effect"
    TIMEOUT_AFTER = "timeout after the effect"
    DENIED = "access denied"
    CHANGED = "changed meanwhile"
    OVERTAKEN = "handled twice at once"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


class Killed(BaseException):
    """The machine that the guard ran on is gone: nothing of ours can catch this."""


_CODES: Final = {
    Fault.THROTTLED: "TooManyRequestsException",
    Fault.SERVER_ERROR: "ServiceException",
    Fault.TIMEOUT_BEFORE: "RequestTimeout",
    Fault.TIMEOUT_AFTER: "RequestTimeout",
    Fault.DENIED: "AccessDeniedException",
}
"""By which an account in memory says it; all but the last mean that the call is worth another try."""


@dataclass(slots=True)
class Injected:
    """A fault at one call of an account, counted from now. It happens once; a right that is taken away stays away."""

    account: Account
    place: int
    fault: Fault
    meanwhile: Callable[[Fault], None]
    """Lets happen what somebody else does just before the call."""
    start: int = field(init=False)
    here: bool = False
    happened: bool = False
    denied: str | None = None

    def __post_init__(self) -> None:
        self.start = len(self.account.calls)

    def before(self, call: str) -> None:
        """Be the account's hook before each call."""
        self.here = not self.happened and len(self.account.calls) - 1 - self.start == self.place
        if self.here:
            self.happened = True
            if self.fault is Fault.DENIED:
                self.denied = call
            elif self.fault in {Fault.CHANGED, Fault.OVERTAKEN}:
                self.meanwhile(self.fault)
            elif self.fault is Fault.KILLED_BEFORE:
                raise Killed
            elif self.fault is not Fault.KILLED_AFTER and self.fault is not Fault.TIMEOUT_AFTER:
                raise ApiError(_CODES[self.fault], self.fault.value)
        if call == self.denied:
            raise ApiError(_CODES[Fault.DENIED], "not authorized")

    def after(self, _call: str) -> None:
        """Be the account's hook after each call."""
        if not self.here:
            return
        if self.fault is Fault.KILLED_AFTER:
            raise Killed
        if self.fault is Fault.TIMEOUT_AFTER:
            raise ApiError(_CODES[self.fault], self.fault.value)
