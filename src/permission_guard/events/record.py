"""Reading an event's fields. A missing or malformed field is named by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from permission_guard.frozen import frozen

_E = TypeVar("_E", bound=Enum)
_YEARS = range(1970, 9000)
_LONGEST = 18
"""Digits of a whole number: Lambda's are longs."""


class BadEvent(ValueError):
    """An event that cannot be read. `field` says where, `problem` what."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


@frozen
class Record:
    """A JSON object within an event, and the path to it."""

    body: Mapping[str, Any]
    path: str

    @classmethod
    def of(cls, value: object, path: str) -> Record:
        """Wrap an object. Raises BadEvent if it is none."""
        if not isinstance(value, Mapping):
            raise BadEvent(path, f"is {_kind(value)}, not an object")
        return cls(value, path)

    def _at(self, key: str) -> str:
        return key if self.path == "event" else f"{self.path}.{key}"

    def has(self, key: str) -> bool:
        """Return whether the field exists and is not null: CloudTrail writes null for nothing."""
        return self.body.get(key) is not None

    def inner(self, key: str) -> Record:
        """Return an object within. Raises BadEvent if it is missing or none."""
        if not self.has(key):
            raise BadEvent(self._at(key), "is missing")
        return Record.of(self.body[key], self._at(key))

    def inner_or_empty(self, key: str) -> Record:
        """Return an object within, or an empty one if there is none: for fields that decide nothing."""
        value = self.body.get(key)
        return Record(value if isinstance(value, Mapping) else {}, self._at(key))

    def text(self, key: str) -> str:
        """Return a string. Raises BadEvent if it is missing, empty or none."""
        if not self.has(key):
            raise BadEvent(self._at(key), "is missing")
        value = self.body[key]
        if not isinstance(value, str) or not value:
            raise BadEvent(self._at(key), f"is {_kind(value)}, not a text")
        return value

    def text_or(self, key: str, default: str = "") -> str:
        """Return a string, or the default if there is none: for fields that decide nothing."""
        value = self.body.get(key)
        return value if isinstance(value, str) else default

    def flag(self, key: str) -> bool:
        """Return a Bool; a missing one is false. CloudTrail writes some of them as strings (facts 1.1)."""
        value = self.body.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        if isinstance(value, str) and value in {"true", "false"}:
            return value == "true"
        raise BadEvent(self._at(key), f"is {_kind(value)}, neither true nor false")

    def whole(self, key: str) -> int:
        """Return a whole number, which may come as a text. Raises BadEvent for anything else."""
        value = self.body.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST:
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**_LONGEST:
            raise BadEvent(self._at(key), f"is {_kind(value)}, not a whole number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings. Raises BadEvent if it is missing, empty, or holds anything else."""
        value = self.body.get(key)
        if not isinstance(value, list) or not value:
            raise BadEvent(self._at(key), "is no list with something in it")
        return tuple(
            Record({"text": one}, f"{self._at(key)}[{i}]").text("text") for i, one in enumerate(value)
        )

    def each(self, key: str) -> tuple[Record, ...]:
        """Return a list of objects, which may be empty. Raises BadEvent if it is missing, or holds anything else."""
        value = self.body.get(key)
        if not isinstance(value, list):
            raise BadEvent(self._at(key), f"is {_kind(value)}, not a list")
        return tuple(Record.of(one, f"{self._at(key)}[{i}]") for i, one in enumerate(value))

    def one_of(self, kind: type[_E], key: str) -> _E:
        """Return the member of an Enum that has the text as its value. Raises BadEvent."""
        return kind(self.among(key, [str(one.value) for one in kind]))

    def among(self, key: str, offered: Iterable[str]) -> str:
        """Return a text that is one of those offered. Raises BadEvent."""
        text, texts = self.text(key), tuple(offered)
        if text not in texts:
            raise BadEvent(self._at(key), f"is {text!r}, not one of {', '.join(texts)}")
        return text

    def moment(self, key: str) -> datetime:
        """Return a time with its zone. Raises BadEvent for anything else."""
        text = self.text(key)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        # Python cannot represent a time that is computed from one beyond these years.
        if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
            raise BadEvent(self._at(key), f"is no time with a zone: {text!r}")
        return moment


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a Bool"
        case int() | float():
            return "a number"
        case str():
            return "a text" if value else "an empty text"
        case Mapping():
            return "an object"
        case _:
            return "a list"
