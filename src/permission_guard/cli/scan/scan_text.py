"""A scan as text: a table, the most severe finding first, with the total of each verdict; or in another format."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
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
_UNREADABLE: Final = "unreadable"
_COULD_NOT: Final = "could not be read: "
_RESOURCE: Final = re.compile(r" on resource: \S+")


def show(name: str, scan: Scan, *, to_file: bool) -> str:
    """Return a scan as text in one of FORMATS. Raises Unusable if the format cannot express a finding."""
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
        rows = [_row(one, scan) for one in found] if columns is None else [*_grouped(found, scan)]
        head, *lines = table(_HEAD, rows)
        indent = head.index(_HEAD[-1])
        if columns is not None and columns < indent + _NARROWEST:
            for row in rows:
                yield from _paragraph(row, columns)
        else:
            yield click.style(head, bold=True)
            for (verdict, *_), line in zip(rows, lines, strict=True):
                text = line if columns is None else _folded(line, indent, columns)
                yield word(Verdict(verdict)) + text.removeprefix(verdict)
        yield ""
    notes = [printable(f"{one.what}: {one.why}") for one in scan.notes]
    for line in (*_skipped(scan), *notes):
        yield line if columns is None else _folded(line, 2, columns)
    functions, where = counted(scan.functions, "function"), ", ".join(scan.sources)
    policies = f"{scan.targets} with versions, aliases and layers"
    accepted = sum(bool(one.accepted) for one in scan.findings)
    count = totals(one.verdict for one in scan.findings if not one.accepted)
    count += f", {accepted} accepted" if accepted else ""
    yield printable(f"{count} in {functions} ({policies}) of {where}")


def _grouped(findings: Sequence[ScannedFinding], scan: Scan) -> Iterator[tuple[str, ...]]:
    """Yield a row for each finding, but one for all that could not be read for the same reason."""
    groups: dict[tuple[str, ...], list[ScannedFinding]] = {}
    for one in findings:
        groups.setdefault(_group(one), []).append(one)
    for group in groups.values():
        verdict, severity, where, rule, found = _row(group[0], scan)
        if len(group) > 1:
            found = f"{_named([_where(one, scan) for one in group])} could not be read: {_reason(group[0].summary)}"
            where = f"{len(group)} {'layers' if is_layer(group[0]) else 'functions'}"
        yield verdict, severity, where, rule, found


def _group(one: ScannedFinding) -> tuple[str, ...]:
    if one.verdict is Verdict.UNKNOWN and one.proof_kind == _UNREADABLE:
        return one.rule.value, one.severity.name, _reason(one.summary)
    return one.fault, one.target


def _reason(text: str) -> str:
    """Return why something could not be read, without what it was: AWS names the resource in each refusal."""
    return _RESOURCE.sub("", text.rpartition(_COULD_NOT)[2])


def _named(what: Sequence[str]) -> str:
    others = f" and {len(what) - _NAMED} more" if len(what) > _NAMED else ""
    return f"{', '.join(what[:_NAMED])}{others}"


def _paragraph(row: tuple[str, ...], columns: int) -> Iterator[str]:
    """Show a finding below its function where the terminal is too narrow for a table."""
    verdict, severity, where, rule, found = map(printable, row)
    head = textwrap.fill(f"{verdict} {severity} {where} {rule}", columns, subsequent_indent="  ")
    yield word(Verdict(verdict)) + head.removeprefix(verdict)
    yield textwrap.fill(found, columns, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _skipped(scan: Scan) -> Iterator[str]:
    """Yield a line for each reason why something could not be read, with what it was."""
    by_reason: dict[str, list[str]] = {}
    for one in scan.skipped:
        by_reason.setdefault(_RESOURCE.sub("", one.why), []).append(one.what)
    for why, what in by_reason.items():
        yield printable(f"Could not read {_named(what)}: {why}")


def _row(one: ScannedFinding, scan: Scan) -> tuple[str, ...]:
    found = f"{one.summary} (accepted {one.accepted})" if one.accepted else one.summary
    return one.verdict.value, one.severity.name, _where(one, scan), one.rule.value, found


def _where(one: ScannedFinding, scan: Scan) -> str:
    where = f"{one.name}:{one.qualifier}" if one.qualifier else one.name
    if is_layer(one):
        where = one.target.rpartition(":layer:")[2]
    if len(scan.sources) > 1:
        where = f"{one.account}/{one.region}/{where}"
    return where


def _folded(line: str, indent: int, columns: int) -> str:
    return textwrap.fill(line, columns, subsequent_indent=" " * indent, break_on_hyphens=False)
