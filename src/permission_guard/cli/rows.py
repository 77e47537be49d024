"""Rows of a label and a text, and tables, as every command shows them."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from permission_guard.alerts import printable
from permission_guard.cli.output import width
from permission_guard.model.finding import Verdict

_WIDTH: Final = 100
"""Columns at most, and where there is no terminal; JSON and ARNs are never broken."""
_NARROWEST: Final = 40
_COLOURS: Final = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.UNKNOWN: "yellow"}


def row(label: str, content: str, indent: str = "") -> str:
    """Return a row, wrapped."""
    return textwrap.fill(
        printable(f"{indent}{label:<10} {content}"),
        max(_NARROWEST, min(_WIDTH, width() or _WIDTH)),
        subsequent_indent=" " * (len(indent) + 11),
        break_long_words=False,
        break_on_hyphens=False,
    )


def headline(text: str) -> str:
    """Return a line, wrapped where there is a terminal; in a pipe it stays one line."""
    columns = width()
    if columns is None:
        return text
    return textwrap.fill(
        text,
        max(_NARROWEST, columns),
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a line for each row, with at least two spaces between columns."""
    whole = [head, *(tuple(map(printable, one)) for one in rows)]
    longest = [max(map(len, column)) for column in zip(*whole, strict=True)]
    return [
        "  ".join(cell.ljust(columns) for cell, columns in zip(one, longest, strict=True)).rstrip()
        for one in whole
    ]


def folded(line: str, indent: int) -> str:
    """Return a line of a table, its last column wrapped where there is a terminal."""
    columns = width()
    if columns is None:
        return line
    return textwrap.fill(line, columns, subsequent_indent=" " * indent, break_on_hyphens=False)


def word(verdict: Verdict) -> str:
    """Return a verdict in its colour."""
    return click.style(verdict.value, fg=_COLOURS[verdict], bold=True)


def totals(verdicts: Iterable[Verdict]) -> str:
    """Say how many there are of each verdict."""
    count = Counter(verdicts)
    return ", ".join(f"{count[one]} {one.value}" for one in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS))


def counted(count: int, thing: str, plural: str = "") -> str:
    """Say how many there are of a thing. Without a `plural` it takes an s."""
    return f"{count} {thing if count == 1 else plural or f'{thing}s'}"


def minute(at: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


_INDENT: Final = 12
"""Columns before the text of a row of the mail."""
_COPIED: Final = frozenset({"Change", "Proposed", "Source", "Contain now", "Undo", "Resume"})
"""The rows of the mail with lines to copy."""


def wrapped(mail: str) -> Iterator[str]:
    """Wrap a mail's sentences at the terminal's width; what is copied from it stays in one line."""
    columns, label = width(), ""
    for line in map(printable, mail.splitlines()):
        label = line[:_INDENT].strip() or label
        if columns is None or label in _COPIED:
            yield line
        else:
            head = line[:_INDENT] if line[_INDENT - 1 : _INDENT] == " " and label != line[:_INDENT] else ""
            yield textwrap.fill(
                line[len(head) :],
                columns,
                initial_indent=head,
                subsequent_indent=" " * len(head),
                break_long_words=False,
                break_on_hyphens=False,
            )
