"""What commands show on a terminal of 56 to 80 columns, and in a pipe."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from permission_guard.cli import main, rows
from tests.check.checking import permission
from tests.test_metadata import ROOT

COLUMNS = (56, 64, 72, 80)
COMMANDS = (
    ("explain", "--policy", str(ROOT / "docs/examples/any-bucket-of-any-account.json")),
    ("check", str(ROOT / "docs/examples/shop.yaml")),
    ("rules",),
)


def shown(monkeypatch: pytest.MonkeyPatch, columns: int | None, *command: str) -> str:
    monkeypatch.setattr(rows, "width", lambda: columns)
    return click.unstyle(CliRunner().invoke(main, command, color=True, catch_exceptions=False).output)


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one[0])
def test_a_line_is_as_wide_as_the_terminal_at_most_but_for_what_is_copied(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], columns: int
) -> None:
    lines = shown(monkeypatch, columns, *command).splitlines()
    too_long = [line for line in lines if len(line) > columns]
    # A path, an ARN and a line of JSON or YAML are never broken.
    assert [line for line in too_long if "arn:" not in line and len(line.split()) > 1] == []


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("command", [*COMMANDS, ("demo",)], ids=lambda one: one[0])
def test_a_narrow_terminal_shows_the_same_words_as_a_pipe(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], columns: int
) -> None:
    assert shown(monkeypatch, columns, *command).split() == shown(monkeypatch, None, *command).split()


@pytest.mark.parametrize("columns", COLUMNS)
def test_the_sentences_of_an_alert_are_wrapped_and_what_is_copied_from_it_is_not(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    lines = shown(monkeypatch, columns, "demo").splitlines()
    next_step = [line for line in lines if line.startswith("Next ")]
    assert next_step
    assert all(len(line) <= columns for line in next_step)
    assert "Undo        permission-guard undo orders/2db3bb0c7c8f668a --region us-east-1" in lines


def test_a_path_with_spaces_is_wrapped_and_shown_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / " ".join(["words"] * 20)
    folder.mkdir()
    (folder / "template.yaml").write_text(permission())
    first = shown(monkeypatch, 56, "check", str(folder / "template.yaml")).partition("  Found")[0]
    assert " ".join(first.split()).startswith(f"{folder}/template.yaml:10:3: FAIL ")
    assert first.count("FAIL") == 1
