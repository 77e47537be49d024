"""Untrusted text, made safe to show."""

from __future__ import annotations

from typing import Final

_TEXT_LIMIT: Final = 4000
"""Characters after which a single text is cut in an alert."""


def escaped(text: str) -> str:
    """Return the text with an escape for each character that must not be printed.

    Those are control characters, line breaks among them, marks of direction (bidi), and halves of surrogate pairs.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable(text: str) -> str:
    """Make untrusted text safe to show: callers choose names, Sids and user agents.

    Control characters, line breaks among them, are shown as escapes, so that no line can be forged.
    """
    shown = escaped(text)
    return shown if len(shown) <= _TEXT_LIMIT else f"{shown[:_TEXT_LIMIT]}... ({len(shown)} characters)"
