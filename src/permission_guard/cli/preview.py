"""What an undo will do, before it is done: the entry, the difference, and its impact."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from permission_guard.alerts import printable
from permission_guard.cli import PROGRAM
from permission_guard.cli.difference import difference
from permission_guard.cli.rows import minute, row
from permission_guard.journal.entry import Entry
from permission_guard.model.document import written
from permission_guard.repair.step import DetachRolePolicy, RewriteStatements

Undoing: TypeAlias = RewriteStatements | DetachRolePolicy


def preview(entry: Entry, step: Undoing) -> str:
    """Say what will be done."""
    finding = entry.finding
    repaired = f", repaired at {minute(entry.repairs[-1])} UTC" if entry.repairs else ""
    parts = [
        row("Entry", f"{entry.id}{repaired}"),
        row("Finding", f"{finding.summary} ({finding.concern.value}, {finding.severity.name})"),
        row("Undo", f"{_words(step)[0]}."),
        "",
        *difference(*_sides(step), then_named="after the undo"),
        "",
        row(
            "Impact",
            f"{_costs(entry, step)}. The guard does not repair it again until you let it.",
        ),
    ]
    return "\n".join(parts) + "\n"


def undone(entry: Entry, step: Undoing) -> str:
    """Say what was done, and how to let the guard repair it again."""
    # The command is not wrapped, so that it can be copied.
    return f"{row('Undone', f'{_words(step)[1]}.')}\n{'To repair':<10} {PROGRAM} accept --remove {printable(entry.id)}\n"


def _words(step: Undoing) -> tuple[str, str]:
    """Return what is to be done, and that it was done."""
    match step:
        case RewriteStatements():
            (original,) = step.replacements[0].after
            sid = original.get("Sid")
            what = f'statement "{sid}"' if sid else "the statement without a Sid"
            where = f"{what} of {step.target} as it was before the repair"
            return f"Restore {where}", f"Restored {where}"
        case DetachRolePolicy():
            return f"{step.what[:1].upper()}{step.what[1:]}", step.done
        case _:
            assert_never(step)


def _costs(entry: Entry, step: Undoing) -> str:
    match step:
        case RewriteStatements():
            return f"{step.target} has the same access as before the repair"
        case DetachRolePolicy():
            return (
                f"Functions with the role {step.role_arn} lose this policy, and {entry.cause.subject.name} "
                "cannot write its logs unless another policy allows it"
            )
        case _:
            assert_never(step)


def _sides(step: Undoing) -> tuple[str, str]:
    match step:
        case RewriteStatements():
            return written([replacement.before for replacement in step.replacements]), written(
                step.replacements[0].after
            )
        case DetachRolePolicy():
            return step.policy_arn, ""
        case _:
            assert_never(step)
