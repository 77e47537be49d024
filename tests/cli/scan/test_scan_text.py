"""How a scan is shown: as a table, plainly or on a terminal, as JSON, into a file, and how far it is."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from permission_guard.cli.errors import Unusable
from permission_guard.cli.scan.run import progress
from permission_guard.cli.scan.scan_text import show
from permission_guard.formats import NAMES
from permission_guard.formats.scan_json import read, written
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding, Skipped
from tests.cli.scanning import account, faulty, run, scanned, wires
from tests.formats.sample import CHECK
from tests.test_golden import golden

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def found() -> Scan:
    return replace(scanned(wires(faulty())), at=AT, version="1.2.3")


def test_the_most_severe_comes_first_with_one_line_each_and_the_totals_last() -> None:
    result = run(wires(faulty()))
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout == golden("scan/faulty.plain.txt", result.stdout)


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int = 100) -> None:
    monkeypatch.setattr("permission_guard.cli.output.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))


def test_on_a_terminal_it_is_coloured_and_the_last_column_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    text = show("table", found(), to_file=False)
    assert text == golden("scan/faulty.terminal.txt", text)
    folded = [line for line in click.unstyle(text).splitlines()[:-1] if len(line) <= 100]
    assert len(folded) > len(found().findings)


def test_colour_is_left_out_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(wires(faulty()), color=True).stdout


def test_colour_can_be_forced_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in run(wires(faulty()), color=False).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(wires(faulty()), color=False).stdout


@pytest.mark.parametrize("columns", [56, 64, 72, 80])
def test_on_a_narrow_terminal_each_finding_keeps_its_function_its_rule_and_its_text(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    at_a_terminal(monkeypatch, columns)
    text = click.unstyle(show("table", found(), to_file=False))
    findings, _, total = text.rpartition("\n\n")
    assert max(map(len, findings.splitlines())) <= columns
    squeezed = "".join(text.split())
    for one in found().findings:
        if one.verdict is not Verdict.PASS:
            assert "".join(f"{one.verdict.value}{one.severity.name}{one.name}".split()) in squeezed
            assert one.rule.value in squeezed
            assert "".join(one.summary.split()) in squeezed
    assert "FAIL" in total


def test_what_could_not_be_read_for_the_same_reason_is_one_line() -> None:
    skipped = tuple(Skipped(f"the aliases of f{number}", "AccessDenied") for number in range(5))
    text = show(
        "table", replace(found(), skipped=(*skipped, Skipped("the layers", "Throttled"))), to_file=True
    )
    assert [line for line in text.splitlines() if line.startswith("Could not read")] == [
        "Could not read the aliases of f0, the aliases of f1, the aliases of f2 and 2 more: AccessDenied",
        "Could not read the layers: Throttled",
    ]


REFUSED = "AccessDeniedException: User: alice is not authorized to perform: lambda:GetPolicy on resource: {} (GetPolicy)"


def refused(*findings: ScannedFinding) -> Scan:
    """A scan in which these could not be read; AWS names the resource in each refusal."""
    what = (
        replace(
            one,
            verdict=Verdict.UNKNOWN,
            proof_kind="unreadable",
            summary=f"the policy of {one.target} could not be read: {REFUSED.format(one.target)}",
        )
        for one in findings
    )
    return replace(found(), findings=tuple(what))


def functions(count: int) -> tuple[ScannedFinding, ...]:
    one = next(one for one in found().findings if one.verdict is Verdict.FAIL)
    return tuple(
        replace(
            one, fault=f"{number:016x}", target=f"{one.target}{number}", name=f"f{number}", qualifier=None
        )
        for number in range(count)
    )


def test_on_a_terminal_what_could_not_be_read_for_the_same_reason_is_one_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_a_terminal(monkeypatch, 200)
    head, row, *_ = click.unstyle(show("table", refused(*functions(5)), to_file=False)).splitlines()
    assert row.split(None, 5)[:4] == ["UNKNOWN", "HIGH", "5", "functions"]
    assert row[head.index("FOUND") :] == (
        "f0, f1, f2 and 2 more could not be read: AccessDeniedException: User: alice is not authorized to perform: "
        "lambda:GetPolicy"
    )


def test_in_a_pipe_what_could_not_be_read_is_one_line_for_each_finding() -> None:
    text = show("table", refused(*functions(5)), to_file=True)
    assert [line.split()[2] for line in text.splitlines() if line.startswith("UNKNOWN")] == [
        "f0",
        "f1",
        "f2",
        "f3",
        "f4",
    ]


def test_layers_that_could_not_be_read_are_counted_as_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch, 200)
    layers = [
        replace(one, target=f"arn:aws:lambda:us-east-1:111122223333:layer:l{number}:1")
        for number, one in enumerate(functions(2))
    ]
    text = click.unstyle(show("table", refused(*layers), to_file=False))
    assert "2 layers" in text
    assert "l0:1, l1:1 could not be read" in text


def test_what_is_skipped_is_grouped_whatever_resource_aws_names() -> None:
    skipped = (Skipped(f"the aliases of f{number}", REFUSED.format(f"arn:f{number}")) for number in range(5))
    text = show("table", replace(found(), skipped=tuple(skipped)), to_file=True)
    (line,) = (line for line in text.splitlines() if line.startswith("Could not read"))
    assert line == (
        "Could not read the aliases of f0, the aliases of f1, the aliases of f2 and 2 more: AccessDeniedException: "
        "User: alice is not authorized to perform: lambda:GetPolicy (GetPolicy)"
    )


def test_a_file_is_written_without_colour_and_each_finding_on_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_a_terminal(monkeypatch)
    text = show("table", found(), to_file=True)
    assert text == golden("scan/faulty.plain.txt", text)


def test_an_account_without_functions_passes() -> None:
    result = run(wires(account()))
    assert result.exit_code == 0
    assert result.stdout == (
        "0 FAIL, 0 UNKNOWN, 0 PASS in 0 functions (0 with versions, aliases and layers) of 111122223333/us-east-1\n"
    )


def test_of_several_regions_each_line_says_which() -> None:
    there = wires(faulty(), account(region="eu-west-1"))
    result = run(there, "--region", "us-east-1", "--region", "eu-west-1")
    assert "111122223333/us-east-1/orders:live" in result.stdout


def test_json_is_the_whole_scan_and_reads_back() -> None:
    scan = found()
    text = written(scan)
    assert text == golden("scan/faulty.json", text)
    assert read(text) == scan


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
    text = show("table", replace(scan, findings=(forged,)), to_file=False)
    assert "\x1b[2J" not in text
    assert "\nPASS" not in text
    assert "\u202e" not in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_how_far_it_is_until_it_is_done() -> None:
    screen = Terminal()
    shown = progress("here", screen)
    shown(1, 2)
    assert screen.getvalue() == "\rhere: 1 of 2"
    shown(2, 2)
    assert screen.getvalue() == "\rhere: 1 of 2\r\x1b[K"


def test_nothing_but_a_terminal_is_shown_how_far_it_is_and_nothing_where_quiet_is_wanted() -> None:
    pipe, screen = io.StringIO(), Terminal()
    run(wires(faulty()), screen=pipe)
    run(wires(faulty()), "--quiet", screen=screen)
    assert (pipe.getvalue(), screen.getvalue()) == ("", "")


def test_what_a_format_has_no_words_for_is_one_line_and_no_half_a_report() -> None:
    with pytest.raises(Unusable, match="is in no account"):
        show("asff", CHECK, to_file=True)
