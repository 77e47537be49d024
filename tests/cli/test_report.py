"""The command `report`: a kept scan in, a page out, and one line for whatever is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from permission_guard import formats
from permission_guard.cli import main
from permission_guard.formats.scan_json import written
from tests.formats.sample import CHECK, SCAN


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["report", *arguments], input=stdin, catch_exceptions=False)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.json"
    path.write_text(written(SCAN))
    return path


@pytest.mark.parametrize("name", formats.NAMES)
def test_a_kept_scan_is_written_in_each_format(scan: Path, tmp_path: Path, name: str) -> None:
    output = tmp_path / "out"
    ended = run(str(scan), "--format", name, "--output", str(output))
    assert (ended.exit_code, ended.output) == (0, "")
    assert output.read_bytes().decode() == formats.show(name, SCAN)


def test_a_page_is_what_is_made_unless_something_else_is_asked_for(scan: Path) -> None:
    ended = run(str(scan))
    assert (ended.exit_code, ended.stdout) == (0, formats.show("html", SCAN))


def test_a_scan_can_come_through_a_pipe() -> None:
    assert run("-", "--format", "csv", stdin=written(SCAN)).stdout == formats.show("csv", SCAN).replace(
        "\r\n", "\n"
    )


def test_a_page_is_not_poured_into_a_terminal(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permission_guard.cli.report.is_terminal", lambda: True)
    ended = run(str(scan))
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == (
        "permission-guard: An HTML page cannot be shown in a terminal. Pass --output report.html.\n"
    )
    assert run(str(scan), "--format", "csv").exit_code == 0


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "standard input: is not a result of scan or check: scan at line 1 column 1 is not JSON"),
        ("[]", "standard input: is not a result of scan or check: scan "),
        (
            '{"schema": "permission-guard/scan/9"}',
            "standard input: is not a result of scan or check: scan.schema is 'permission-guard/scan/9'",
        ),
    ],
)
def test_what_is_no_scan_is_reported_in_one_line(text: str, reported: str) -> None:
    ended = run("-", stdin=text)
    assert ended.exit_code == 3
    assert ended.stderr.startswith(f"permission-guard: {reported}")
    assert ended.stderr.count("\n") == 1


def test_a_format_that_has_no_words_for_it_says_which_has(tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    path.write_text(written(CHECK))
    ended = run(str(path), "--format", "asff")
    assert ended.exit_code == 3
    assert ended.stderr == (
        f"permission-guard: {path}: OrdersPermission is in no account yet, and Security Hub takes only what is in one: "
        "use sarif\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a folder is replaced differently there")
def test_what_cannot_be_written_leaves_nothing_behind(scan: Path, tmp_path: Path) -> None:
    there = tmp_path / "report.html"
    there.mkdir()
    ended = run(str(scan), "--output", str(there))
    assert ended.exit_code == 3
    assert ended.stderr == f"permission-guard: {there}: cannot be written: Is a directory\n"
    missing = run(str(scan), "--output", str(tmp_path / "no" / "report.html"))
    assert missing.stderr.endswith("cannot be written: No such file or directory\n")
    assert {path.name for path in tmp_path.iterdir()} == {"scan.json", "report.html"}


def test_a_full_disk_leaves_what_stood_there(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "report.html"
    there.write_text("yesterday's")

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    ended = run(str(scan), "--output", str(there))
    assert ended.stderr == f"permission-guard: {there}: cannot be written: No space left on device\n"
    assert there.read_text() == "yesterday's"
    assert {path.name for path in tmp_path.iterdir()} == {"scan.json", "report.html"}
