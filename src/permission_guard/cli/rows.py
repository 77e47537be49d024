"""Rows of a label and what is said of it, as every command shows them."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import Final

from permission_guard.alert import printable

_WIDTH: Final = 100
"""Columns, whatever the terminal has, so that the output is the same everywhere; JSON and ARNs are never broken."""


def row(label: str, said: str, indent: str = "") -> str:
    """Return a row, wrapped."""
    return _wrapped(f"{indent}{label:<10} {said}", indent=" " * (len(indent) + 11))


def _wrapped(row: str, *, indent: str) -> str:
    return textwrap.fill(
        printable(row), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def minute(at: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
