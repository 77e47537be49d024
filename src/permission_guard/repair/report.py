"""What was found, planned and done about one event: the frozen values that travel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.events.trigger import Trigger
from permission_guard.frozen import frozen
from permission_guard.model.facts import GONE, FunctionFacts
from permission_guard.model.finding import Finding
from permission_guard.repair.outcome import UNFINISHED, Ending, Outcome, Result
from permission_guard.repair.step import Repair, diffs
from permission_guard.settings import Mode

_ENDINGS = {
    Result.DONE: Ending.REPAIRED,
    Result.WOULD_DO: Ending.WOULD_REPAIR,
    Result.TAGGED: Ending.WOULD_REPAIR,
    Result.CHANGED_MEANWHILE: Ending.FAILED,
    Result.REFUSED: Ending.FAILED,
    Result.TOO_LONG: Ending.FAILED,
    Result.STILL_PUBLIC: Ending.FAILED,
    Result.QUOTA: Ending.FAILED,
    Result.RETRY_LATER: Ending.FAILED,
}


REPORT_UNFINISHED_AT: Final = 5
"""An unfinished repair is reported from this receipt of the message on, a quarter of an hour after the first."""


@frozen
class ReportLine:
    """One finding and its outcome: what was done or why not.

    `before` and `after` are the statement or policy; `after` is only planned unless the repair was made.
    """

    finding: Finding
    ending: Ending
    what: str
    before: str | None = None
    after: str | None = None
    entry: str | None = None
    """The journal's name for it, by which a person can undo it."""
    cause: Trigger | None = None
    """The call that caused it, where the journal knows it and the event does not show it."""


@frozen
class Unrepaired:
    """A finding that is only reported, and why."""

    finding: Finding
    reason: str
    ending: Ending = Ending.REPORTED
    is_existing: bool = False
    """Whether the reason is that the statement existed before, so that callers may rely on it."""


@frozen
class Plan:
    """The repairs, in order, and what is only reported. A finding is in exactly one of them, or its rule is ignored."""

    steps: tuple[Repair, ...] = ()
    unrepaired: tuple[Unrepaired, ...] = ()


def _outcome_text(outcome: Outcome) -> str:
    """Return the outcome of a repair in one sentence."""
    if outcome.result is Result.DONE:
        return f"{outcome.step.done}. {outcome.detail}".rstrip()
    if _ENDINGS[outcome.result] is Ending.WOULD_REPAIR:
        why = outcome.result.value
        return f"Would {outcome.step.what}. {why[0].upper()}{why[1:]}."
    detail = f" ({outcome.detail})" if outcome.detail else ""
    again = " The guard retries later." if outcome.result in UNFINISHED else ""
    return f"Could not {outcome.step.what}: {outcome.result.value}{detail}.{again}"


@frozen
class Report:
    """The result of one event: what was found, planned and done."""

    trigger: Trigger
    facts: FunctionFacts
    findings: tuple[Finding, ...]
    plan: Plan
    outcomes: tuple[Outcome, ...]
    mode: Mode

    @property
    def is_gone(self) -> bool:
        """Whether the function was deleted before it could be read."""
        return self.facts.configuration is GONE

    def lines(self) -> Iterator[ReportLine]:
        """Yield what can be reported: each repair, and each finding that is not repaired."""
        for outcome in self.outcomes:
            if outcome.result in UNFINISHED and self.trigger.receives < REPORT_UNFINISHED_AT:
                continue
            what = _outcome_text(outcome)
            for finding, before, after in diffs(outcome.step):
                yield ReportLine(finding, _ENDINGS[outcome.result], what, before, after)
        for one in self.plan.unrepaired:
            yield ReportLine(one.finding, one.ending, f"Nothing was changed: {one.reason}.")
