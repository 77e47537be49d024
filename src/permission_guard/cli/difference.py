"""What stands there now and what will, line by line: with colour for a terminal, or as a patch of a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

import click

from permission_guard.alerts import printable
from permission_guard.alerts.detail import rows

_COLOURS: Final = {"-": "red", "+": "green", "@": "cyan"}
_WHOLE: Final = 1_000
"""Lines of context: a statement is shown whole."""
_NO_END: Final = "\\ No newline at end of file\n"


def difference(now: str, then: str, then_named: str) -> Iterator[str]:
    """Yield the lines of a unified diff of two statements or ARNs, ready for the terminal."""
    lines = difflib.unified_diff(rows(now), rows(then), "now", then_named, n=_WHOLE, lineterm="")
    for number, line in enumerate(map(printable, lines)):
        colour = _COLOURS.get(line[:1])
        is_head = number < 2  # noqa: PLR2004  # the two lines that name the sides
        yield click.style(line, bold=True) if is_head else click.style(line, fg=colour) if colour else line


def patch(before: str, after: str, file: str) -> str:
    """Return what was changed in a file, as `git apply` and `patch` take it; nothing if there is no change."""
    name = file.lstrip("/")
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only: a text may hold other characters that Python takes for the end of a line."""
    *whole, last = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([last] if last else [])]
