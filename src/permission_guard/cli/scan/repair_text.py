"""The plan of a scan's repairs, and what became of each, as a person reads them: on standard error, beside the result."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from permission_guard import PROGRAM
from permission_guard.alert import printable
from permission_guard.cli.difference import difference
from permission_guard.cli.rows import row
from permission_guard.finding import Finding, Verdict
from permission_guard.outcome import Outcome, Result
from permission_guard.step import Repair, diffs

if TYPE_CHECKING:
    from permission_guard.cli.scan.repair import Planned

_NOT_NOW: Final = "not finished, because AWS cannot answer now; run it again"
_EXISTING: Final = "callers that cannot be listed may rely on the statement (--repair-existing repairs it)"
_NO_JOURNAL: Final = (
    "{} has no journal of the guard's: nothing but what is shown here will say what stood there before, and "
    f"{PROGRAM} undo cannot take the repairs back"
)


def plan(plans: Sequence[Planned]) -> None:
    """Show what would be done, and what would not be and why; nothing if nothing fails."""
    if not plans:
        return
    lines: list[str] = []
    for one in plans:
        for step in one.report.plan.steps:
            lines += ["", *_step(one, step)]
    told = [line for one in plans for line in _told(one)]
    lines += ["", *told] if told else []
    if not any(one.report.plan.steps for one in plans):
        lines += ["", row("Repairs", "there is nothing that can be repaired")]
    for region in dict.fromkeys(
        one.region.label for one in plans if one.report.plan.steps and not one.is_undoable
    ):
        lines += ["", row("No undo", _NO_JOURNAL.format(region))]
    _say([*lines, ""])


def question(plans: Sequence[Planned]) -> str:
    """Ask whether it shall be done."""
    count = sum(len(one.report.plan.steps) for one in plans)
    undo = "" if all(one.is_undoable for one in plans if one.report.plan.steps) else " that cannot be undone"
    return f"Make {'this repair' if count == 1 else f'these {count} repairs'}{undo}? [y/N] "


def outcome(planned: Planned, made: Outcome) -> None:
    """Say how one step ended."""
    is_made = made.result is Result.DONE
    result = _NOT_NOW if made.result is Result.TRY_AGAIN else made.result.value
    detail = f" ({made.detail})" if made.detail else ""
    lines = [row("Repaired" if is_made else "Not done", f"{made.step.what}: {result}{detail}")]
    if is_made and planned.is_undoable:
        arn, faults = planned.report.facts.arn, sorted(planned.faults(made.step))
        # By its ARN, which says the region too; the command is not broken, because it is to be copied.
        lines += [f"{'Undo':<10} {PROGRAM} undo {printable(str(arn))}/{fault}" for fault in faults]
    _say(lines)


def _step(planned: Planned, step: Repair) -> Iterator[str]:
    yield row("Where", planned.report.facts.target)
    yield row("Repair", step.what)
    for finding in step.mends:
        yield row("Fault", _fault(finding))
    for before, after in dict.fromkeys((before, after) for _, before, after in diffs(step)):
        yield from difference(before, after, then_named="after the repair")


def _told(planned: Planned) -> Iterator[str]:
    for tell in planned.report.plan.tells:
        if tell.finding.verdict is Verdict.FAIL:
            reason = _EXISTING if tell.is_existing else tell.reason
            yield row("Left", f"{planned.report.facts.target}: {_fault(tell.finding)}: {reason}")


def _fault(finding: Finding) -> str:
    return f"{finding.summary} ({finding.rule}, {finding.severity.name})"


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line, err=True, color=False if os.environ.get("NO_COLOR") else None)
