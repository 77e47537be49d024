"""OCSF 1.8.0: each line is one Compliance Finding (class 2003), as SIEMs take it (https://schema.ocsf.io/1.8.0/classes/compliance_finding).

Not a Detection Finding, because nothing has happened, and not a Vulnerability Finding, because no software has a flaw: a
resource was evaluated against a rule (docs/decisions/0022).
"""

from __future__ import annotations

from typing import Final

from permission_guard import PROGRAM
from permission_guard.formats.found import (
    PRODUCT,
    has_account,
    identities,
    is_layer,
    partition,
)
from permission_guard.formats.untrusted_text import dumped
from permission_guard.iam.policy import Json
from permission_guard.model.finding import Severity, Verdict
from permission_guard.rules.about import ABOUT
from permission_guard.scan.result import Scan, ScannedFinding, worst_first

VERSION: Final = "1.8.0"
_CLASS: Final = 2003
_CREATE: Final = 1
_SEVERITIES: Final = {
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_INFORMATIONAL: Final = (1, "Informational")
_COMPLIANCE: Final = {Verdict.PASS: (1, "Pass"), Verdict.FAIL: (3, "Fail"), Verdict.UNKNOWN: (0, "Unknown")}
_SUPPRESSED: Final = (3, "Suppressed")
_STATUS: Final = {Verdict.PASS: (4, "Resolved"), Verdict.FAIL: (1, "New"), Verdict.UNKNOWN: (1, "New")}


def show(scan: Scan) -> str:
    """Return a line for each finding."""
    findings = worst_first(scan.findings)
    named = zip(findings, identities(findings), strict=True)
    return "".join(dumped(_event(one, id_, scan)) + "\n" for one, id_ in named)


def _event(one: ScannedFinding, id_: str, scan: Scan) -> dict[str, Json]:
    passed = one.verdict is Verdict.PASS
    severity_id, severity = _INFORMATIONAL if passed else _SEVERITIES[one.severity]
    status_id, status = _SUPPRESSED if one.accepted else _STATUS[one.verdict]
    event: dict[str, Json] = {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": int(scan.at.timestamp() * 1000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": one.summary or one.title,
        "metadata": _metadata(one, scan),
        "finding_info": _finding_info(one, id_),
        "compliance": _compliance(one),
        "resources": [_resource(one)],
        "evidences": [{"name": one.proof_kind, "data": _evidence(one)}],
    }
    if has_account(one):
        event["cloud"] = {
            "provider": "AWS",
            "cloud_partition": partition(one),
            "account": {"uid": one.account, "type_id": 10, "type": "AWS Account"},
            "region": one.region,
        }
    if one.accepted:
        event["comment"] = one.accepted
    if one.advice:
        event["remediation"] = {"desc": one.advice, "references": [ABOUT[one.rule].rule.reference]}
    return event


def _metadata(one: ScannedFinding, scan: Scan) -> dict[str, Json]:
    # The profile `cloud` asks for the account, which a template does not have.
    return {
        "version": VERSION,
        "profiles": ["cloud"] if has_account(one) else [],
        "product": {"name": PRODUCT, "vendor_name": PRODUCT, "uid": PROGRAM, "version": scan.version},
        "event_code": one.rule.value,
    }


def _finding_info(one: ScannedFinding, id_: str) -> dict[str, Json]:
    return {
        "uid": id_,
        "uid_alt": one.fault,
        "title": one.title or one.rule.value,
        "desc": one.sentence or one.summary,
        "types": [one.rule.value],
        "analytic": {
            "type_id": 1,
            "type": "Rule",
            "uid": one.rule.value,
            "name": one.title or one.rule.value,
        },
    }


def _compliance(one: ScannedFinding) -> dict[str, Json]:
    status_id, status = _COMPLIANCE[one.verdict]
    return {
        "control": one.rule.value,
        "standards": [PRODUCT],
        "desc": one.why,
        "status_id": status_id,
        "status": status,
        "status_details": one.because,
    }


def _resource(one: ScannedFinding) -> dict[str, Json]:
    resource: dict[str, Json] = {
        "uid": one.target,
        "name": one.name,
        "type": "AWS::Lambda::LayerVersion" if is_layer(one) else "AWS::Lambda::Function",
    }
    if one.qualifier is not None:
        resource["version"] = one.qualifier
    if has_account(one):
        resource |= {"cloud_partition": partition(one), "region": one.region}
    return resource


def _evidence(one: ScannedFinding) -> dict[str, Json]:
    return {
        "subject": one.subject,
        "proof": one.proof,
        "repair": one.repair,
        "before": one.before,
        "after": one.after,
        "obstacle": one.obstacle,
        "patches": [{"language": patch.language.value, "text": patch.text} for patch in one.patches],
        "place": None
        if one.place is None
        else {"file": one.place.file, "line": one.place.line, "column": one.place.column},
    }
