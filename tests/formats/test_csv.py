"""CSV: reads back as it was written, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings

from permission_guard.formats import show
from permission_guard.formats.csv import HEADER, cell
from permission_guard.formats.untrusted_text import inert
from permission_guard.scan.result import Scan
from tests.formats.hostile import is_harmless, scans, texts
from tests.formats.sample import ANYONE, SCAN

STARTS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"


def rows(scan: Scan) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(show("csv", scan), newline=""), strict=True))


def test_every_line_ends_as_the_standard_says() -> None:
    shown = show("csv", replace(SCAN, findings=(ANYONE,), skipped=()))
    assert shown.count("\r\n") == shown.count("\n") == 2
    assert shown.startswith('"verdict","severity",')


@pytest.mark.parametrize("start", STARTS)
def test_a_cell_that_would_be_a_formula_is_text(start: str) -> None:
    assert cell(f"{start}1+1")[0] not in STARTS
    assert cell(f" \n{start}1+1").lstrip()[:1] not in STARTS


@settings(max_examples=40, deadline=None)
@given(texts)
def test_a_cell_is_its_text_or_an_apostrophe_and_its_text(text: str) -> None:
    assert cell(text) in {inert(text), f"'{inert(text)}"}
    assert cell(text).lstrip()[:1] not in set(STARTS)


@settings(max_examples=25, deadline=None)
@given(scans)
def test_hostile_text_stays_in_its_cell(scan: Scan) -> None:
    assert is_harmless(show("csv", scan))
    made = rows(scan)
    assert len(made) == len(scan.findings) + 2
    assert all(set(row) == set(HEADER) and None not in row.values() for row in made)
    assert sorted(one["subject"] for one in made) == sorted(
        ["", "", *(cell(one.subject) for one in scan.findings)]
    )
    assert not any(value.lstrip()[:1] in set(STARTS) for row in made for value in row.values())
