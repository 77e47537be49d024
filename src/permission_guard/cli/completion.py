"""The command `completion`: what a shell has to read so that it completes commands and options."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from permission_guard.cli import PROGRAM, main
from permission_guard.cli.output import written

_VARIABLE: Final = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"
_HELP: Final = f"""\
Print what your shell has to read so that it completes commands and options.

\b
bash  eval "$({PROGRAM} completion bash)" in ~/.bashrc
zsh   eval "$({PROGRAM} completion zsh)"  in ~/.zshrc
fish  {PROGRAM} completion fish | source  in ~/.config/fish/config.fish
"""


@click.command(help=_HELP, short_help="Print the completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print click's own script for this program."""
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  # click has all three
    written(made(main, {}, PROGRAM, _VARIABLE).source() + "\n")
    return 0
