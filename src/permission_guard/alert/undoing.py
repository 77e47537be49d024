"""The commands that undo a repair, and that let the guard repair again."""

from __future__ import annotations

from permission_guard import PROGRAM
from permission_guard.outcome import Ending
from permission_guard.report import Line


def undo_command(line: Line) -> str | None:
    """Return the command that puts back what stood there; None if nothing was changed, or nothing was written down."""
    return f"{PROGRAM} undo {line.entry}" if line.entry and line.ending is Ending.REPAIRED else None


def resume_command(line: Line) -> str | None:
    """Return the command after which the guard repairs again what was undone or escalated."""
    may_stop = line.ending in {Ending.REPAIRED, Ending.ESCALATED}
    return f"{PROGRAM} resume {line.entry}" if line.entry and may_stop else None
