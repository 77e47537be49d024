"""The command `resume`: the guard may repair a fault again."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli.connection import StackPlace, options
from permission_guard.cli.entries import EXAMPLE, find
from permission_guard.cli.errors import DONE, EXIT_CODES, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import row
from permission_guard.repair.undo import resume as resume_now

_HELP: Final = f"""\
Let the guard repair a fault again.

The guard does not repair what a person undid, and it stops repairing what was put back three times in a day. This ends both.

ENTRY is the name that the alert shows, for example {EXAMPLE}; the function may also be named by its ARN. Only the journal is
changed, and earlier repairs no longer count.

{EXIT_CODES}"""


@click.command(help=_HELP)
@click.argument("entry")
@options
@click.pass_context
def resume(context: click.Context, /, entry: str, **place: Any) -> int:
    """Find the entry and mark it."""
    with endings():
        found = find(entry, context, StackPlace(**place))
        resume_now(found.entry, found.connection.journal)
    what = f"{found.entry.id}: at the next event or sweep of the function, the guard treats this like any other finding."
    written(row("Resumed", what) + "\n")
    return DONE
