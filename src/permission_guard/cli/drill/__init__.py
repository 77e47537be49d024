"""The command `drill`: prove the deployed guard on two faults that are made on purpose."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli.connection import StackPlace, places
from permission_guard.cli.errors import endings

TIMEOUT: Final = 15
"""Minutes. CloudTrail delivers an event within about five on average, and guarantees nothing (facts 1.2)."""
_HELP: Final = """\
Prove the deployed guard: make two faults, watch what it does, and remove everything.

With your own credentials it makes a role without policies, a function that uses it, and a statement that lets S3 invoke the
function for any account. It waits until the guard has repaired and reported both, deletes the function, and waits until the guard
has detached its policy from the role. With Mode=Observe it waits for the alerts, and nothing may change.

Everything is removed at the end, also after Ctrl-C or an error. The journal keeps its entries. docs/drill.md lists the rights.

\b
Exit codes:
  0    the guard did all that its settings ask for
  1    it did not, and the likeliest reason is shown; or AWS refused a call
  2    AWS could not be reached
  3    the credentials or the stack were not found, or the stack's settings
       cannot be used
  130  interrupted
"""


@click.command(help=_HELP, short_help="Prove the deployed guard on two faults made on purpose.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON, at the end.")
@click.option(
    "--timeout",
    metavar="MINUTES",
    type=click.IntRange(1, 600),
    default=TIMEOUT,
    show_default=True,
    help="How long to wait.",
)
@click.option("--clean-up", is_flag=True, help="Only remove what earlier drills left in the Region.")
@places
@click.pass_context
def drill(context: click.Context, /, *, is_json: bool, timeout: int, clean_up: bool, **place: Any) -> int:
    """Make, watch, remove, show."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.cli.drill import command  # noqa: PLC0415

    around, where = context.obj or command.Around(), StackPlace(**place)
    with endings():
        if clean_up:
            return command.cleaned(where, around)
        return command.drilled(where, around, timeout, is_json=is_json)
