"""The plan of a scan's repairs and their outcomes, as text on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from permission_guard import PROGRAM
from permission_guard.alerts import printable
from permission_guard.cli.difference import difference
from permission_guard.cli.output import colour
from permission_guard.cli.rows import counted, row
from permission_guard.model.finding import Finding, Verdict
from permission_guard.repair.outcome import UNFINISHED, Outcome, Result
from permission_guard.repair.step import Repair, diffs

if TYPE_CHECKING:
    from permission_guard.cli.scan.repair import PlannedRepair

_EXISTING: Final = "existing callers may rely on the statement (--repair-existing repairs it)"
_NO_JOURNAL: Final = (
    f"the guard's stack is not deployed in {{}}, so there is no journal, and {PROGRAM} undo cannot revert these repairs. "
    "Keep this output: it shows what was there before."
)


def plan(plans: Sequence[PlannedRepair]) -> None:
    """Show what would be done, and what would not be and why; nothing if nothing fails."""
    if not plans:
        return
    lines: list[str] = []
    for one in plans:
        for step in one.report.plan.steps:
            lines += ["", *_step(one, step)]
    left = [line for one in plans for line in _not_fixed(one)]
    lines += ["", *left] if left else []
    if not any(one.report.plan.steps for one in plans):
        lines += ["", row("Repairs", "nothing can be repaired automatically.")]
    for region in dict.fromkeys(
        one.region.label for one in plans if one.report.plan.steps and not one.is_undoable
    ):
        lines += ["", row("No undo", _NO_JOURNAL.format(region))]
    _say([*lines, ""])


def question(plans: Sequence[PlannedRepair]) -> str:
    """Ask whether it shall be done."""
    count = sum(len(one.report.plan.steps) for one in plans)
    undo = "" if all(one.is_undoable for one in plans if one.report.plan.steps) else " that cannot be undone"
    return f"Make {'this repair' if count == 1 else f'these {count} repairs'}{undo}? [y/N] "


def outcome(planned: PlannedRepair, made: Outcome) -> None:
    """Show the outcome of one step."""
    is_made = made.result is Result.DONE
    detail = f" ({made.detail})" if made.detail else ""
    again = " Run the command again." if made.result in UNFINISHED else ""
    outcome_text = (
        f"{made.step.done}."
        if is_made
        else f"Could not {made.step.what}: {made.result.value}{detail}.{again}"
    )
    lines = [row("Repaired" if is_made else "Not done", outcome_text)]
    if is_made and planned.is_undoable:
        arn, faults = planned.report.facts.arn, sorted(planned.faults(made.step))
        # By its ARN, which has the Region; the command is not wrapped, so that it can be copied.
        lines += [f"{'Undo':<10} {PROGRAM} undo {printable(str(arn))}/{fault}" for fault in faults]
    _say(lines)


def total(outcomes: Sequence[Outcome]) -> None:
    """Show how many repairs were made."""
    made = sum(one.result is Result.DONE for one in outcomes)
    left = len(outcomes) - made
    _say(["", f"{counted(made, 'repair')} made{f', {left} not made' if left else ''}."])


def _step(planned: PlannedRepair, step: Repair) -> Iterator[str]:
    yield row("Function", planned.report.facts.target)
    yield row("Repair", f"{step.what[:1].upper()}{step.what[1:]}.")
    for finding in step.fixes:
        yield row("Finding", _fault(finding))
    for before, after in dict.fromkeys((before, after) for _, before, after in diffs(step)):
        yield from difference(before, after, then_named="after the repair")


def _not_fixed(planned: PlannedRepair) -> Iterator[str]:
    for one in planned.report.plan.unrepaired:
        if one.finding.verdict is Verdict.FAIL:
            reason = _EXISTING if one.is_existing else one.reason
            yield row("Not fixed", f"{planned.report.facts.target}: {_fault(one.finding)}: {reason}")


def _fault(finding: Finding) -> str:
    return f"{finding.summary} ({finding.concern.value}, {finding.severity.name})"


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line, err=True, color=colour())
