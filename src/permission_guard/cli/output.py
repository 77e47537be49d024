"""Writing to standard output, whatever is at its other end, and to a file."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
from pathlib import Path

import click

from permission_guard.cli.errors import Unusable


def written(text: str, path: str | None = None) -> None:
    """Write to a file, or to standard output; a reader that closed the pipe is no error. Raises Unusable."""
    if path is not None:
        replace_file(path, text.encode("utf-8", "backslashreplace"))
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Sids may hold characters that a terminal's encoding does not have.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        click.echo(text, nl=False, color=colour())
    except OSError as error:
        # The interpreter flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Unusable(f"standard output: cannot be written: {error.strerror}") from error


def colour() -> bool | None:
    """Return whether to show colour: never with NO_COLOR, always with FORCE_COLOR, else (None) on a terminal.

    https://no-color.org and https://force-color.org.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def width() -> int | None:
    """Return the columns of the terminal; None if standard output is not one."""
    return shutil.get_terminal_size().columns if is_terminal() else None


def replace_file(path: str, data: bytes) -> None:
    """Write a file wholly or not at all; one that is there keeps its rights. Raises Unusable."""
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe
            target.write_bytes(data)
            return
        try:
            with part.open("xb") as file:
                file.write(data)
            if target.exists():
                part.chmod(stat.S_IMODE(target.stat().st_mode))
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unusable(f"{path}: cannot be written: {error.strerror}") from error


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def agreed(question: str) -> bool:
    """Ask on standard error, so that the preview may go elsewhere. Raises Unusable if standard input is closed."""
    click.echo(question, nl=False, err=True)
    answer = sys.stdin.readline() if sys.stdin is not None else ""
    if not answer:
        click.echo(err=True)
        raise Unusable("Cannot ask for confirmation: standard input is closed. Pass --yes.")
    return answer.strip().lower() in {"y", "yes"}
