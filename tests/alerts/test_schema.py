"""The schema in the docs is the form of every alert, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.generate.alert_schema import schema
from docs.generate.alerts import ATTRIBUTES
from permission_guard.alerts import notification, rendered
from permission_guard.journal.news import Alert
from permission_guard.repair.outcome import Ending
from tests.alerts.patches.scenes import S3, about, layer
from tests.alerts.scenes import FORGED, body, line, report
from tests.test_golden import TYPICAL

VALIDATOR = Draft202012Validator(schema())
REPORTS: dict[str, Alert] = {
    **{name: make().alert for name, make in TYPICAL.items()},
    **{ending.value: report(line(ending, name=FORGED), name=FORGED) for ending in Ending},
    "a layer": layer("*"),
    "an alias": about({"Principal": S3}, qualifier="live"),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", REPORTS)
def test_every_alert_has_the_form_that_the_schema_says(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(body(REPORTS[name]))] == []


def objects(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that the schema describes with named members."""
    if isinstance(part, dict):
        if "properties" in part:
            yield path, part
        for key, inner in part.items():
            yield from objects(inner, f"{path}/{key}")


@pytest.mark.parametrize("path", dict(objects(schema())))
def test_every_object_is_closed_and_every_member_explained(path: str) -> None:
    part = dict(objects(schema()))[path]
    assert part["additionalProperties"] is False
    assert set(part["required"]) <= set(part["properties"])
    assert [name for name, member in part["properties"].items() if not member.get("description")] == []


MISTAKES: dict[str, dict[str, Any]] = {
    "an older form": {"schema": "permission-guard/alert/1"},
    "a field of nobody's": {"extra": 1},
    "a subject that is too long": {"subject": "x" * 101},
    "a severity of nobody's": {"severity": "SEVERE"},
    "two things at once": {"layer": "arn"},
    "fewer than no findings left out": {"leftOut": -1},
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_no_alert_is_refused(mistake: str) -> None:
    assert not VALIDATOR.is_valid({**body(REPORTS["REPAIRED"]), **MISTAKES[mistake]})


def test_a_finding_that_is_none_is_refused() -> None:
    alert = body(next(iter(REPORTS.values())))
    changes: list[dict[str, Any]] = [
        {"undo": 7},
        {"verdict": "MAYBE"},
        {"proof": {"kind": "witness"}},
        {"patches": [{}]},
    ]
    for change in changes:
        finding = {**alert["findings"][0], **change}
        assert not VALIDATOR.is_valid({**alert, "findings": [finding]}), change
    proof = {"kind": "witness", "sentence": "s", "decision": "allowed"}
    assert not VALIDATOR.is_valid({**alert, "findings": [{**alert["findings"][0], "proof": proof}]})


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_explains_every_attribute_and_its_values(name: str) -> None:
    found = notification(rendered(REPORTS[name])).attributes
    assert list(found) == list(ATTRIBUTES)
    assert [key for key, (_, values) in ATTRIBUTES.items() if values and found[key] not in values] == []
