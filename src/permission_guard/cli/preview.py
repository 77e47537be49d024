"""What an undo will do, before it is done: the entry, the difference, and what it costs."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from permission_guard.alert import printable
from permission_guard.cli import PROGRAM
from permission_guard.cli.difference import difference
from permission_guard.cli.rows import minute, row
from permission_guard.document import written
from permission_guard.journal.entry import Entry
from permission_guard.step import BoundStatements, DetachRolePolicy

Undoing: TypeAlias = BoundStatements | DetachRolePolicy


def preview(entry: Entry, step: Undoing) -> str:
    """Say what will be done."""
    finding = entry.finding
    repaired = f", repaired at {minute(entry.repairs[-1])} UTC" if entry.repairs else ""
    parts = [
        row("Entry", f"{entry.id}{repaired}"),
        row("Fault", f"{finding.summary} ({finding.rule}, {finding.severity.name})"),
        row("Undo", _words(step)[0]),
        "",
        *difference(*_sides(step), then_named="after the undo"),
        "",
        row("Costs", f"{_costs(entry, step)}. The guard leaves it alone until you have it resumed."),
    ]
    return "\n".join(parts) + "\n"


def undone(entry: Entry, step: Undoing) -> str:
    """Say what was done, and how the guard may be let at it again."""
    # The command is not broken: it is to be copied.
    return f"{row('Undone', _words(step)[1])}\n{'To resume':<10} {PROGRAM} resume {printable(entry.id)}\n"


def _words(step: Undoing) -> tuple[str, str]:
    """Return what is to be done, and that it was done."""
    match step:
        case BoundStatements():
            (original,) = step.swaps[0].after
            sid = original.get("Sid", "the statement without Sid")
            where = f"in the resource policy of {step.target} as it stood there before the repair"
            return f"put {sid} back {where}", f"{sid} stands {where}"
        case DetachRolePolicy():
            return step.what, f"{step.policy_arn} is detached from {step.role_arn}"
        case _:
            assert_never(step)


def _costs(entry: Entry, step: Undoing) -> str:
    match step:
        case BoundStatements():
            return f"{step.target} is open again as before"
        case DetachRolePolicy():
            return (
                f"no function that runs as {step.role_arn} has that policy any more, and {entry.cause.subject.name} "
                "cannot write its logs if nothing else lets it"
            )
        case _:
            assert_never(step)


def _sides(step: Undoing) -> tuple[str, str]:
    match step:
        case BoundStatements():
            return written([swap.before for swap in step.swaps]), written(step.swaps[0].after)
        case DetachRolePolicy():
            return step.policy_arn, ""
        case _:
            assert_never(step)
