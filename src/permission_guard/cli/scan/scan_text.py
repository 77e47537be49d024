"""A scan as text: a table, the most severe finding first, with the total of each verdict; or in another format."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

import click

from permission_guard import formats
from permission_guard.alerts import printable
from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import width
from permission_guard.cli.rows import counted, table, totals, word
from permission_guard.formats import scan_json
from permission_guard.formats.found import is_layer
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding, worst_first

FORMATS: Final = ("table", "json", *formats.NAMES)
_HEAD: Final = ("VERDICT", "SEVERITY", "WHERE", "RULE", "FOUND")
_NARROWEST: Final = 30
"""Columns that the last column needs; where a terminal has fewer, it is shown below the others."""
_NAMED: Final = 3
"""How many things are named that could not be read for the same reason."""


def show(name: str, scan: Scan, *, to_file: bool) -> str:
    """Return a scan as text in one of FORMATS. Raises Unusable where the format has no words for what was found."""
    if name == "json":
        return scan_json.written(scan)
    if name == "table":
        text = "".join(f"{line}\n" for line in _lines(scan, None if to_file else width()))
        return click.unstyle(text) if to_file else text
    try:
        return formats.show(name, scan)
    except formats.CannotShow as error:
        raise Unusable(str(error)) from error


def _lines(scan: Scan, columns: int | None) -> Iterator[str]:
    """Yield a line for each finding that does not pass, wrapped where there is a terminal's width."""
    found = [one for one in worst_first(scan.findings) if one.verdict is not Verdict.PASS]
    if found:
        head, *lines = table(_HEAD, (_row(one, scan) for one in found))
        indent = head.index(_HEAD[-1])
        if columns is not None and columns < indent + _NARROWEST:
            for one in found:
                yield from _paragraph(one, scan, columns)
        else:
            yield click.style(head, bold=True)
            for one, line in zip(found, lines, strict=True):
                said = line if columns is None else _folded(line, indent, columns)
                yield word(one.verdict) + said.removeprefix(one.verdict.value)
        yield ""
    yield from _skipped(scan)
    functions, where = counted(scan.functions, "function"), ", ".join(scan.sources)
    policies = f"{scan.targets} with versions, aliases and layers"
    yield printable(f"{totals(one.verdict for one in scan.findings)} in {functions} ({policies}) of {where}")


def _paragraph(one: ScannedFinding, scan: Scan, columns: int) -> Iterator[str]:
    """Show a finding below its function where the terminal is too narrow for a table."""
    _, severity, where, rule, found = map(printable, _row(one, scan))
    head = textwrap.fill(f"{one.verdict.value} {severity} {where} {rule}", columns, subsequent_indent="  ")
    yield word(one.verdict) + head.removeprefix(one.verdict.value)
    yield textwrap.fill(found, columns, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _skipped(scan: Scan) -> Iterator[str]:
    """Yield a line for each reason why something could not be read, with what it was."""
    by_reason: dict[str, list[str]] = {}
    for one in scan.skipped:
        by_reason.setdefault(one.why, []).append(one.what)
    for why, what in by_reason.items():
        others = f" and {len(what) - _NAMED} more" if len(what) > _NAMED else ""
        yield printable(f"Could not read {', '.join(what[:_NAMED])}{others}: {why}")


def _row(one: ScannedFinding, scan: Scan) -> tuple[str, ...]:
    where = f"{one.name}:{one.qualifier}" if one.qualifier else one.name
    if is_layer(one):
        where = one.target.rpartition(":layer:")[2]
    if len(scan.sources) > 1:
        where = f"{one.account}/{one.region}/{where}"
    return one.verdict.value, one.severity.name, where, one.rule, one.summary


def _folded(line: str, indent: int, columns: int) -> str:
    return textwrap.fill(line, columns, subsequent_indent=" " * indent, break_on_hyphens=False)
