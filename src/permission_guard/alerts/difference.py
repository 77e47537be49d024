"""A repair as a unified diff, of one statement or of what is attached to a role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff

from permission_guard.iam import PolicyError
from permission_guard.iam.policy import loads
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine

STANDS_NOW = frozenset({Ending.REPAIRED, Ending.RELEASED})
"""The endings after which the change was made."""


def difference(line: ReportLine) -> tuple[str, ...]:
    """Return the lines of the diff; none if there is no change."""
    if line.before is None or line.after is None:
        return ()
    label = "after" if line.ending in STANDS_NOW else "wanted"
    before, after = rows(line.before), rows(line.after)
    return tuple(unified_diff(before, after, "before", label, lineterm=""))


def rows(text: str) -> list[str]:
    """Return a statement, or several, with a line for each part; any other text is one line."""
    try:
        value = loads(text) if text.startswith(("{", "[")) else text
    except PolicyError:
        value = text
    if not isinstance(value, Mapping | list):
        return [text] if text else []
    statements = value if isinstance(value, list) else [value]
    return [line for one in statements for line in json.dumps(one, indent=2, ensure_ascii=False).split("\n")]
