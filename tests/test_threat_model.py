"""The threat model names tests that exist, and says where there is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = (ROOT / "docs" / "threat-model.md").read_text()
NAMED: Final = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", PAGE)


def test_every_test_that_the_page_names_exists() -> None:
    assert len(NAMED) > 20
    missing = [
        (file, name)
        for file, name in NAMED
        if not (ROOT / file).is_file()
        or (name and not re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE))
    ]
    assert missing == []


def test_every_attempt_says_what_shows_that_it_fails_or_that_nothing_does() -> None:
    attempts = [
        row.split("|")[1:-1]
        for row in PAGE[PAGE.index("## What each could try") :].split("\n")
        if row.startswith("| to ")
    ]
    assert len(attempts) > 20
    assert [
        tries for tries, _, shown in attempts if "`tests/" not in shown and shown.strip() != "nothing"
    ] == []
