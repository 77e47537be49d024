"""What was found and done about one event, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from permission_guard.events.trigger import Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Attached, Change, Rewritten
from permission_guard.journal.history import EMPTY, FunctionHistory
from permission_guard.model.facts import GONE, FunctionFacts
from permission_guard.model.finding import Concern, Finding, Severity, Verdict
from permission_guard.repair.outcome import UNFINISHED, Ending, Outcome, Result
from permission_guard.repair.plan import Plan
from permission_guard.repair.step import diffs
from permission_guard.settings import Mode

_ENDINGS = {
    Result.DONE: Ending.REPAIRED,
    Result.WOULD_DO: Ending.WOULD_REPAIR,
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
class Line:
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


def _outcome_text(outcome: Outcome) -> str:
    """Return the outcome of a repair in one sentence."""
    if outcome.result is Result.DONE:
        return f"{outcome.step.done}."
    if outcome.result is Result.WOULD_DO:
        return f"Would {outcome.step.what}. {outcome.result.value}."
    detail = f" ({outcome.detail})" if outcome.detail else ""
    again = " The guard retries later." if outcome.result in UNFINISHED else ""
    return f"Could not {outcome.step.what}: {outcome.result.value}{detail}.{again}"


def before_and_after(change: Change | None) -> tuple[str | None, str | None]:
    """Return what a repair in the journal replaced, and by what."""
    match change:
        case Attached(policy_arn=policy):
            return "", policy
        case Rewritten(before=before, after=after):
            return before, after
        case None:
            return None, None
        case _:
            assert_never(change)


@frozen
class Report:
    """The result of one event: what was found, planned and done."""

    trigger: Trigger
    facts: FunctionFacts
    findings: tuple[Finding, ...]
    plan: Plan
    outcomes: tuple[Outcome, ...]
    mode: Mode
    history: FunctionHistory = EMPTY
    """The journal's entries of the function."""
    silent: frozenset[tuple[str, Concern, str]] = frozenset()
    """The keys of findings that were reported before."""
    limit: int | None = None
    """How many alerts are sent at once within an hour, if this is the last of them."""
    noted: tuple[Line, ...] = ()
    """What an earlier run did not report, or what was released."""

    @property
    def is_gone(self) -> bool:
        """Whether the function was deleted before it could be read."""
        return self.facts.configuration is GONE

    @property
    def lines(self) -> tuple[Line, ...]:
        """The findings to report, the most severe first."""
        found = (line for line in self._lines() if line.finding.key not in self.silent)
        return tuple(sorted((*found, *self.noted), key=lambda line: -line.finding.severity))

    def _lines(self) -> Iterator[Line]:
        for outcome in self.outcomes:
            if outcome.result in UNFINISHED and self.trigger.receives < REPORT_UNFINISHED_AT:
                continue
            what = _outcome_text(outcome)
            for finding, before, after in diffs(outcome.step):
                yield Line(finding, _ENDINGS[outcome.result], what, before, after, self._entry(finding))
        for one in self.plan.unrepaired:
            entry = self.history.of(one.finding, self.facts)
            # What the guard has stopped repairing is reported with the repair that was undone each time.
            change = entry.change if entry and one.ending is Ending.ESCALATED else None
            what = f"Nothing was changed: {one.reason}."
            yield Line(one.finding, one.ending, what, *before_and_after(change), entry.id if entry else None)

    def _entry(self, finding: Finding) -> str | None:
        if not self.history.entries:
            return None
        entry = self.history.of(finding, self.facts)
        return entry.id if entry else None

    @property
    def severity(self) -> Severity:
        """The severity of the most severe finding."""
        return max((line.finding.severity for line in self.lines), default=Severity.LOW)

    @property
    def verdict(self) -> Verdict:
        """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
        verdicts = {line.finding.verdict for line in self.lines}
        return next((v for v in (Verdict.FAIL, Verdict.UNKNOWN) if v in verdicts), Verdict.PASS)
