"""What `check` and `check --fix` must do with a template: the cases of `laws/expected.jsonl`.

A case names its template (several for one run), the options, the exit code, every finding that does not pass and no other,
and what `--fix` writes into a copy; `why` and `page` say why that is right.
"""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import Result

from tests.cli.asking import run

LAWS: Final = Path(__file__).parent / "laws"
CASES: Final[list[Mapping[str, Any]]] = [
    json.loads(row) for row in (LAWS / "expected.jsonl").read_text().splitlines()
]
FIXED: Final = [case for case in CASES if "fix" in case]


@pytest.fixture(autouse=True)
def beside_the_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(LAWS, tmp_path / "laws")
    monkeypatch.chdir(tmp_path / "laws")


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def bare(text: str) -> str:
    return "".join(text.split())


def found(ended: Result) -> list[Mapping[str, Any]]:
    findings = json.loads(ended.stdout)["findings"] if ended.stdout else []
    return [one for one in findings if one["verdict"] != "PASS"]


def fits(one: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    first, last = wanted.get("lines", (0, one["place"]["line"]))
    return (
        one["verdict"] in listed(wanted["verdict"])
        and one["rule"] == wanted["rule"]
        and first <= one["place"]["line"] <= last
        and one["place"]["file"] == wanted.get("file", one["place"]["file"])
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_template_has_the_findings_of_the_law_and_no_others(case: Mapping[str, Any]) -> None:
    ended = run("check", "--format", "json", *case["options"], *listed(case["template"]))
    assert ended.exit_code in listed(case["exit"])
    if not case.get("only_exit"):
        findings = found(ended)
        for wanted in case["findings"]:
            findings.remove(next(one for one in findings if fits(one, wanted)))
        assert findings == []
    assert all(bare(text) in bare(ended.output) for text in case.get("says", ()))
    assert not any(bare(text) in bare(ended.output) for text in case.get("never_says", ()))


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case["id"])
def test_fix_adds_what_the_law_says_and_changes_nothing_else(case: Mapping[str, Any]) -> None:
    path, fix = Path(case["template"]), case["fix"]
    before = path.read_text()
    ended = run("check", "--fix", str(path))
    after = path.read_text()
    assert ended.exit_code == fix.get("exit", ended.exit_code)
    changes = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    added = [row[2:] for row in changes if row[0] == "+"]
    if len(before.splitlines()) > 1:
        assert [row for row in changes if row[0] == "-"] == []
    assert all(any(text in row for row in added) for text in fix.get("writes", ()))
    assert not any(text in row for row in added for text in fix.get("never", ()))
    assert all(text in after for text in fix.get("keeps", ()))
    assert [row for row in added if fix.get("tidy") and row != row.rstrip()] == []
    run("check", "--fix", str(path))
    assert path.read_text() == after
