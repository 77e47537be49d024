"""The command line. Click is used here and nowhere else, and a command is loaded when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

import click

from permission_guard import PROGRAM, __version__

UNUSABLE: Final = 3
"""Exit code for input that cannot be used; 1 and 2 are verdicts."""
INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""


class CommandError(click.ClickException):
    """An error that is shown in one line, with its own exit code."""

    exit_code = UNUSABLE


_COMMANDS: Final = (
    *("accept", "check", "demo", "doctor", "drill", "explain", "journal"),
    *("report", "rules", "scan", "sweep", "undo"),
)
"""Each is a function of this name in the module of this name."""


class CommandLine(click.Group):
    """The group of all commands, with its own exit codes: click's 1 and 2 would be read as verdicts."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a mistyped one is answered with those that are spelled nearly like it."""
        typed = args[0]
        if typed in _COMMANDS or typed.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(typed, _COMMANDS)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Run {PROGRAM} -h for the list."
        raise click.UsageError(f'Unknown command "{typed}". {hint}', ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Name the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # same
        """Load one command."""
        if cmd_name not in _COMMANDS:
            return None
        # Only what is asked for is loaded.
        found = getattr(import_module(f"permission_guard.cli.{cmd_name}"), cmd_name)
        return found if isinstance(found, click.Command) else None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = False,  # noqa: FBT001, FBT002, ARG002  # click's signature
        **extra: Any,
    ) -> Any:
        """Run one command and exit; what is wrong with the input is shown in one line."""
        try:
            code = super().main(args, prog_name or PROGRAM, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            click.echo(f"{PROGRAM}: {' '.join(error.format_message().split())}", err=True)
            code = error.exit_code if isinstance(error, CommandError) else UNUSABLE
        except click.Abort:
            code = INTERRUPTED
        sys.exit(code)


@click.group(
    cls=CommandLine,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def main(context: click.Context) -> None:
    """Check that AWS Lambda functions can write their logs and that only trusted accounts can invoke or change them."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


__all__ = ["INTERRUPTED", "PROGRAM", "UNUSABLE", "CommandError", "CommandLine", "main"]
