"""The command `undo`: restore what was there before a repair, and have the guard leave it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import click

from permission_guard.cli.connection import StackPlace, options
from permission_guard.cli.detach import detach_all
from permission_guard.cli.entries import EXAMPLE, find
from permission_guard.cli.errors import DONE, EXIT_CODES, NotDone, NotFinished, Unusable, endings
from permission_guard.cli.output import agreed, written
from permission_guard.cli.preview import preview, undone
from permission_guard.journal.acceptance import Acceptance
from permission_guard.repair.outcome import Result
from permission_guard.repair.undo import undo as undo_now
from permission_guard.repair.undo import undoing

_HELP: Final = f"""\
Undo a repair, and have the guard leave it alone.

ENTRY is the name that the alert shows, for example {EXAMPLE}; the function may also be named by its ARN. What was there
before the repair is restored, and nothing else is changed. If somebody has changed it since the repair, nothing is changed. Your
own credentials are used. The change is shown first, and you are asked.

--all-attached instead detaches every policy that the guard attached to a role of this account, as the journal of the Region says,
before you remove the guard or switch it to Observe. It goes on if one cannot be detached.

{EXIT_CODES}"""


QUESTION: Final = "Undo this repair? [y/N] "


@click.command(help=_HELP, short_help="Undo a repair.")
@click.argument("entry", required=False)
@click.option("--all-attached", is_flag=True, help="Detach every policy that the guard attached.")
@click.option("--dry-run", is_flag=True, help="Show the change, and do not make it.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@options
@click.pass_context
def undo(
    context: click.Context,
    /,
    entry: str | None,
    *,
    all_attached: bool,
    dry_run: bool,
    yes: bool,
    **place: Any,
) -> int:
    """Find the entry, show the change, ask, and make it."""
    if (entry is None) is not all_attached:
        raise Unusable("Pass ENTRY or --all-attached.")
    if entry is None:
        return detach_all(context, StackPlace(**place), dry_run=dry_run, yes=yes)
    with endings():
        found = find(entry, context, StackPlace(**place))
        there = found.connection
        step = undoing(found.entry, there.observer)
        written(preview(found.entry, step))
        if dry_run:
            return DONE
        if not yes and not agreed(QUESTION):
            raise NotDone("Nothing was changed.")
        undone_by = Acceptance(there.caller, datetime.now(UTC))
        outcome = undo_now(found.entry, there.observer, there.writer, there.journal, undone_by)
    if outcome.result is Result.RETRY_LATER:
        raise NotFinished(f"{found.entry.id}: Could not reach AWS: {outcome.detail}. Run the command again.")
    if outcome.result is not Result.DONE:
        kind = NotFinished if outcome.result is Result.CHANGED_MEANWHILE else NotDone
        raise kind(f"{found.entry.id}: Nothing was changed: {outcome.result.value}: {outcome.detail}")
    written("\n" + undone(found.entry, step))
    return DONE
