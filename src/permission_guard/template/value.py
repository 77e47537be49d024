"""The values of a template: JSON, in which a part that cannot be resolved is marked and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from permission_guard.frozen import frozen


@frozen
class Unresolved:
    """A value that is known only after the deployment. `why` says what it is, as the end of a sentence.

    Two values with the same `name` are equal. Without a name, it may or may not equal another.
    """

    why: str
    name: str = ""

    @property
    def token(self) -> str:
        """A text that stands for the value, the same in all places."""
        return f"unresolved{_OTHER.sub('', self.name)}"


_OTHER: Final = re.compile(r"[^A-Za-z0-9]")


@frozen
class Partial:
    """A text with at least one resolved and at least one unresolved piece."""

    pieces: tuple[str | Unresolved, ...]

    @property
    def why(self) -> str:
        """What the first unresolved piece is."""
        return next(one.why for one in self.pieces if isinstance(one, Unresolved))

    @property
    def widest(self) -> str:
        """A pattern that matches all its possible values."""
        return "".join(one if isinstance(one, str) else "*" for one in self.pieces)


class Removed(Enum):
    """AWS::NoValue: the property is not there."""

    REMOVED = "AWS::NoValue"


REMOVED: Final = Removed.REMOVED

Value: TypeAlias = (
    str
    | int
    | float
    | bool
    | Sequence["Value"]
    | Mapping[str, "Value"]
    | Unresolved
    | Partial
    | Removed
    | None
)
"""JSON, or something with an unresolved part in it."""


def joined(pieces: Iterable[Value], separator: str = "") -> Value:
    """Join texts, including unresolved ones; return Unresolved if one of them is not a text."""
    parts: list[str | Unresolved] = []
    for number, piece in enumerate(pieces):
        if number and separator:
            parts.append(separator)
        if isinstance(piece, Unresolved):
            parts.append(piece)
        elif isinstance(piece, Partial):
            parts += piece.pieces
        else:
            text = text_of(piece)
            if text is None:
                return Unresolved("a list or an object where a text is expected")
            parts.append(text)
    return _text(parts)


def _text(parts: Sequence[str | Unresolved]) -> Value:
    """Return pieces as the simplest value: adjacent texts are joined, and empty texts dropped."""
    merged: list[str | Unresolved] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if len(merged) == 1:
        return merged[0]
    return Partial(tuple(merged)) if merged else ""


def text_of(value: Value) -> str | None:
    """Return a scalar as the text that CloudFormation converts it to; None for any other value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    return None


def filled(value: Value) -> str | None:
    """Return a text with its unresolved parts replaced by tokens; None for a value that is not a text."""
    if isinstance(value, Partial):
        return "".join(one if isinstance(one, str) else one.token for one in value.pieces)
    return value.token if isinstance(value, Unresolved) else text_of(value)


def is_same(one: Value, other: Value) -> bool:
    """Return whether two values are surely equal, whatever their unresolved parts are."""
    parts = one.pieces if isinstance(one, Partial) else (one,)
    return one == other and all(part.name for part in parts if isinstance(part, Unresolved))


def is_known(value: Value) -> bool:
    """Return whether all parts of a value are resolved."""
    return next(reasons(value), None) is None


def reasons(value: Value) -> Iterator[str]:
    """Yield what each unresolved part is, as the end of a sentence."""
    if isinstance(value, Unresolved | Partial):
        yield value.why
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from reasons(one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from reasons(one)


def table(value: Value) -> Mapping[str, Value]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Value) -> Sequence[Value]:
    """Return a list as it is, a single value as a list of one, and an empty list for no value."""
    if value is None or value is REMOVED:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return (value,)
