"""How a scan is shown: as a table, plainly or on a terminal, as JSON, into a file, and how far it is."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permission_guard.cli.endings import Unusable
from permission_guard.cli.scan import table
from permission_guard.cli.scan.formats import FORMATS, show
from permission_guard.cli.scan.progress import shown
from permission_guard.formats import NAMES
from permission_guard.scan_json import read, written
from permission_guard.scanned import Scan
from tests.cli.scanning import account, faulty, run, scanned, wires
from tests.formats.sample import CHECK
from tests.test_golden import golden

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def found() -> Scan:
    return replace(scanned(wires(faulty())), at=AT, version="1.2.3")


def test_the_worst_comes_first_with_one_line_each_and_the_totals_last() -> None:
    result = run(wires(faulty()))
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout == golden("scan/faulty.plain.txt", result.stdout)


def test_on_a_terminal_it_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = table.coloured(found())
    assert text == golden("scan/faulty.terminal.txt", text)
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.splitlines()[:-1]) <= 100


def test_colour_is_left_out_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in table.coloured(found())


def test_without_rich_a_terminal_is_shown_what_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert table.coloured(found()) == table.plain(found())


@pytest.mark.parametrize(("is_terminal", "to_file"), [(True, True), (True, False), (False, False)])
def test_only_a_person_at_a_terminal_is_shown_colour(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, to_file: bool
) -> None:
    monkeypatch.setattr("permission_guard.cli.scan.formats.is_terminal", lambda: is_terminal)
    assert ("\x1b" in show("table", found(), to_file=to_file)) is (is_terminal and not to_file)


def test_an_account_without_functions_passes() -> None:
    result = run(wires(account()))
    assert result.exit_code == 0
    assert result.stdout == (
        "0 FAIL, 0 UNKNOWN, 0 PASS in 0 functions (0 with versions, aliases and layers) of 111122223333/us-east-1\n"
    )
    assert table.coloured(read(written(Scan("1", AT, ("a/b",), 0, 0, ())))).count("\n") == 1


def test_of_several_regions_each_line_says_which() -> None:
    there = wires(faulty(), account(region="eu-west-1"))
    result = run(there, "--region", "us-east-1", "--region", "eu-west-1")
    assert "111122223333/us-east-1/orders:live" in result.stdout


def test_json_is_the_whole_scan_and_reads_back() -> None:
    scan = found()
    text = written(scan)
    assert text == golden("scan/faulty.json", text)
    assert read(text) == scan


def test_each_format_is_one_that_help_names() -> None:
    help_ = run(wires(account()), "--help").stdout
    assert f"[{'|'.join(FORMATS)}]" in help_


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_other_formats_is_what_its_module_makes_of_the_scan(name: str) -> None:
    result = run(wires(faulty()), "--format", name)
    assert result.exit_code == 1
    assert "orders" in result.stdout
    assert result.stderr == ""


def test_it_is_written_into_a_file_and_nothing_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    result = run(wires(faulty()), "--format", "json", "--output", str(path))
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")
    assert [one.name for one in read(path.read_text()).findings][:1] == ["orders"]


def test_a_name_cannot_forge_a_line() -> None:
    scan = found()
    forged = replace(scan.findings[0], summary="x\n\x1b[2JPASS", name="o\u202eo")
    for text in (
        table.plain(replace(scan, findings=(forged,))),
        table.coloured(replace(scan, findings=(forged,))),
    ):
        assert "\x1b[2J" not in text
        assert "\nPASS" not in text
        assert "\u202e" not in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def steps(stream: io.StringIO | None, *, quiet: bool = False) -> str:
    with shown("here", stream, quiet=quiet) as progress:
        for _ in range(4):
            progress.more()
        for _ in range(3):
            progress.done()
    return stream.getvalue() if stream else ""


def test_a_terminal_is_shown_how_far_it_is_with_its_rate_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = steps(Terminal())
    assert "here" in text
    assert re.search(r"3/4", text)
    assert re.search(r"\d/s", text)
    assert re.search(r"\d\d:\d\d|--:--", text)


@pytest.mark.parametrize("stream", [io.StringIO(), None], ids=["a file", "nothing"])
def test_nothing_but_a_terminal_is_shown_how_far_it_is(stream: io.StringIO | None) -> None:
    assert steps(stream) == ""


def test_whoever_wants_quiet_is_shown_nothing() -> None:
    assert steps(Terminal(), quiet=True) == ""


def test_without_rich_nobody_is_shown_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    assert steps(Terminal()) == ""


def test_what_a_format_has_no_words_for_is_one_line_and_no_half_a_report() -> None:
    with pytest.raises(Unusable, match="is in no account"):
        show("asff", CHECK, to_file=True)
