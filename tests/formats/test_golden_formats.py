"""The same rich scan in every format, word for word: `golden/formats/`. GOLDEN=write writes them anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from permission_guard import formats
from permission_guard.scan.result import Scan
from tests.formats.sample import CHECK, EMPTY, SCAN

FOLDER = Path(__file__).parents[1] / "golden" / "formats"
SHOWN = {
    **{f"scan.{name}": (name, SCAN) for name in formats.NAMES},
    "check.sarif": ("sarif", CHECK),
    "check.ocsf": ("ocsf", CHECK),
    "check.html": ("html", CHECK),
    "check.github": ("github", CHECK),
    "check.junit": ("junit", CHECK),
    "nothing.html": ("html", EMPTY),
}


def golden(name: str, actual: str) -> str:
    """What the file says; with GOLDEN=write the file is written first."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="")
    return path.read_bytes().decode()


@pytest.mark.parametrize("name", SHOWN)
def test_a_format_reads_word_for_word_as_it_is_kept(name: str) -> None:
    format_, scan = SHOWN[name]
    shown = formats.show(format_, scan)
    assert shown == golden(name, shown)


def test_every_kept_file_is_one_that_is_made() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(SHOWN)


@pytest.mark.parametrize("name", formats.NAMES)
def test_the_order_in_which_things_were_found_does_not_matter(name: str) -> None:
    backwards = Scan(
        SCAN.version, SCAN.at, SCAN.sources, SCAN.functions, SCAN.targets, SCAN.findings[::-1], SCAN.skipped
    )
    assert formats.show(name, backwards) == formats.show(name, SCAN)


def test_a_format_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="'pdf' is none of asff, csv, github, html, junit, ocsf, sarif"):
        formats.show("pdf", SCAN)


def test_jinja_is_loaded_only_for_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "permission_guard.formats.html", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    for name in formats.NAMES:
        if name != "html":
            assert formats.show(name, SCAN)
    with pytest.raises(ImportError):
        formats.show("html", SCAN)
