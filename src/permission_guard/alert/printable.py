"""Foreign text, made safe to show."""

from __future__ import annotations

from typing import Final

_TEXT_LIMIT: Final = 4000
"""Characters after which a single text of AWS's or a caller's is cut in an alert."""


def printable(text: str) -> str:
    """Make foreign text safe to show: names, Sids and user agents are chosen by whoever made the call.

    Control characters, line breaks among them, are shown as escapes, so that no line can be forged.
    """
    escaped = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    shown = text if text.isprintable() else "".join(escaped)
    return shown if len(shown) <= _TEXT_LIMIT else f"{shown[:_TEXT_LIMIT]}... ({len(shown)} characters)"
