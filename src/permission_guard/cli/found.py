"""What a check found, as people read it: in the order of the lines, as compilers do."""

from __future__ import annotations

from collections.abc import Iterator

import click

from permission_guard.alert import printable
from permission_guard.cli.rows import counted, row, totals, word
from permission_guard.finding import Verdict
from permission_guard.scanned import Scan, ScannedFinding


def text(scan: Scan) -> str:
    """Every verdict but those that pass, with its place, then how many there are of each."""
    parts: list[str] = []
    for one in scan.findings:
        if one.verdict is not Verdict.PASS:
            parts += [*_paragraph(one), ""]
    for skipped in scan.skipped:
        parts += [row("Skipped", f"{skipped.what}: {skipped.why}."), ""]
    total = totals(one.verdict for one in scan.findings)
    return "\n".join([*parts, f"{total} in {counted(len(scan.sources), 'file')}"]) + "\n"


def _paragraph(one: ScannedFinding) -> Iterator[str]:
    where = f"{one.place.file}:{one.place.line}:{one.place.column}: " if one.place else ""
    yield f"{click.style(printable(where), bold=True)}{word(one.verdict)} {one.rule} ({one.severity.name}) {printable(one.subject)}"
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
