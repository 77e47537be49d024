"""How thoroughly the tests draw examples: few in every run, as many as one can wait for with `LONG=1` (`make thorough`)."""

from __future__ import annotations

import os
from typing import Final

LONG: Final = "LONG" in os.environ


def examples(few: int, many: int) -> int:
    """Return how many examples hypothesis draws."""
    return many if LONG else few
