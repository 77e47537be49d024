"""Writing to standard output, whatever is at its other end, and to a file."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
from pathlib import Path

import click

from permission_guard.cli.endings import Unusable


def written(text: str) -> None:
    """Write to standard output; a reader that has seen enough and closed the pipe is no error. Raises Unusable.

    Colour is left out where there is no terminal, and where NO_COLOR is set (https://no-color.org).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Sids may hold characters that a terminal's encoding does not have.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        click.echo(text, nl=False, color=False if os.environ.get("NO_COLOR") else None)
    except OSError as error:
        # The interpreter flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Unusable(f"standard output: cannot be written: {error.strerror}") from error


def replace_file(path: str, data: bytes) -> None:
    """Write a file wholly or not at all, with the rights that it has. Raises Unusable."""
    target = Path(path).resolve()
    try:
        mode = target.stat().st_mode
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as new:
                new.write(data)
            Path(name).chmod(stat.S_IMODE(mode))
            Path(name).replace(target)
        except OSError:
            Path(name).unlink()
            raise
    except OSError as error:
        raise Unusable(f"{path}: cannot be written: {error.strerror}") from error


def is_terminal() -> bool:
    """Tell whether a person looks at standard output."""
    return sys.stdout is not None and sys.stdout.isatty()
