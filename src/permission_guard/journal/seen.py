"""Which statements a sweep has seen: a statement that is not among them at the next sweep is new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_DIGITS: Final = 16


def digest_of_all(digests: Iterable[str]) -> str:
    """Return 16 hexadecimal digits that change whenever one of the statements does."""
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:_DIGITS]


def is_version(qualifier: str | None) -> bool:
    """Return whether a qualifier names a published version: no alias consists of digits only (API_CreateAlias.html)."""
    return qualifier is not None and qualifier.isdigit()
