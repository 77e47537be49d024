"""A scan written down reads back as the same value, and whatever is wrong in the text is told by its field."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard.alerts.patches import Language, Patch
from permission_guard.formats.scan_json import ScanError, read, written
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.model.proof_text import KINDS
from permission_guard.scan.result import Place, Scan, ScannedFinding, Skipped
from tests.journal.entries import MOMENTS
from tests.thorough import examples

_TEXTS = st.text(max_size=20)
_WORDS = st.text(min_size=1, max_size=20)
_LISTED = st.lists(_WORDS, max_size=3).map(tuple)
_FINDINGS = st.builds(
    ScannedFinding,
    **{
        name: _TEXTS
        for name in ScannedFinding.__annotations__
        if ScannedFinding.__annotations__[name] == "str"
    },
    qualifier=st.none() | _WORDS,
    rule=st.sampled_from(Concern),
    verdict=st.sampled_from(Verdict),
    severity=st.sampled_from(Severity),
    because=_LISTED,
    patches=st.lists(st.builds(Patch, st.sampled_from(Language), _TEXTS), max_size=2).map(tuple),
    place=st.none() | st.builds(Place, _TEXTS, st.integers(1, 9999), st.integers(1, 999)),
)


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    found = draw(st.lists(_FINDINGS, max_size=3))
    kinds = [draw(st.sampled_from(KINDS)) for _ in found]
    body = [
        ScannedFinding(**{**{name: getattr(one, name) for name in one.__annotations__}, "proof_kind": kind})
        for one, kind in zip(found, kinds, strict=True)
    ]
    return Scan(
        version=draw(_WORDS),
        at=draw(MOMENTS),
        sources=draw(_LISTED),
        functions=draw(st.integers(0, 10**9)),
        targets=draw(st.integers(0, 10**9)),
        findings=tuple(body),
        skipped=tuple(draw(st.lists(st.builds(Skipped, _TEXTS, _TEXTS), max_size=2))),
        notes=tuple(draw(st.lists(st.builds(Skipped, _TEXTS, _TEXTS), max_size=2))),
    )


@settings(max_examples=examples(25, 200))
@given(scans())
def test_a_scan_reads_back_as_the_same_value(scan: Scan) -> None:
    text = written(scan)
    assert text.isascii()
    assert read(text) == scan


FINDING = ScannedFinding(
    **{name: "x" for name, kind in ScannedFinding.__annotations__.items() if kind == "str"}
    | {"proof_kind": "none"},  # type: ignore[arg-type]  # the texts only
    qualifier=None,
    rule=Concern.FUNCTION_IS_NOT_PUBLIC,
    verdict=Verdict.FAIL,
    severity=Severity.HIGH,
    because=(),
    patches=(Patch(Language.SAM, "x"),),
)
SCAN = Scan("1", datetime(2026, 11, 20, tzinfo=UTC), ("a/b",), 1, 1, (FINDING,), (Skipped("x", "y"),))


def test_a_scan_without_notes_has_none() -> None:
    body = json.loads(written(SCAN))
    del body["notes"]
    assert read(json.dumps(body)) == SCAN


def changed(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, **changes}


def in_finding(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, "findings": [{**body["findings"][0], **changes}]}


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no object": (lambda _body: [], "scan is a list, not an object"),
    "another schema": (
        changed(schema="permission-guard/alert/2"),
        "scan.schema is 'permission-guard/alert/2', not one of permission-guard/scan/1",
    ),
    "no findings": (changed(findings=None), "scan.findings is null, not a list"),
    "a finding that is none": (changed(findings=[1]), "scan.findings[0] is a number, not an object"),
    "notes that are none": (changed(notes=3), "scan.notes is a number, not a list"),
    "a time without zone": (changed(at="2026-11-20"), "scan.at is no time with a zone: '2026-11-20'"),
    "a count that is none": (changed(functions=-1), "scan.functions is a number, not a whole number"),
    "a source that is none": (changed(sources=[""]), "scan.sources[0].text is an empty text, not a text"),
    "another verdict": (
        in_finding(verdict="MAYBE"),
        "scan.findings[0].verdict is 'MAYBE', not one of PASS, FAIL, UNKNOWN",
    ),
    "another severity": (
        in_finding(severity="BAD"),
        "scan.findings[0].severity is 'BAD', not one of LOW, MEDIUM, HIGH, CRITICAL",
    ),
    "another proof": (
        in_finding(proof_kind="x"),
        f"scan.findings[0].proof_kind is 'x', not one of {', '.join(KINDS)}",
    ),
    "no summary": (in_finding(summary=None), "scan.findings[0].summary is missing"),
    "a place without a line": (
        in_finding(place={"file": "t.yaml", "line": "one", "column": 1}),
        "scan.findings[0].place.line is a text, not a whole number",
    ),
    "a patch in another language": (
        in_finding(patches=[{"language": "COBOL", "text": ""}]),
        "scan.findings[0].patches[0].language is 'COBOL', not one of SAM, CloudFormation, Terraform, CDK",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_reported_by_its_field(kind: str) -> None:
    change, line = WRONG[kind]
    with pytest.raises(ScanError) as reported:
        read(json.dumps(change(json.loads(written(SCAN)))))
    assert str(reported.value) == line


def test_what_is_no_json_is_reported_with_its_place() -> None:
    with pytest.raises(ScanError, match=r"^scan at line 1 column 2 is not JSON: "):
        read("{")
