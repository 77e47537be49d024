"""JUnit's XML: a suite for each file, a test for each verdict, and well-formed whatever others chose as names."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given, settings

from permission_guard.formats import show
from permission_guard.formats.junit import NOT_EVALUATED, NOTES
from permission_guard.formats.untrusted_text import inert, line
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Place, Scan, Skipped
from tests.formats.hostile import placed, scans, texts
from tests.formats.sample import CHECK, DOUBTFUL, EMPTY, NO_LOGS, OPEN, PASSES, SCAN


def read(scan: Scan) -> Element:
    shown = show("junit", scan)
    assert shown.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="permission-guard" ')
    assert shown.isascii()
    return fromstring(shown)  # noqa: S314  # what the test itself has made


def test_a_finding_is_a_failed_test_of_its_file() -> None:
    suite, _ = read(CHECK)
    assert suite.attrib == {
        "name": "deploy/my template.yaml",
        "tests": "1",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "0",
        "timestamp": "2026-11-25T04:00:00",
    }
    (test,) = suite
    assert test.attrib == {
        "classname": "deploy/my template.yaml",
        "name": "invoke-permission-names-its-source: OrdersPermission",
        "time": "0",
    }
    (failure,) = test
    assert (failure.tag, failure.attrib) == ("failure", {"type": "HIGH", "message": OPEN.sentence})
    assert (failure.text or "").startswith(f"deploy/my template.yaml:14:5\n{OPEN.sentence}\n")
    assert (failure.text or "").endswith(f"Fix:\n{OPEN.patches[0].text}")


def test_a_pass_is_a_test_a_doubt_an_error_and_what_was_not_evaluated_is_skipped() -> None:
    notes = (Skipped("template.yaml: It", "it is ignored: ours"),)
    root = read(replace(SCAN, findings=(*PASSES, DOUBTFUL, NO_LOGS), notes=notes))
    assert root.attrib == {
        "name": "permission-guard",
        "tests": "7",
        "failures": "1",
        "errors": "1",
        "time": "0",
    }
    tests = [(suite.attrib["name"], [one.tag for one in test]) for suite in root for test in suite]
    assert tests == [
        ("111122223333/eu-west-1", ["failure"]),
        ("111122223333/us-east-1", ["error"]),
        ("111122223333/us-east-1", []),
        ("111122223333/us-east-1", []),
        ("111122223333/us-east-1", []),
        (NOT_EVALUATED, ["skipped"]),
        (NOTES, ["skipped"]),
    ]
    (last,) = root[-1]
    assert (last.attrib["name"], last[0].attrib) == (
        "template.yaml: It",
        {"message": "it is ignored: ours."},
    )
    assert root[-1].attrib["skipped"] == "1"


def test_nothing_found_is_a_report_without_tests() -> None:
    root = read(replace(EMPTY, skipped=()))
    assert (root.attrib["tests"], len(root)) == ("0", 0)


def test_names_of_any_script_are_kept_and_markup_in_them_is_text() -> None:
    name = "Größe 注文 </testcase><failure/>&amp;]]>\"'"
    one = replace(CHECK.findings[0], subject=name, place=Place(name, 1, 1))
    (test,), _ = read(replace(CHECK, findings=(one,)))
    assert test.attrib["classname"] == name
    assert test.attrib["name"] == f"invoke-permission-names-its-source: {name}"


@settings(max_examples=60, deadline=None)
@given(scans, texts)
def test_hostile_text_stays_in_its_attribute_or_element(scan: Scan, file: str) -> None:
    scan = placed(scan, file)
    root = read(scan)
    tests = [test for suite in root for test in suite]
    assert len(tests) == len(scan.findings) + 2
    assert {one.tag for one in root.iter()} <= {
        *("testsuites", "testsuite", "testcase"),
        *("failure", "error", "skipped"),
    }
    names = sorted(test.attrib["name"] for test in tests)
    expected = [f"{one.rule.value}: {one.subject}" for one in scan.findings]
    assert names == sorted(
        line(one) for one in (*expected, *(one.what for one in (*scan.skipped, *scan.remarks)))
    )
    failed = [one for one in scan.findings if one.verdict is Verdict.FAIL]
    found = sorted(one.text or "" for one in root.iter("failure"))
    assert len(found) == len(failed)
    assert all(text.startswith(f"{inert(file)}:3:7\n") for text in found)
