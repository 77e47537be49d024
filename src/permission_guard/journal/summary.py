"""What is kept of a sweep, and its summary: how many findings are open, repaired, accepted and unknown."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn
from permission_guard.iam.policy import Json
from permission_guard.journal.entry import Entry, is_accepted, stands
from permission_guard.model.finding import Severity, Verdict

SWEEP_PAUSE: Final = timedelta(hours=1)
"""Between the beginnings of two sweeps, so that nobody can make the guard sweep all the time."""
VERSIONS_EVERY: Final = timedelta(days=6, hours=12)
"""Between two sweeps of every published version: a week, less some time for a late sweep."""
RETRIED_FOR: Final = timedelta(hours=9)
"""After this time a task that still fails is a dead letter: it is received ten times, after 1, 2, 4, ... and 256 minutes."""
REPAIRED_WITHIN: Final = timedelta(hours=24)
"""A repair counts in the summary for this time."""


@frozen
class Evaluated:
    """One function was evaluated by a task of a sweep. What is None stays as it was."""

    function: FunctionArn
    task: str
    """The id of the task's message."""
    at: datetime
    is_gone: bool = False
    """Whether the function does not exist."""
    seen: frozenset[str] | None = None
    """The digests of the statements of the function and its aliases."""
    seen_versions: frozenset[str] | None = None
    """The same of its published versions, if all of them were read."""


@frozen
class LatestSweep:
    """The sweep that began last."""

    id: str
    """That of the message that began it."""
    began: datetime
    functions: int | None = None
    """How many tasks it has sent; None until everything is listed."""
    summarized: datetime | None = None
    """When the sweep began whose summary came last."""

    @property
    def is_due(self) -> bool:
        """Whether its summary is due once it is complete: there is one a day, of the first sweep that began on it (UTC)."""
        return self.functions is not None and (
            self.summarized is None
            or self.summarized.astimezone(UTC).date() < self.began.astimezone(UTC).date()
        )


@frozen
class SweepProgress:
    """How far a sweep is."""

    evaluated: int
    """Functions that were evaluated since it began."""
    entries: tuple[Entry, ...]
    """Every entry of the journal."""
    unreadable: tuple[str, ...] = ()
    """The subjects of the entries that cannot be read."""


@frozen
class SweepSummary:
    """The functions of a sweep, and the findings that the journal has."""

    began: datetime
    """When the sweep began."""
    functions: int
    """Functions that were listed, and those with an open entry that were not."""
    evaluated: int
    """Those of them that were evaluated since."""
    open: tuple[tuple[Severity, int], ...]
    """How many findings are open, by severity, the most severe first."""
    unknown: int
    """Findings that are in doubt."""
    repaired: int
    """Repairs within the last 24 hours."""
    accepted: int
    """Findings that a person has accepted."""
    unreadable: int
    """Functions and layer versions with an entry that cannot be read."""
    severity: Severity
    """Of the most severe finding that is open or in doubt."""

    @property
    def is_complete(self) -> bool:
        """Whether every function that was listed was evaluated."""
        return self.evaluated >= self.functions

    @property
    def is_news(self) -> bool:
        """Whether it is worth a message of its own: something is open or in doubt, was repaired, or was not evaluated."""
        return bool(self.open or self.unknown or self.repaired or not self.is_complete)

    @property
    def title(self) -> str:
        """The summary in a few words, for a subject."""
        found = sum(count for _, count in self.open)
        return f"Sweep: {found} finding{'' if found == 1 else 's'} open, {self.repaired} repaired"

    @property
    def functions_text(self) -> str:
        """How many functions were evaluated, in words."""
        functions = f"{self.functions} function{'' if self.functions == 1 else 's'} evaluated"
        return functions if self.is_complete else f"{self.evaluated} of {functions}"

    @property
    def findings_text(self) -> str:
        """The findings in one sentence."""
        found = ", ".join(f"{count} {severity.name}" for severity, count in self.open) or "none"
        damaged = f"; not readable {self.unreadable}" if self.unreadable else ""
        return f"Open: {found}; repaired {self.repaired} (last 24 h); accepted {self.accepted}; unknown {self.unknown}{damaged}."

    @property
    def text(self) -> str:
        """The summary as a digest says it."""
        return f"Sweep of {self.began.astimezone(UTC):%d %b %Y %H:%M} UTC: {self.functions_text}. {self.findings_text}"

    @property
    def body(self) -> dict[str, Json]:
        """The summary as JSON."""
        return {
            "began": self.began.isoformat(),
            "functions": self.functions,
            "evaluated": self.evaluated,
            "open": {severity.name: count for severity, count in self.open},
            "unknown": self.unknown,
            "repaired": self.repaired,
            "accepted": self.accepted,
            "unreadable": self.unreadable,
        }


def summary_of(sweep: LatestSweep, progress: SweepProgress, now: datetime) -> SweepSummary:
    """Count the findings of the journal's entries."""
    kept, functions = progress.entries, sweep.functions or 0
    standing = [one for one in kept if stands(one) and not is_accepted(one, now)]
    failed = Counter(one.finding.severity for one in standing if one.finding.verdict is Verdict.FAIL)
    return SweepSummary(
        began=sweep.began,
        functions=functions,
        # A function that was created since may have been evaluated too.
        evaluated=min(progress.evaluated, functions),
        open=tuple(sorted(failed.items(), reverse=True)),
        unknown=len(standing) - failed.total(),
        repaired=sum(now - at < REPAIRED_WITHIN for one in kept for at in one.repairs),
        accepted=sum(stands(one) and is_accepted(one, now) for one in kept),
        unreadable=len(progress.unreadable),
        severity=max((one.finding.severity for one in standing), default=Severity.LOW),
    )
