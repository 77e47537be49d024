"""The page as it is written: needs nothing but itself, can be read without script, and foreign text is only ever text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from permission_guard.formats import show
from permission_guard.formats.html import difference
from permission_guard.formats.untrusted_text import inert, line
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding
from tests.formats.hostile import is_harmless, scans
from tests.formats.reading import Element, parsed
from tests.formats.sample import ANYONE, EMPTY, NO_LOGS, OPEN, PASSES, SCAN

URLS = ("href", "src", "action", "formaction", "data", "srcset", "poster", "xlink:href")
LINKED = re.compile(r"https://docs\.aws\.amazon\.com/[\w./-]+")


def page(*findings: ScannedFinding, scan: Scan = SCAN) -> Element:
    return parsed(show("html", replace(scan, findings=findings) if findings else scan))


def elements(root: Element) -> list[Element]:
    inner = [one for one in root.content if isinstance(one, Element)]
    return [*inner, *(below for one in inner for below in elements(one))]


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_its_policy_lets_its_own_style_and_script_run_and_nothing_else() -> None:
    made = page()
    policy = made.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    style, script = made.one("style").text, made.one("script").text
    assert policy == (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_and_only_aws_pages_on_the_rules_are_linked() -> None:
    for one in elements(page()):
        assert one.tag in {"a", *ALLOWED}
        addresses = [one.attributes[key] for key in URLS if key in one.attributes]
        assert all(to == "#findings" or LINKED.fullmatch(to or "") for to in addresses)
        assert not any(key.startswith("on") or key == "style" for key in one.attributes)
    assert "url(" not in show("html", SCAN)
    assert "@import" not in show("html", SCAN)


ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "script"),
    *("h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "time", "code", "pre"),
    *("svg", "rect", "form", "label", "select", "option", "input", "output", "button", "details", "summary"),
    *("ins", "del"),
}


ATTRIBUTES = {"disabled", *(key for one in elements(page()) for key in one.attributes)}


def test_everything_can_be_read_without_script() -> None:
    (shown,) = page(OPEN).all("details")
    text = " ".join(shown.text.split())
    for said in (OPEN.sentence, *OPEN.because, OPEN.proof, OPEN.why, OPEN.repair, OPEN.advice, OPEN.target):
        assert said in text
    assert [one.text.strip() for one in shown.one("div", class_="tabs").all("pre")] == [
        patch.text for patch in OPEN.patches
    ]
    assert "hidden" not in shown.attributes
    assert page().one("form").attributes["hidden"] is None


def test_nothing_is_open_where_nothing_fails() -> None:
    assert not any("open" in one.attributes for one in page(*PASSES).all("details"))


@pytest.mark.parametrize(
    ("scan", "heading"),
    [
        (SCAN, "5 findings to fix"),
        (replace(SCAN, findings=(OPEN,)), "1 finding to fix"),
        (
            replace(SCAN, findings=(replace(OPEN, verdict=Verdict.UNKNOWN),)),
            "Nothing fails, 1 in doubt",
        ),
        (replace(SCAN, findings=PASSES), "Nothing to fix"),
        (EMPTY, "Nothing to fix"),
    ],
)
def test_the_heading_says_how_it_is(scan: Scan, heading: str) -> None:
    assert page(scan=scan).one("h1").text == heading


def test_a_filter_offers_what_occurs_and_only_where_there_is_a_choice() -> None:
    made = page()
    offered = {
        one.attributes["name"]: [option.attributes["value"] for option in one.all("option")]
        for one in made.all("select")
    }
    assert offered["region"] == ["", "eu-west-1", "us-east-1"]
    assert offered["severity"] == ["", "CRITICAL", "HIGH", "MEDIUM", "LOW"]
    values = {key: {one.attributes[f"data-{key}"] for one in made.all("details")} for key in offered}
    assert {key: set(options) - {""} for key, options in offered.items()} == values
    assert "disabled" in page(OPEN).one("select", name="rule").attributes


def test_every_control_has_a_name_and_every_label_leads_to_one() -> None:
    made = page()
    ids = [one.attributes["id"] for one in elements(made) if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert all(one.attributes["for"] in ids for one in made.all("label") if "for" in one.attributes)
    assert all(one.text.strip() for one in [*made.all("label"), *made.all("button"), *made.all("summary")])
    groups = [one.attributes["name"] for one in made.all("input", type="radio")]
    checked = [
        one.attributes["name"] for one in made.all("input", type="radio") if "checked" in one.attributes
    ]
    assert checked == list(dict.fromkeys(groups))
    assert made.one("html").attributes["lang"] == "en"


def test_a_difference_has_a_line_for_each_part_of_a_document() -> None:
    rows = difference('{"a":1,"b":[2]}', '{"a":1,"b":[3]}')
    assert [(row.kind, row.text) for row in rows if row.kind != "same"] == [
        ("del", "    2"),
        ("ins", "    3"),
    ]
    assert [(row.kind, row.text) for row in difference("", "attached")] == [("ins", "attached")]
    assert [(row.kind, row.text) for row in difference('"a"', "")] == [("del", '"a"')]


def test_the_reason_why_nothing_is_repaired_is_shown() -> None:
    assert "Why nothing is repaired" in page(ANYONE).one("details").text
    assert "Why nothing is repaired" not in page(NO_LOGS).one("details").text


@settings(max_examples=40, deadline=None)
@given(scans)
def test_hostile_text_is_only_ever_text(scan: Scan) -> None:
    shown = show("html", scan)
    assert is_harmless(shown)
    made = parsed(shown)
    assert {one.tag for one in elements(made)} <= {"a", *ALLOWED}
    assert {key for one in elements(made) for key in one.attributes} <= ATTRIBUTES
    texts = [" ".join(one.text.split()) for one in made.all("details")]
    for one in scan.findings:
        for reported in (one.name, one.subject, one.target, one.proof):
            assert any(line(reported) in text for text in texts)
    patches = [
        pre.text.removeprefix("\n")
        for one in made.all("details")
        for pre in one.one("div", class_="tabs").all("pre")
    ]
    assert sorted(patches) == sorted(inert(one.patches[0].text) for one in scan.findings)
