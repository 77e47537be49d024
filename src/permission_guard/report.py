"""What was found and done about one event, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from permission_guard.facts import GONE, FunctionFacts
from permission_guard.finding import Finding, Severity, Verdict
from permission_guard.outcome import Ending, Outcome, Result
from permission_guard.plan import Plan
from permission_guard.settings import Mode
from permission_guard.step import diffs
from permission_guard.trigger import Trigger

_ENDINGS = {
    Result.DONE: Ending.REPAIRED,
    Result.WOULD_DO: Ending.WOULD_REPAIR,
    Result.CHANGED_MEANWHILE: Ending.FAILED,
    Result.REFUSED: Ending.FAILED,
    Result.TRY_AGAIN: Ending.FAILED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding and its end: what was done or why not, with what stood there before.

    `after` is what stands there now if it was repaired, else what was to stand there.
    """

    finding: Finding
    ending: Ending
    what: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say about one event."""

    trigger: Trigger
    facts: FunctionFacts
    findings: tuple[Finding, ...]
    plan: Plan
    outcomes: tuple[Outcome, ...]
    mode: Mode

    @property
    def is_gone(self) -> bool:
        """Whether the function was deleted before we could look."""
        return self.facts.configuration is GONE

    @property
    def is_worth_telling(self) -> bool:
        """Whether there is anything to tell: a fault, repaired or not, or a doubt."""
        return bool(self.outcomes or self.plan.tells)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The findings that are told, the gravest first."""
        return tuple(sorted(self._lines(), key=lambda line: -line.finding.severity))

    def _lines(self) -> Iterator[Line]:
        for outcome in self.outcomes:
            detail = f"{outcome.step.what}: {outcome.result.value}"
            what = f"{detail} ({outcome.detail})" if outcome.detail else detail
            for finding, before, after in diffs(outcome.step):
                yield Line(finding, _ENDINGS[outcome.result], what, before, after)
        for tell in self.plan.tells:
            yield Line(tell.finding, Ending.TOLD, f"nothing was changed: {tell.reason}")

    @property
    def severity(self) -> Severity:
        """The gravest finding's severity."""
        return max((line.finding.severity for line in self.lines), default=Severity.LOW)

    @property
    def verdict(self) -> Verdict:
        """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
        verdicts = {line.finding.verdict for line in self.lines}
        return next((v for v in (Verdict.FAIL, Verdict.UNKNOWN) if v in verdicts), Verdict.PASS)
