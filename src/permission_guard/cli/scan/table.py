"""A scan as a table for people: the worst first, one line for each finding, then how many there are of each verdict."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from typing import Final

from permission_guard.alert import printable
from permission_guard.finding import Verdict
from permission_guard.formats.found import is_layer
from permission_guard.scanned import Scan, ScannedFinding, worst_first

_HEAD: Final = ("VERDICT", "SEVERITY", "WHERE", "RULE", "FOUND")
_SHORT: Final = ("VERDICT", "SEVERITY", "RULE")
"""The columns that are never broken, however narrow the terminal is."""
_COLOURS: Final = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.UNKNOWN: "yellow"}


def plain(scan: Scan) -> str:
    """Return it with a line for each finding, whatever its length, and two blanks at least between columns."""
    rows = [_row(one, scan) for one in _shown(scan)]
    lines: list[str] = []
    if rows:
        widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
        for row in (_HEAD, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        lines.append("")
    return "\n".join([*lines, *_end(scan)]) + "\n"


def coloured(scan: Scan) -> str:
    """Return it as wide as the terminal, with colour; without rich, plainly."""
    try:
        from rich.console import Console  # noqa: PLC0415  # most commands do without
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415
    except ImportError:
        return plain(scan)
    # NO_COLOR is looked after where it is written; rich would keep bold and underlines.
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, no_color=bool(os.environ.get("NO_COLOR")))
    findings = _shown(scan)
    if findings:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in _HEAD:
            table.add_column(name, overflow="fold", no_wrap=name in _SHORT)
        for one in findings:
            verdict, *rest = _row(one, scan)
            table.add_row(Text(verdict, style=f"bold {_COLOURS[one.verdict]}"), *map(Text, rest))
        console.print(table)
        console.print()
    for line in _end(scan):
        console.print(Text(line), soft_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _shown(scan: Scan) -> tuple[ScannedFinding, ...]:
    return tuple(one for one in worst_first(scan.findings) if one.verdict is not Verdict.PASS)


def _row(one: ScannedFinding, scan: Scan) -> tuple[str, ...]:
    where = f"{one.name}:{one.qualifier}" if one.qualifier else one.name
    if is_layer(one):
        where = one.target.rpartition(":layer:")[2]
    if len(scan.sources) > 1:
        where = f"{one.account}/{one.region}/{where}"
    return tuple(map(printable, (one.verdict.value, one.severity.name, where, one.rule, one.summary)))


def _end(scan: Scan) -> Iterator[str]:
    for one in scan.skipped:
        yield printable(f"Not looked at: {one.what}: {one.why}")
    count = Counter(one.verdict for one in scan.findings)
    total = ", ".join(f"{count[one]} {one.value}" for one in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS))
    where = ", ".join(scan.sources)
    counted = f"{scan.functions} {'function' if scan.functions == 1 else 'functions'}"
    policies = f"{scan.targets} with versions, aliases and layers"
    yield printable(f"{total} in {counted} ({policies}) of {where}")
