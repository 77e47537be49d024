"""JSON to nodes, each with its place."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Final

from permission_guard.template.node import DEEPEST, At, Entry, Items, Leaf, Node, NotReadable, Table

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_LINE: Final = re.compile(r"\n")
_CLOSING: Final = {"{": "}", "[": "]"}


def read_json(text: str) -> Node:
    """Read one JSON document. Raises NotReadable, with the place."""
    return _Reader(text).document()


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _LINE.finditer(text))]
        self._scalars = json.JSONDecoder(parse_constant=_no_constant)

    def document(self) -> Node:
        node, end = self._value(self._skip(0), 0)
        end = self._skip(end)
        if end < len(self._text):
            raise self._problem("goes on after its end", end)
        return node

    def _at(self, offset: int) -> At:
        line = bisect_right(self._starts, offset)
        return At(line, offset - self._starts[line - 1] + 1)

    def _problem(self, problem: str, offset: int) -> NotReadable:
        return NotReadable(problem, self._at(min(offset, len(self._text))))

    def _skip(self, offset: int) -> int:
        found = _SPACE.match(self._text, offset)
        return found.end() if found else offset

    def _value(self, start: int, depth: int) -> tuple[Node, int]:
        mark = self._text[start : start + 1]
        if mark in _CLOSING and mark:
            if depth >= DEEPEST:
                raise self._problem(f"is nested deeper than {DEEPEST} levels", start)
            return self._object(start, depth + 1) if mark == "{" else self._list(start, depth + 1)
        return self._scalar(start)

    def _scalar(self, start: int) -> tuple[Leaf, int]:
        try:
            value, end = self._scalars.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            raise self._problem(f"is not JSON: {error.msg}", error.pos) from error
        except ValueError as error:
            raise self._problem(f"is not JSON: {str(error).partition(';')[0]}", start) from error
        return Leaf(value, self._at(start)), end

    def _list(self, start: int, depth: int) -> tuple[Items, int]:
        values: list[Node] = []
        offset = self._skip(start + 1)
        while self._text[offset : offset + 1] != "]" or values:
            value, offset = self._value(offset, depth)
            values.append(value)
            offset, is_last = self._after(offset, "]")
            if is_last:
                return Items(tuple(values), self._at(start)), offset
        return Items((), self._at(start)), offset + 1

    def _object(self, start: int, depth: int) -> tuple[Table, int]:
        entries: dict[str, Entry] = {}
        twice: list[tuple[str, At]] = []
        offset = self._skip(start + 1)
        while self._text[offset : offset + 1] != "}" or entries:
            key, key_at = self._key(offset)
            if key.value in entries:
                twice.append((str(key.value), key.at))
            value, offset = self._value(self._skip(key_at), depth)
            entries[str(key.value)] = Entry(key.at, value)
            offset, is_last = self._after(offset, "}")
            if is_last:
                return Table(entries, self._at(start), tuple(twice)), offset
        return Table({}, self._at(start)), offset + 1

    def _key(self, offset: int) -> tuple[Leaf, int]:
        if self._text[offset : offset + 1] != '"':
            raise self._problem("is not JSON: a key in double quotes is expected", offset)
        key, end = self._scalar(offset)
        end = self._skip(end)
        if self._text[end : end + 1] != ":":
            raise self._problem("is not JSON: ':' is expected", end)
        return key, end + 1

    def _after(self, offset: int, closing: str) -> tuple[int, bool]:
        """Return where the next value begins, or where the list or object has ended."""
        offset = self._skip(offset)
        mark = self._text[offset : offset + 1]
        if mark not in {",", closing}:
            raise self._problem(f"is not JSON: ',' or '{closing}' is expected", offset)
        return (offset + 1, True) if mark == closing else (self._skip(offset + 1), False)
