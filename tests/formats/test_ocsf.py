"""OCSF 1.8.0: held against its own compiled schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from permission_guard.formats import show
from permission_guard.formats.untrusted_text import inert
from permission_guard.scan.result import Scan
from tests.formats.hostile import is_harmless, scans
from tests.formats.sample import CHECK, DOUBTFUL, LAYER, OPEN, PASSES, SCAN, UNREAD
from tests.formats.schemas import ocsf


def events(scan: Scan) -> list[Any]:
    return [json.loads(one) for one in show("ocsf", scan).splitlines()]


def only(scan: Scan) -> Any:
    (event,) = events(scan)
    return event


def faults(event: Any) -> list[str]:
    return [
        f"{error.json_path}: {error.message}"
        for error in ocsf(*event["metadata"]["profiles"]).iter_errors(event)
    ]


@pytest.mark.parametrize("scan", [SCAN, CHECK], ids=["scan", "check"])
def test_every_event_is_valid_by_the_published_schema(scan: Scan) -> None:
    assert [faults(event) for event in events(scan)] == [[] for _ in scan.findings]


def test_the_schema_that_is_asked_is_able_to_refuse() -> None:
    event = only(replace(SCAN, findings=(OPEN,)))
    del event["finding_info"]["uid"]
    event["severity_id"] = 17
    assert len(faults(event)) == 2


@pytest.mark.parametrize(
    ("finding", "compliance", "status", "severity"),
    [
        (OPEN, "Fail", "New", "High"),
        (DOUBTFUL, "Unknown", "New", "High"),
        (UNREAD, "Unknown", "New", "Medium"),
        (PASSES[0], "Pass", "Resolved", "Informational"),
    ],
)
def test_the_statuses_follow_the_verdict(finding: Any, compliance: str, status: str, severity: str) -> None:
    event = only(replace(SCAN, findings=(finding,)))
    assert (event["compliance"]["status"], event["status"], event["severity"]) == (
        compliance,
        status,
        severity,
    )


def test_what_is_in_an_account_names_it_and_what_is_in_a_template_names_its_place() -> None:
    cloud = only(replace(SCAN, findings=(LAYER,)))
    assert cloud["cloud"]["account"]["uid"] == "111122223333"
    assert cloud["resources"][0]["type"] == "AWS::Lambda::LayerVersion"
    template = only(CHECK)
    assert "cloud" not in template
    assert template["evidences"][0]["data"]["place"] == {
        "file": "deploy/my template.yaml",
        "line": 14,
        "column": 5,
    }


@settings(max_examples=15, deadline=None)
@given(scans)
def test_hostile_text_stays_text(scan: Scan) -> None:
    shown = show("ocsf", scan)
    assert is_harmless(shown)
    made = [json.loads(one) for one in shown.splitlines()]
    assert [faults(one) for one in made] == [[] for _ in scan.findings]
    for key in ("subject", "before", "after", "proof"):
        assert sorted(one["evidences"][0]["data"][key] for one in made) == sorted(
            inert(getattr(one, key)) for one in scan.findings
        )
