"""The subject of the mail."""

from __future__ import annotations

from typing import Final

from permission_guard.alert.printable import printable
from permission_guard.iam import FunctionArn
from permission_guard.outcome import Ending
from permission_guard.report import Report

SUBJECT_LIMIT: Final = 100
"""Characters of ASCII that a subject may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

_VERBS: Final = {
    Ending.REPAIRED: "repaired",
    Ending.WOULD_REPAIR: "would repair",
    Ending.TOLD: "needs you",
    Ending.FAILED: "could not repair",
    Ending.ESCALATED: "stopped repairing",
    Ending.RELEASED: "released",
}

_WORST_FIRST: Final = (
    Ending.ESCALATED,
    Ending.FAILED,
    Ending.TOLD,
    Ending.WOULD_REPAIR,
    Ending.REPAIRED,
    Ending.RELEASED,
)


def subject(report: Report) -> str:
    """One line: what became of it, the fault, the function. ASCII, no line breaks, at most 100 characters."""
    worst = report.lines[0].finding
    verb = _VERBS[worst_ending(report)]
    text = f"[{worst.severity.name}] {verb}: {worst.rule} {report.facts.arn.name}"
    return printable(text).encode("ascii", "replace").decode()[:SUBJECT_LIMIT]


def worst_ending(report: Report) -> Ending:
    """Of several findings, what became of the one that needs a person most."""
    return min((line.ending for line in report.lines), key=_WORST_FIRST.index)


def kind_of(report: Report) -> str:
    """What the alert is about: `function` or `layer`."""
    return "function" if isinstance(report.facts.arn, FunctionArn) else "layer"
