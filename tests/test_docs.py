"""What is written twice is written alike: the pages made from the code, and the page of each rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.generate.example import OPERATIONS, README, with_alert, with_undo
from docs.generate.pages import DOCS, PAGES
from permission_guard.rules import RULES
from permission_guard.rules.rule import Rule
from tools.report_picture import HASH, digest
from tools.report_picture import page as report

ROOT = Path(__file__).parent.parent
WRITTEN = sorted(path for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if path.is_file())


@pytest.mark.parametrize(("name", "make"), PAGES.items(), ids=PAGES)
def test_a_page_made_from_the_code_is_fresh(name: str, make: Callable[[], str]) -> None:
    assert (DOCS / name).read_text() == make(), "run: make docs"


def test_the_alert_in_the_readme_is_what_the_guard_sends() -> None:
    assert README.read_text() == with_alert(README.read_text()), "run: make docs"


def test_the_pictures_of_the_report_show_the_report_as_it_is_now() -> None:
    assert HASH.read_text() == digest(report()), "run: make pictures"


def test_the_readme_can_be_read_in_one_sitting_and_the_pages_in_a_day() -> None:
    by_hand = {path.name for path in DOCS.glob("*.md")} - PAGES.keys() - {"faults.md"}
    assert len(README.read_text().splitlines()) <= 250
    assert len(by_hand) <= 16
    assert len(list((DOCS / "decisions").glob("*.md"))) <= 12


def test_the_undo_on_the_page_on_operations_is_what_the_command_prints() -> None:
    assert OPERATIONS.read_text() == with_undo(OPERATIONS.read_text()), "run: make docs"


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_each_rule_has_a_page_that_says_what_the_rule_says(rule: Rule) -> None:
    page = " ".join((DOCS / "rules" / f"{rule.id}.md").read_text().split())
    assert rule.title in page
    assert rule.why in page
    assert rule.reference in page


def test_there_is_no_page_for_a_rule_that_does_not_exist() -> None:
    assert {path.stem for path in (DOCS / "rules").glob("*.md")} == {rule.id for rule in RULES}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_of_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]*\.md)?#([^)]+)\)", page.read_text())
    assert [
        f"{file}#{anchor}"
        for file, anchor in links
        if anchor not in _anchors(page.parent / file if file else page)
    ] == []


def _anchors(page: Path) -> set[str]:
    """Name a page's headings as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
