"""Read JSON: as values, and as nodes that know their places."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Final

from permission_guard.iam.policy import Json
from permission_guard.template.syntax import DEEPEST, At, Items, KeyedValue, Leaf, Node, NotReadable, Object

_BETWEEN: Final = re.compile(r"[ \t\n\r,:]*")
_LINE: Final = re.compile(r"\n")


def load_json(text: str) -> Json:
    """Read one JSON document. Raises NotReadable, with the place."""
    try:
        body: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotReadable(f"is not JSON: {error.msg}", At(error.lineno, error.colno)) from error
    except ValueError as error:
        raise NotReadable(f"is not JSON: {str(error).partition(';')[0]}") from error
    except RecursionError as error:
        raise NotReadable(f"is nested deeper than {DEEPEST} levels") from error
    return body


def with_places(text: str) -> Node:
    """Read a text that is valid JSON as nodes with their places. Raises NotReadable if it is nested too deeply."""
    return _Reader(text).value(0, 0)[0]


class _Reader:
    """Reads a text that is valid JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _LINE.finditer(text))]
        self._scan = json.JSONDecoder().raw_decode

    def value(self, before: int, depth: int) -> tuple[Node, int]:
        """Return the next value, and the offset after it."""
        start = self._skip(before)
        mark, at = self._text[start], self._at(start)
        if mark not in "{[":
            value, end = self._scan(self._text, start)
            return Leaf(value, at), end
        if depth >= DEEPEST:
            raise NotReadable(f"is nested deeper than {DEEPEST} levels", at)
        return self._object(start, depth + 1) if mark == "{" else self._list(start, depth + 1)

    def _list(self, start: int, depth: int) -> tuple[Items, int]:
        values: list[Node] = []
        offset = self._skip(start + 1)
        while self._text[offset] != "]":
            value, offset = self.value(offset, depth)
            values.append(value)
            offset = self._skip(offset)
        return Items(tuple(values), self._at(start)), offset + 1

    def _object(self, start: int, depth: int) -> tuple[Object, int]:
        entries: dict[str, KeyedValue] = {}
        twice: list[tuple[str, At]] = []
        offset = self._skip(start + 1)
        while self._text[offset] != "}":
            key, end = self._scan(self._text, offset)
            key_at = self._at(offset)
            if key in entries:
                twice.append((key, key_at))
            value, offset = self.value(end, depth)
            entries[key] = KeyedValue(key_at, value)
            offset = self._skip(offset)
        return Object(entries, self._at(start), tuple(twice)), offset + 1

    def _at(self, offset: int) -> At:
        line = bisect_right(self._starts, offset)
        return At(line, offset - self._starts[line - 1] + 1)

    def _skip(self, offset: int) -> int:
        found = _BETWEEN.match(self._text, offset)
        return found.end() if found else offset
