"""The wire to AWS in bad weather: calls are throttled, fail, or time out after they had their effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import current_thread, main_thread
from typing import Any, Final

from botocore.exceptions import ReadTimeoutError

from permission_guard.fake_aws import ApiError
from tests.aws.transport import Answer, Params, Response, Transport

THROTTLED, BROKEN, TIMED_OUT = "throttled", "5xx", "timed out after the effect"
RATES: Final = {THROTTLED: 0.10, BROKEN: 0.02, TIMED_OUT: 0.01}
"""How many of all calls; botocore would make most of them again by itself, here none is."""
MEETING: Final = 0.02
"""How often another environment of the function deals with something else just before a call."""
_WRITES: Final = {"PutItem", "TransactWriteItems"}


@dataclass(slots=True)
class Disruption(Transport):
    """A wire, and what went wrong on it."""

    random: Random = field(default_factory=lambda: Random(0))
    rates: dict[str, float] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    """How often each fault was met."""
    meet: Callable[[], None] | None = None
    """Lets another environment do something meanwhile; not while it does."""
    forgotten: Counter[str] = field(default_factory=Counter)
    """By function, how often it can have been told twice: an answer of SNS or of the journal did not come."""

    def answer(self, model: Any, **more: Any) -> tuple[Response, Answer]:
        params = self._here.params
        self._meanwhile()
        self._here.params = params
        return Transport.answer(self, model, **more)

    def _answered(self, operation: str, params: Params) -> tuple[Response, Answer]:
        fault = self._fault()
        if fault is None:
            return Transport._answered(self, operation, params)
        self.met[fault] += 1
        self._forget(operation, params)
        if fault == TIMED_OUT:
            Transport._answered(self, operation, params)
            raise ReadTimeoutError(endpoint_url="https://aws")
        code = "ThrottlingException" if fault == THROTTLED else "ServiceException"
        self.faults[operation] = ApiError(code, fault)
        try:
            return Transport._answered(self, operation, params)
        finally:
            del self.faults[operation]

    def _fault(self) -> str | None:
        drawn = self.random.random()
        for fault, rate in self.rates.items():
            drawn -= rate
            if drawn < 0:
                return fault
        return None

    def _meanwhile(self) -> None:
        # What is read side by side is read in threads; only the run itself meets another.
        is_run = current_thread() is main_thread()
        if is_run and self.meet is not None and self.rates and self.random.random() < MEETING:
            meet, self.meet = self.meet, None
            try:
                meet()
            finally:
                self.meet = meet

    def _forget(self, operation: str, params: Params) -> None:
        if operation == "Publish":
            reported = params["Message"]
            self.forgotten[reported.partition(":function:")[2].partition('\\"')[0]] += 1
        elif operation in _WRITES:
            puts = [put["Put"]["Item"] for put in params.get("TransactItems", [])] or [params["Item"]]
            self.forgotten[puts[0]["subject"]["S"].rpartition(":")[2]] += 1
