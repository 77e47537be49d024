"""What a check found, as people read it: in the order of the lines, as compilers do."""

from __future__ import annotations

from collections.abc import Iterator

import click

from permission_guard.alerts import printable
from permission_guard.cli.rows import counted, headline, row, totals, word
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding


def text(scan: Scan) -> str:
    """Every verdict but those that pass, with its place, then how many there are of each."""
    parts: list[str] = []
    for one in scan.findings:
        if one.verdict is not Verdict.PASS:
            parts += [*_paragraph(one), ""]
    for label, others in (("Skipped", scan.skipped), ("Note", scan.remarks)):
        for each in others:
            parts += [row(label, f"{each.what}: {each.why}."), ""]
    return "\n".join([*parts, _footer(scan)]) + "\n"


def concise(scan: Scan) -> str:
    """A line for each finding that does not pass: place, verdict, rule, resource, what was found."""
    lines = [
        printable(
            f"{_where(one)}{one.verdict.value} {one.rule.value} {one.severity.name} {one.subject}: {one.sentence}"
        )
        for one in scan.findings
        if one.verdict is not Verdict.PASS
    ]
    skipped = [printable(f"{one.what}: {one.why}") for one in (*scan.skipped, *scan.remarks)]
    return "\n".join([*lines, *skipped, _footer(scan)]) + "\n"


def _footer(scan: Scan) -> str:
    total = f"{totals(one.verdict for one in scan.findings)} in {counted(len(scan.sources), 'file')}"
    fixable = sum(bool(one.patches) for one in scan.findings)
    return f"{total}; --fix can fix {fixable}" if fixable else total


def _where(one: ScannedFinding) -> str:
    return f"{one.place.file}:{one.place.line}:{one.place.column}: " if one.place else ""


def _paragraph(one: ScannedFinding) -> Iterator[str]:
    where = printable(_where(one))
    title = printable(f"{one.verdict.value} {one.rule.value} ({one.severity.name}) {one.subject}")
    head, plain = headline(where + title), where + one.verdict.value
    # A path with spaces may be wrapped itself.
    is_whole = head.startswith(plain)
    colored = click.style(where, bold=True) + word(one.verdict)
    yield colored + head.removeprefix(plain) if is_whole else head
    yield row("Found", one.sentence, "  ")
    for reason in one.because:
        yield row("Because", reason, "  ")
    if one.verdict is Verdict.FAIL:
        yield row("Matters", one.why, "  ")
    for patch in one.patches:
        yield from (
            f"  {'' if number else 'Fix':<10} {line}" for number, line in enumerate(patch.text.splitlines())
        )
    if one.obstacle:
        yield row("No fix", f"{one.obstacle}.", "  ")
    if one.advice and not one.patches:
        yield row("To do", one.advice, "  ")
