"""A template or plan as written: values with their places in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias, assert_never

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json

DEEPEST: Final = 100
"""The most levels of nesting that are read. A usual template has about a dozen."""
MOST: Final = 500_000
"""The most values that are read, with aliases expanded. A template of one megabyte has far fewer."""


class At(NamedTuple):
    """A place in a file; line and column begin at 1."""

    line: int
    column: int


@frozen
class Leaf:
    """A value that contains no other values."""

    value: str | int | float | bool | None
    at: At


@frozen
class Items:
    """A list."""

    values: tuple[Node, ...]
    at: At


@frozen
class KeyedValue:
    """The value of a key, and the place of the key."""

    key_at: At
    value: Node


@frozen
class Object:
    """An object, with its keys in their written order."""

    entries: Mapping[str, KeyedValue]
    at: At
    twice: tuple[tuple[str, At], ...] = ()
    """Repeated keys with their places. The last value of a repeated key counts."""


Node: TypeAlias = Leaf | Items | Object


class NotReadable(ValueError):
    """A text is neither a template nor a plan. The message says why, and `at` or `path` where, if that is known."""

    def __init__(self, problem: str, at: At | None = None, path: Sequence[str | int] = ()) -> None:
        super().__init__(problem)
        self.at = at
        self.path = path


def plain(node: Node) -> Json:
    """Return the value without its places."""
    match node:
        case Leaf(value):
            return value
        case Items(values):
            return [plain(one) for one in values]
        case Object(entries):
            return {key: plain(entry.value) for key, entry in entries.items()}
        case _:
            assert_never(node)


def member(body: Json, *path: str) -> Json:
    """Return the value at a path of keys; None if there is no such path."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def members(body: Json) -> Mapping[str, Json]:
    """Return an object, or an empty one for anything else."""
    return body if isinstance(body, Mapping) else {}


def elements(body: Json) -> Sequence[Json]:
    """Return a list, or an empty one for anything else."""
    return body if isinstance(body, Sequence) and not isinstance(body, str) else ()


def place(root: Node, path: Sequence[str | int]) -> At | None:
    """Return the place of the key or item at a path; None if there is no such path."""
    node, at = root, root.at
    for step in path:
        if isinstance(node, Object) and step in node.entries:
            at, node = node.entries[str(step)].key_at, node.entries[str(step)].value
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.values):
            node = node.values[step]
            at = node.at
        else:
            return None
    return at
