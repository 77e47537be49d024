"""Comma-separated values (RFC 4180) for a spreadsheet, in which no cell is a formula."""  # named as the format is; imports are absolute

from __future__ import annotations

import csv
import io
from typing import Final

from permission_guard.formats.untrusted_text import inert
from permission_guard.scan.result import Scan, ScannedFinding, Skipped, worst_first

HEADER: Final = (
    *(
        "verdict",
        "severity",
        "rule",
        "account",
        "region",
        "name",
        "qualifier",
        "target",
        "subject",
    ),
    *("summary", "proof_kind", "proof", "because", "why", "repair", "before", "after", "obstacle", "advice"),
    *("patch_language", "patch", "file", "line", "column", "fault", "accepted"),
)
NOT_READ: Final = "NOT READ"
"""The verdict in the row of something that could not be scanned at all."""
NOTE: Final = "NOTE"
"""The verdict in the row of what is ignored, or not deployed."""
_FORMULA: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take a cell for that begins so (OWASP, CSV Injection): in full width, too."""


def show(scan: Scan) -> str:
    """Return a header, a row for each finding, one for each thing that was not looked at, and one for each note; lines end with CRLF.

    Every cell is quoted, so that a spreadsheet that splits at another character splits no cell either.
    """
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(HEADER)
    rows.writerows([cell(value) for value in _row(one)] for one in worst_first(scan.findings))
    for verdict, skipped in ((NOT_READ, scan.skipped), (NOTE, scan.remarks)):
        rows.writerows([cell(value) for value in _skipped(verdict, one)] for one in skipped)
    return out.getvalue()


def cell(value: str) -> str:
    """Return inert text that is no formula: one that would begin as a formula does is given an apostrophe before it."""
    text = inert(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA else text


def _row(one: ScannedFinding) -> tuple[str, ...]:
    patch = one.patches[0] if one.patches else None
    place = one.place
    return (
        *(one.verdict.value, one.severity.name, one.rule.value, one.account, one.region),
        *(one.name, one.qualifier or "", one.target, one.subject),
        *(one.summary, one.proof_kind, one.proof, "\n".join(one.because), one.why),
        *(one.repair, one.before, one.after, one.obstacle, one.advice),
        *((patch.language.value, patch.text) if patch else ("", "")),
        *((place.file, str(place.line), str(place.column)) if place else ("", "", "")),
        *(one.fault, one.accepted),
    )


def _skipped(verdict: str, one: Skipped) -> tuple[str, ...]:
    reported = {"verdict": verdict, "target": one.what, "summary": one.why}
    return tuple(reported.get(column, "") for column in HEADER)
