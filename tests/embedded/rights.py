"""The rights that the page on operations lists for a command."""

from __future__ import annotations

import re

from tests.embedded.emulator import ROOT

_PAGE = (ROOT / "docs" / "operations.md").read_text()
_ROWS = _PAGE[_PAGE.index("## What you need") : _PAGE.index("## When the policy is detached")].splitlines()


def rights(command: str) -> list[str]:
    """Return the actions in the row of a command."""
    (row,) = (line for line in _ROWS if command in _labels(line))
    return re.findall(r"`([a-z]+:[A-Z][A-Za-z]+)`", row)


def _labels(row: str) -> list[str]:
    cells = row.split("|")
    return [one.strip() for one in cells[1].replace("`", "").split(", ")] if len(cells) > 1 else []
