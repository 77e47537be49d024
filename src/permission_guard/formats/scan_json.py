"""What a scan found, written down as JSON, and read back as the same value."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Final

from permission_guard.alerts.patches import Language, Patch
from permission_guard.events.record import BadEvent, Record
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import Json, loads
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.model.proof_text import KINDS
from permission_guard.scan.result import IgnoredFinding, Place, Scan, ScannedFinding, Skipped

SCHEMA: Final = "permission-guard/scan/1"
_TEXTS: Final = (
    *("fault", "target", "name", "account", "region", "subject", "title", "summary", "proof"),
    *("sentence", "why", "repair", "before", "after", "obstacle", "advice"),
)
"""The fields of a finding that are texts, which may be empty."""


class ScanError(ValueError):
    """A text that is no scan. `field` says where, `problem` what."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


def written(scan: Scan) -> str:
    """Write a scan down; the text is ASCII, and ends with a line break."""
    whole: dict[str, Json] = {
        "schema": SCHEMA,
        "version": scan.version,
        "at": scan.at.isoformat(),
        "sources": scan.sources,
        "functions": scan.functions,
        "targets": scan.targets,
        "findings": [_finding_body(one) for one in scan.findings],
        "skipped": _bodies(scan.skipped),
        "notes": _bodies(scan.notes),
        "ignored": [
            {"finding": _finding_body(one.finding), "reason": one.reason, "in_source": one.in_source}
            for one in scan.ignored
        ],
    }
    return json.dumps(whole, indent=2) + "\n"


def _finding_body(one: ScannedFinding) -> dict[str, Json]:
    """Return one finding as JSON has it, its fields in the order of the value's."""
    body: dict[str, Json] = {
        **{key: str(getattr(one, key)) for key in _TEXTS},
        "qualifier": one.qualifier,
        "rule": one.rule.value,
        "verdict": one.verdict.value,
        "severity": one.severity.name,
        "proof_kind": one.proof_kind,
        "because": one.because,
        "patches": [{"language": patch.language.value, "text": patch.text} for patch in one.patches],
        "place": {"file": one.place.file, "line": one.place.line, "column": one.place.column}
        if one.place
        else None,
        "accepted": one.accepted,
    }
    return {field.name: body[field.name] for field in fields(one)}


def read(text: str) -> Scan:
    """Read a scan. Raises ScanError, which names the first field that is missing or says what it may not."""
    try:
        return _scan(Record.of(loads(text), "scan"))
    except PolicyError as error:
        raise ScanError("scan", f"at {error.path} {error.problem}") from error
    except BadEvent as error:
        raise ScanError(error.field, error.problem) from error


def _scan(body: Record) -> Scan:
    body.among("schema", [SCHEMA])
    return Scan(
        version=body.text("version"),
        at=body.moment("at"),
        sources=_texts(body, "sources"),
        functions=body.whole("functions"),
        targets=body.whole("targets"),
        findings=tuple(map(_finding_in, body.each("findings"))),
        skipped=_skipped(body, "skipped"),
        notes=_skipped(body, "notes") if body.has("notes") else (),
        ignored=tuple(map(_ignored, body.each("ignored"))) if body.has("ignored") else (),
    )


def _bodies(skipped: tuple[Skipped, ...]) -> list[Json]:
    return [{"what": one.what, "why": one.why} for one in skipped]


def _skipped(body: Record, key: str) -> tuple[Skipped, ...]:
    return tuple(Skipped(_text(one, "what"), _text(one, "why")) for one in body.each(key))


def _ignored(body: Record) -> IgnoredFinding:
    return IgnoredFinding(_finding_in(body.inner("finding")), body.text("reason"), body.flag("in_source"))


def _finding_in(body: Record) -> ScannedFinding:
    """Read one finding. Raises BadEvent."""
    place = body.inner("place") if body.has("place") else None
    return ScannedFinding(
        **{key: _text(body, key) for key in _TEXTS},
        qualifier=body.text("qualifier") if body.has("qualifier") else None,
        rule=body.one_of(Concern, "rule"),
        verdict=body.one_of(Verdict, "verdict"),
        severity=Severity[body.among("severity", Severity.__members__)],
        proof_kind=body.among("proof_kind", KINDS),
        because=_texts(body, "because"),
        patches=tuple(
            Patch(one.one_of(Language, "language"), _text(one, "text")) for one in body.each("patches")
        ),
        place=Place(_text(place, "file"), place.whole("line"), place.whole("column")) if place else None,
        accepted=_text(body, "accepted") if body.has("accepted") else "",
    )


def _texts(body: Record, key: str) -> tuple[str, ...]:
    """Return a list of texts, which may be empty but must be there."""
    return () if body.body.get(key) == [] else body.texts(key)


def _text(body: Record, key: str) -> str:
    """Return a text, which may be empty but must be there."""
    return "" if body.body.get(key) == "" else body.text(key)
