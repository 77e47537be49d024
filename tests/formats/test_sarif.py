"""SARIF: held against OASIS's schema, and what code scanning makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings

from permission_guard.formats import show
from permission_guard.formats.untrusted_text import inert
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.rules.about import ABOUT
from permission_guard.scan.result import Place, Scan
from tests.formats.hostile import is_harmless, placed, scans, texts
from tests.formats.sample import CHECK, DOUBTFUL, EMPTY, OPEN, SCAN
from tests.formats.schemas import sarif


def run(scan: Scan) -> Any:
    return json.loads(show("sarif", scan))["runs"][0]


def message(scan: Scan) -> str:
    return str(run(scan)["results"][0]["message"]["text"])


@pytest.mark.parametrize("scan", [SCAN, CHECK, EMPTY], ids=["scan", "check", "nothing"])
def test_it_is_valid_by_the_published_schema(scan: Scan) -> None:
    assert [error.message for error in sarif().iter_errors(json.loads(show("sarif", scan)))] == []


def test_the_schema_that_is_asked_is_able_to_refuse() -> None:
    broken = json.loads(show("sarif", SCAN))
    broken["runs"][0]["results"][0]["level"] = "grave"
    assert not sarif().is_valid(broken)


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.0"),
    ],
)
def test_the_level_follows_the_severity(severity: Severity, level: str, score: str) -> None:
    made = run(replace(SCAN, findings=(replace(OPEN, severity=severity),)))
    result = made["results"][0]
    rule = made["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (result["level"], rule["id"], rule["properties"]["security-severity"]) == (
        level,
        OPEN.rule.value,
        score,
    )


def test_a_doubt_is_a_warning_that_says_so() -> None:
    scan = replace(SCAN, findings=(DOUBTFUL,))
    assert run(scan)["results"][0]["level"] == "warning"
    assert message(scan).startswith('Not decided: Statement "partner"')


def test_every_rule_of_the_guard_is_there_with_its_help() -> None:
    rules = {one["id"]: one for one in run(EMPTY)["tool"]["driver"]["rules"]}
    assert list(rules) == [one.value for one in Concern]
    assert all(about.why in rules[one.value]["help"]["text"] for one, about in ABOUT.items())


def test_what_is_in_a_file_has_its_line_and_its_column_and_what_is_not_has_its_arn() -> None:
    (in_file,) = run(CHECK)["results"][0]["locations"]
    assert in_file["physicalLocation"] == {
        "artifactLocation": {"uri": "deploy/my%20template.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 14, "startColumn": 5},
    }
    (in_account,) = run(replace(SCAN, findings=(OPEN,)))["results"][0]["locations"]
    assert in_account == {
        "logicalLocations": [{"name": "orders", "fullyQualifiedName": OPEN.target, "kind": "resource"}]
    }


def test_an_absolute_path_is_an_address_of_its_own() -> None:
    scan = replace(SCAN, findings=(replace(OPEN, place=Place("/deploy/a#b.yaml", 1, 1)),))
    location = run(scan)["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "file:///deploy/a%23b.yaml"}


def test_what_was_not_looked_at_is_reported_and_nothing_is_called_a_success() -> None:
    (invocation,) = run(SCAN)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"].endswith("ap-south-1 could not be read: the region is not enabled")


def test_what_is_ignored_is_suppressed_with_its_reason_and_the_run_is_a_success() -> None:
    made = run(CHECK)
    (invocation,) = made["invocations"]
    assert invocation["executionSuccessful"] is True
    assert [one.get("suppressions") for one in made["results"]] == [
        None,
        [{"kind": "inSource", "justification": "ours, {0} [a](b)"}],
    ]
    by_configuration = replace(CHECK, ignored=(replace(CHECK.ignored[0], in_source=False),))
    assert run(by_configuration)["results"][1]["suppressions"][0]["kind"] == "external"


@settings(max_examples=25, deadline=None)
@given(scans)
def test_hostile_text_stays_text(scan: Scan) -> None:
    shown = show("sarif", scan)
    assert is_harmless(shown)
    whole = json.loads(shown)
    assert sarif().is_valid(whole)
    reported = [one for one in scan.findings if one.verdict is not Verdict.PASS]
    results = whole["runs"][0]["results"]
    assert sorted(one["properties"]["subject"] for one in results) == sorted(
        inert(one.subject) for one in reported
    )
    assert sorted(one["properties"]["before"] for one in results) == sorted(
        inert(one.before) for one in reported
    )
    messages = [one["message"]["text"] for one in results]
    assert not any("](" in text or "{" in text.replace("{{", "") for text in messages)
    # Markdown is nowhere, so there is none that foreign text could be taken for.
    assert "markdown" not in shown


@settings(max_examples=25, deadline=None)
@given(texts.filter(bool))
def test_a_files_name_reads_back_as_it_was(name: str) -> None:
    location = run(placed(CHECK, name))["results"][0]["locations"][0]["physicalLocation"]
    uri = location["artifactLocation"]["uri"]
    assert uri.isascii()
    assert unquote(uri.removeprefix("file://"), errors="surrogatepass") == name


def test_a_finding_without_words_still_has_a_message() -> None:
    mute = replace(OPEN, summary="", title="", sentence="", because=(), advice="", why="")
    assert message(replace(SCAN, findings=(mute,))) == OPEN.rule.value
