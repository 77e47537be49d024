"""A scan as text: for people a table, the worst first, with how many there are of each verdict; or in a format for others."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import Final

import click

from permission_guard import formats, scan_json
from permission_guard.alert import printable
from permission_guard.cli.endings import Unusable
from permission_guard.cli.output import is_terminal
from permission_guard.cli.rows import counted, table, totals, word
from permission_guard.finding import Verdict
from permission_guard.formats.found import is_layer
from permission_guard.scanned import Scan, ScannedFinding, worst_first

FORMATS: Final = ("table", "json", *formats.NAMES)
_HEAD: Final = ("VERDICT", "SEVERITY", "WHERE", "RULE", "FOUND")
_NARROWEST: Final = 30
"""Columns for the last column, however narrow the terminal is."""


def show(name: str, scan: Scan, *, to_file: bool) -> str:
    """Return a scan as text in one of FORMATS. Raises Unusable where the format has no words for what was found."""
    if name == "json":
        return scan_json.written(scan)
    if name == "table":
        width = shutil.get_terminal_size().columns if is_terminal() and not to_file else None
        text = "".join(f"{line}\n" for line in _lines(scan, width))
        return click.unstyle(text) if to_file else text
    try:
        return formats.show(name, scan)
    except formats.CannotShow as error:
        raise Unusable(str(error)) from error


def _lines(scan: Scan, width: int | None) -> Iterator[str]:
    """Yield a line for each finding that does not pass, folded where there is a width."""
    found = [one for one in worst_first(scan.findings) if one.verdict is not Verdict.PASS]
    if found:
        head, *lines = table(_HEAD, (_row(one, scan) for one in found))
        yield click.style(head, bold=True)
        for one, line in zip(found, lines, strict=True):
            said = line if width is None else _folded(line, head.index(_HEAD[-1]), width)
            yield word(one.verdict) + said.removeprefix(one.verdict.value)
        yield ""
    for skipped in scan.skipped:
        yield printable(f"Not looked at: {skipped.what}: {skipped.why}")
    functions, where = counted(scan.functions, "function"), ", ".join(scan.sources)
    policies = f"{scan.targets} with versions, aliases and layers"
    yield printable(f"{totals(one.verdict for one in scan.findings)} in {functions} ({policies}) of {where}")


def _row(one: ScannedFinding, scan: Scan) -> tuple[str, ...]:
    where = f"{one.name}:{one.qualifier}" if one.qualifier else one.name
    if is_layer(one):
        where = one.target.rpartition(":layer:")[2]
    if len(scan.sources) > 1:
        where = f"{one.account}/{one.region}/{where}"
    return one.verdict.value, one.severity.name, where, one.rule, one.summary


def _folded(line: str, indent: int, width: int) -> str:
    return textwrap.fill(
        line, max(width, indent + _NARROWEST), subsequent_indent=" " * indent, break_on_hyphens=False
    )
