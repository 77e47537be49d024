"""SARIF 2.1.0, which code scanning reads (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

A PASS is no result: viewers that read only levels would show it as a problem. An UNKNOWN is one, because a failed
read is never a pass (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from permission_guard import PROGRAM
from permission_guard.formats.found import PRODUCT, moment
from permission_guard.formats.untrusted_text import dumped, inert, sentence
from permission_guard.iam.policy import Json
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.rules.about import ABOUT, About
from permission_guard.scan.result import IgnoredFinding, Place, Scan, ScannedFinding, worst_first

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub's `security-severity`: above 9.0 is critical, from 7.0 high, from 4.0 medium."""


def show(scan: Scan) -> str:
    """Return one run, with a rule for each of the guard's, and a result for each fault and each doubt."""
    reported = [one for one in worst_first(scan.findings) if one.verdict is not Verdict.PASS]
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": PROGRAM,
                "fullName": f"{PRODUCT} {scan.version}",
                "version": scan.version,
                "rules": _rules((*reported, *(one.finding for one in scan.ignored))),
            }
        },
        "invocations": [_invocation(scan)],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which the templates were checked."}}
        },
        "results": [*map(_result, reported), *map(_suppressed, scan.ignored)],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "sources": scan.sources,
            "functions": scan.functions,
            "targets": scan.targets,
            "passed": len(scan.findings) - len(reported),
        },
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(reported: Iterable[ScannedFinding]) -> list[dict[str, Json]]:
    worst: dict[Concern, Severity] = {}
    for one in reported:
        worst[one.rule] = max(one.severity, worst.get(one.rule, one.severity))
    return [_rule(id_, about, worst.get(id_)) for id_, about in ABOUT.items()]


def _rule(id_: Concern, about: About, worst: Severity | None) -> dict[str, Json]:
    properties: dict[str, Json] = {"tags": ["security", "aws", "lambda"], "precision": "very-high"}
    if worst is not None:
        properties["security-severity"] = _SCORES[worst]
    return {
        "id": id_.value,
        "shortDescription": {"text": f"{about.reports[:1].upper()}{about.reports[1:]}."},
        "fullDescription": {"text": about.why},
        "help": {"text": f"{about.why} See {about.rule.reference}"},
        "helpUri": about.rule.reference,
        "defaultConfiguration": {"level": _LEVELS[worst or Severity.MEDIUM]},
        "properties": properties,
    }


def _invocation(scan: Scan) -> dict[str, Json]:
    """Return when it ran, and what could not be read: then the run was not successful."""
    return {
        "executionSuccessful": not scan.skipped,
        "startTimeUtc": moment(scan.at),
        "toolExecutionNotifications": [
            *(_notification("error", f"{one.what} could not be read: {one.why}") for one in scan.skipped),
            *(_notification("note", f"{one.what}: {one.why}") for one in scan.notes),
        ],
    }


def _notification(level: str, text: str) -> dict[str, Json]:
    return {"level": level, "message": _plain(text)}


def _suppressed(one: IgnoredFinding) -> dict[str, Json]:
    """Return a finding that is ignored: viewers show it as closed, with the reason (SARIF 3.35)."""
    kind = "inSource" if one.in_source else "external"
    return {**_result(one.finding), "suppressions": [{"kind": kind, "justification": inert(one.reason)}]}


def _result(one: ScannedFinding) -> dict[str, Json]:
    doubt = "Not decided: " if one.verdict is Verdict.UNKNOWN else ""
    because = " ".join(map(sentence, one.because))
    paragraphs = [
        f"{doubt}{sentence(one.summary) or sentence(one.title)}",
        f"{sentence(one.sentence)} {because}".strip(),
        sentence(one.advice),
    ]
    level = "warning" if one.verdict is Verdict.UNKNOWN else _LEVELS[one.severity]
    return {
        "ruleId": one.rule.value,
        "ruleIndex": list(ABOUT).index(one.rule),
        "level": level,
        "message": _plain("\n\n".join(part for part in paragraphs if part) or one.rule.value),
        "locations": [_location(one)],
        "partialFingerprints": {"permissionGuardFault/v1": one.fault},
        "properties": _properties(one),
        **({"suppressions": [_suppression(one.accepted)]} if one.accepted else {}),
    }


def _suppression(accepted: str) -> dict[str, Json]:
    return {"kind": "external", "status": "accepted", "justification": inert(accepted)}


def _properties(one: ScannedFinding) -> dict[str, Json]:
    return {
        "verdict": one.verdict.value,
        "severity": one.severity.name,
        "target": one.target,
        "subject": one.subject,
        "account": one.account,
        "region": one.region,
        "proofKind": one.proof_kind,
        "proof": one.proof,
        "repair": one.repair,
        "before": one.before,
        "after": one.after,
        "obstacle": one.obstacle,
        "patches": [{"language": patch.language.value, "text": patch.text} for patch in one.patches],
    }


def _location(one: ScannedFinding) -> dict[str, Json]:
    location: dict[str, Json] = {
        "logicalLocations": [{"name": one.name, "fullyQualifiedName": one.target, "kind": "resource"}]
    }
    if one.place is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(one.place),
            "region": {"startLine": one.place.line, "startColumn": one.place.column},
        }
    return location


def _artifact(place: Place) -> dict[str, Json]:
    path = quote(place.file, errors="surrogatepass")
    return {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": _ROOT}


def _plain(text: str) -> dict[str, Json]:
    """Return a message that is nothing but text.

    `]` followed by `(` would be a link even in plain text (SARIF 3.11.6), and braces stand for arguments unless they are doubled (3.11.5).
    """
    return {"text": _unlinked(text).replace("{", "{{").replace("}", "}}")}


def _unlinked(text: str) -> str:
    return inert(text).replace("](", "] (")
