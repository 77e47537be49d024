"""docs/formats.md says what the formats are."""

from __future__ import annotations

import re
from pathlib import Path

from permission_guard.formats import NAMES
from permission_guard.formats.asff import BATCH
from permission_guard.formats.csv import NOT_LOOKED_AT
from permission_guard.formats.ocsf import VERSION

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()


def test_every_format_has_a_row_and_a_section() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == list(NAMES)
    assert sorted(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)) == list(NAMES)


def test_the_page_says_the_numbers_and_words_of_the_code() -> None:
    assert f"at most {BATCH} findings" in PAGE
    assert f"`{NOT_LOOKED_AT}`" in PAGE
    assert f"OCSF {VERSION}," in PAGE
