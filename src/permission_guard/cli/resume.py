"""The command `resume`: the guard may repair a fault again."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli.connection import Place, options
from permission_guard.cli.endings import DONE, EXIT_CODES, endings
from permission_guard.cli.entries import EXAMPLE, find
from permission_guard.cli.output import written
from permission_guard.cli.rows import row
from permission_guard.undo import resume as resume_now

_HELP: Final = f"""\
Let the guard repair a fault again.

It does not repair one that you had undone, nor one that was put back so often that it has stopped.

ENTRY is what the alert shows, like {EXAMPLE}; the function may also be named by its ARN. Nothing is changed but the
journal; what was repaired before does not count any more.

{EXIT_CODES}"""


@click.command(help=_HELP)
@click.argument("entry")
@options
@click.pass_context
def resume(context: click.Context, /, entry: str, **place: Any) -> int:
    """Find, mark, tell."""
    with endings():
        found = find(entry, context, Place(**place))
        resume_now(found.entry, found.connection.journal)
    what = f"{found.entry.id}: from the next event about the function on, the guard treats it like any other fault"
    written(row("Resumed", what) + "\n")
    return DONE
