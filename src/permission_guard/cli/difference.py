"""What stands there now and what will, line by line, with colour for a terminal."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Final

import click

from permission_guard.alert import printable
from permission_guard.document import Body

_COLOURS: Final = {"-": "red", "+": "green", "@": "cyan"}
_WHOLE: Final = 1_000
"""Lines of context: a statement is shown whole."""


def statement_lines(statement: Body) -> list[str]:
    """Write a statement with a line for each of its parts."""
    return json.dumps(statement, indent=2, ensure_ascii=False).split("\n")


def difference(now: list[str], then: list[str], then_named: str) -> Iterator[str]:
    """Yield the lines of a unified diff, ready for the terminal."""
    lines = difflib.unified_diff(now, then, "now", then_named, n=_WHOLE, lineterm="")
    for number, line in enumerate(map(printable, lines)):
        colour = _COLOURS.get(line[:1])
        is_head = number < 2  # noqa: PLR2004  # the two lines that name the sides
        yield click.style(line, bold=True) if is_head else click.style(line, fg=colour) if colour else line
