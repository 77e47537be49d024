"""GitHub's annotations: each at its line, and no text that others choose becomes a command or a property."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard.formats import show
from permission_guard.formats.untrusted_text import inert, line
from permission_guard.model.finding import Severity, Verdict
from permission_guard.scan.result import Place, Scan, Skipped
from tests.formats.hostile import is_harmless, placed, scans, texts
from tests.formats.sample import ANYONE, CHECK, DOUBTFUL, EMPTY, NO_LOGS, OPEN, PASSES, SCAN

KEYS = ["file", "line", "col", "title"]


def unescaped(text: str) -> str:
    """As GitHub's runner reads it (actions/runner, ActionCommand.cs)."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def commands(scan: Scan) -> list[tuple[str, dict[str, str], str]]:
    """The commands, read as the runner does: name, properties, text."""
    found = []
    for row in show("github", scan).splitlines():
        head, text = row.removeprefix("::").split("::", 1)
        name, said = head.split(" ", 1)
        properties = dict(one.split("=", 1) for one in said.split(","))
        found.append((name, {key: unescaped(value) for key, value in properties.items()}, unescaped(text)))
    return found


def test_a_finding_is_shown_at_its_line_with_what_to_do() -> None:
    ((name, properties, text), _) = commands(CHECK)
    assert (name, properties) == (
        "error",
        {
            "file": "deploy/my template.yaml",
            "line": "14",
            "col": "5",
            "title": "FAIL invoke-permission-names-its-source (HIGH)",
        },
    )
    assert text.startswith(f"OrdersPermission: {OPEN.sentence}")
    assert text.endswith(f"Fix:\n{OPEN.patches[0].text}")
    without = replace(CHECK.findings[0], patches=())
    assert commands(replace(CHECK, findings=(without,)))[0][2].endswith(OPEN.advice)
    neither = replace(without, advice="", because=())
    assert commands(replace(CHECK, findings=(neither,)))[0][2] == f"OrdersPermission: {OPEN.sentence}"


def test_the_severity_decides_the_kind_and_what_is_undecided_is_a_warning() -> None:
    found = tuple(replace(OPEN, severity=one) for one in Severity)
    kinds = [name for name, _, _ in commands(replace(SCAN, findings=(*found, *PASSES), skipped=()))]
    assert kinds == ["error", "error", "warning", "notice"]
    (name, properties, _), *others = commands(replace(SCAN, findings=(DOUBTFUL,), skipped=()))
    assert (name, properties["title"], others) == (
        "warning",
        "UNKNOWN invoke-permission-names-its-source (HIGH)",
        [],
    )


def test_what_was_not_evaluated_is_a_warning_what_is_ignored_a_notice_and_nothing_found_is_nothing() -> None:
    skipped, note = (
        Skipped("a.yaml: what Mine makes", "unknown"),
        Skipped("a.yaml: It", "it is ignored: ours"),
    )
    assert show("github", replace(EMPTY, skipped=(skipped,), notes=(note,))) == (
        "::warning title=Not evaluated::a.yaml: what Mine makes: unknown.\n"
        "::notice title=Ignored or not deployed::a.yaml: It: it is ignored: ours.\n"
    )
    assert show("github", replace(EMPTY, skipped=())) == ""


def test_the_most_severe_come_first() -> None:
    scan = replace(SCAN, findings=(NO_LOGS, OPEN, ANYONE), skipped=())
    assert [properties["title"].split("(")[1] for _, properties, _ in commands(scan)] == [
        "CRITICAL)",
        "HIGH)",
        "MEDIUM)",
    ]


def test_a_hostile_path_and_name_stay_what_they_are() -> None:
    hostile = "a,title=b::c\n::set-output name=x::100%25%0A"
    one = replace(CHECK.findings[0], place=Place(hostile, 1, 1), subject=hostile, sentence=hostile)
    shown = show("github", replace(CHECK, findings=(one,), notes=(), ignored=()))
    assert shown.count("\n") == 1
    assert shown.startswith(
        "::error file=a%2Ctitle=b%3A%3Ac %3A%3Aset-output name=x%3A%3A100%2525%250A,line=1,col=1,title=FAIL "
    )
    assert "::a,title=b::c ::set-output name=x::100%2525%250A: " in shown


@settings(max_examples=60, deadline=None)
@given(scans, texts, st.sampled_from(Verdict))
def test_hostile_text_stays_in_its_property_or_text(scan: Scan, file: str, verdict: Verdict) -> None:
    scan = placed(replace(scan, findings=tuple(replace(one, verdict=verdict) for one in scan.findings)), file)
    shown = show("github", scan)
    assert is_harmless(shown)
    assert all(re.match(r"::(error|warning|notice) [a-z]+=", row) for row in shown.split("\n")[:-1])
    found = commands(scan)
    assert len(found) == 2 + (0 if verdict is Verdict.PASS else len(scan.findings))
    for _, properties, text in found[:-2]:
        assert list(properties) == KEYS
        assert properties["file"] == line(file)
        assert any(text.startswith(f"{line(one.subject)}: ") for one in scan.findings)
        assert inert(text) == text
