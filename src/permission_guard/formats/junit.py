"""JUnit's XML, as CI servers show it: a suite for each file, or account and Region, and a test for each verdict.

It has no standard; this is what Jenkins' junit-10.xsd allows, which other servers read as well.
"""

from __future__ import annotations

from datetime import UTC
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from permission_guard import PROGRAM
from permission_guard.formats.found import paragraphs
from permission_guard.formats.untrusted_text import inert, line, sentence
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding, Skipped, worst_first

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
NOT_EVALUATED: Final = "not evaluated"
"""The name of the suite of what was not evaluated."""
NOTES: Final = "ignored or not deployed"
"""The name of the suite of the notes."""


def show(scan: Scan) -> str:
    """Return the report. A FAIL is a failure, an UNKNOWN an error; what was accepted, not evaluated or ignored is skipped.

    It is ASCII, other characters are references: so it can be read whatever the encoding of the output is.
    """
    suites: dict[str, list[Element]] = {}
    for one in worst_first(scan.findings):
        suites.setdefault(_suite(one), []).append(_test(one))
    for name, skipped in ((NOT_EVALUATED, scan.skipped), (NOTES, scan.remarks)):
        if skipped:
            suites[name] = [_skipped(name, one) for one in skipped]
    counts = _counts([one for tests in suites.values() for one in tests])
    del counts["skipped"]  # which `testsuites` does not have
    root = Element("testsuites", {"name": PROGRAM, **counts})
    at = f"{scan.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    for name, tests in suites.items():
        suite = SubElement(root, "testsuite", {"name": line(name), **_counts(tests), "timestamp": at})
        suite.extend(tests)
    indent(root)
    body: bytes = tostring(root, encoding="us-ascii", xml_declaration=False)
    return f"{_HEAD}{body.decode('ascii')}\n"


def _counts(tests: list[Element]) -> dict[str, str]:
    kinds = [child.tag for test in tests for child in test]
    counted = {f"{kind}s": str(kinds.count(kind)) for kind in ("failure", "error")}
    return {"tests": str(len(tests)), **counted, "skipped": str(kinds.count("skipped")), "time": "0"}


def _suite(one: ScannedFinding) -> str:
    return one.place.file if one.place is not None else f"{one.account}/{one.region}"


def _test(one: ScannedFinding) -> Element:
    test = _case(_suite(one), f"{one.rule.value}: {one.subject}")
    if one.accepted:
        SubElement(test, "skipped", {"message": line(f"accepted {one.accepted}")})
    elif one.verdict is not Verdict.PASS:
        kind = "failure" if one.verdict is Verdict.FAIL else "error"
        attributes = {"type": one.severity.name, "message": line(one.sentence)}
        place = (f"{one.place.file}:{one.place.line}:{one.place.column}",) if one.place is not None else ()
        SubElement(test, kind, attributes).text = inert("\n".join((*place, *paragraphs(one))))
    return test


def _case(suite: str, name: str) -> Element:
    return Element("testcase", {"classname": line(suite), "name": line(name), "time": "0"})


def _skipped(suite: str, one: Skipped) -> Element:
    test = _case(suite, one.what)
    SubElement(test, "skipped", {"message": sentence(one.why)})
    return test
