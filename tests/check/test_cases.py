"""Templates as people write them, each with its verdicts: all that does not pass, and nothing else, at the right line.

In YAML the verdict stands in a comment at its line; beside JSON, which has no comments, in a file `NAME.expected`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from permission_guard.model.finding import Verdict
from permission_guard.scan.result import ScannedFinding
from tests.check.checking import found

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix in {".yaml", ".json"})
MARK = re.compile(r"# (FAIL|UNKNOWN) ([a-z-]+)$")


def expected(path: Path) -> list[str]:
    """What the case says of itself, as `LINE VERDICT RULE`."""
    if path.suffix == ".json":
        rows = path.with_suffix(".expected").read_text().splitlines()
        return sorted(" ".join(row.split()[:3]) for row in rows)
    marks = ((number, MARK.search(line)) for number, line in enumerate(path.read_text().splitlines(), 1))
    return sorted(f"{number} {mark[1]} {mark[2]}" for number, mark in marks if mark)


def reported(path: Path) -> list[ScannedFinding]:
    return [one for one in found(path.read_text(), path.name).findings if one.verdict is not Verdict.PASS]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_template_has_the_verdicts_that_stand_in_it_and_no_others(path: Path) -> None:
    assert sorted(
        f"{one.place.line} {one.verdict.value} {one.rule.value}" for one in reported(path) if one.place
    ) == expected(path)


@pytest.mark.parametrize(
    "path", [path for path in CASES if path.suffix == ".json"], ids=lambda path: path.name
)
def test_a_file_without_comments_names_each_resource_as_its_tool_does(path: Path) -> None:
    names = [row.split(maxsplit=3)[3] for row in path.with_suffix(".expected").read_text().splitlines()]
    assert sorted(one.subject for one in reported(path)) == sorted(names)


def test_every_case_shows_what_it_is_about() -> None:
    assert [
        path.name for path in CASES if path.suffix == ".yaml" and not path.read_text().startswith("# ")
    ] == []
