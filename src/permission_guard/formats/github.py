"""GitHub's annotations: a workflow command for each finding, shown at its line of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. A text is escaped as GitHub's own toolkit
does it (actions/toolkit, packages/core/src/command.ts), so that no name or path ends a command or begins another.
"""

from __future__ import annotations

from typing import Final

from permission_guard.formats.found import paragraphs
from permission_guard.formats.untrusted_text import inert, line, sentence
from permission_guard.model.finding import Severity, Verdict
from permission_guard.scan.result import Scan, ScannedFinding, Skipped, worst_first

_COMMANDS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
_IN_TEXT: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def show(scan: Scan) -> str:
    """Return a line for each finding that does not pass and was not accepted, and for what was not evaluated or is ignored.

    The most severe come first: GitHub shows ten of each kind for a step.
    """
    found = (
        one for one in worst_first(scan.findings) if one.verdict is not Verdict.PASS and not one.accepted
    )
    skipped = (_skipped("warning", "Not evaluated", one) for one in scan.skipped)
    notes = (_skipped("notice", "Ignored or not deployed", one) for one in scan.remarks)
    return "".join(f"{one}\n" for one in (*map(_annotation, found), *skipped, *notes))


def _skipped(name: str, title: str, one: Skipped) -> str:
    return _command(name, {"title": title}, f"{line(one.what)}: {sentence(one.why)}")


def _annotation(one: ScannedFinding) -> str:
    is_unknown = one.verdict is Verdict.UNKNOWN
    place = one.place
    properties = (
        {} if place is None else {"file": place.file, "line": str(place.line), "col": str(place.column)}
    )
    properties["title"] = f"{one.verdict.value} {one.rule.value} ({one.severity.name})"
    name = "warning" if is_unknown else _COMMANDS[one.severity]
    return _command(name, properties, f"{line(one.subject)}: " + "\n".join(paragraphs(one)))


def _command(name: str, properties: dict[str, str], text: str) -> str:
    fields = ",".join(f"{key}={line(value).translate(_IN_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {fields}::{inert(text).translate(_IN_TEXT)}"
