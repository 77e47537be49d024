"""Add one property or item to a template's text. Every other byte stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from permission_guard.frozen import frozen

_BLOCK_STYLES: Final = frozenset({"|", ">"})
_BESIDE: Final = "Principal"
"""A new property of a permission is written after this one, if it is there."""


class CannotEdit(Exception):
    """The line cannot be added without changing other text. The message says why."""


@frozen
class NewProperty:
    """A property to add: its name, and its value in YAML and in JSON. With `is_item`, the value is an item of a list."""

    name: str
    yaml: str
    json: str
    is_item: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        """The property in a YAML block."""
        return (f"{self.name}:", f"  - {self.yaml}") if self.is_item else (f"{self.name}: {self.yaml}",)

    def in_braces(self, *, is_json: bool) -> str:
        """Return the property as it stands between braces, in JSON or in YAML."""
        name, value = (f'"{self.name}"', self.json) if is_json else (self.name, _quoted(self.yaml))
        return f"{name}: [{value}]" if self.is_item else f"{name}: {value}"


@dataclass(frozen=True, slots=True, order=True)
class Insertion:
    """A text to put in, and the offset where."""

    at: int
    text: str


def with_insertions(text: str, insertions: Sequence[Insertion]) -> str:
    """Return the text with all of them; what two ask for at the same place is put in once."""
    for one in sorted(set(insertions), reverse=True):
        text = text[: one.at] + one.text + text[one.at :]
    return text


class Editor:
    """Finds the place of a new line in a template. It reads JSON as YAML too, with tabs replaced."""

    def __init__(self, text: str, *, is_json: bool) -> None:
        self._text, self._is_json = text, is_json
        yaml_text = text.replace("\t", " ") if is_json else text
        self._root: Node | None = yaml.compose(yaml_text, Loader=yaml.SafeLoader)

    def insertion(self, path: Sequence[str], line: NewProperty) -> Insertion:
        """Return what to insert, and where. Raises CannotEdit."""
        properties = _found(self._root, path)
        existing = _value(properties, line.name)
        if existing is not None:
            return self._item(existing[0], existing[1], line)
        if line.name in _merged(properties):
            raise CannotEdit(f"its {line.name} comes from another place by a merge key (<<)")
        if properties.flow_style:
            added = line.in_braces(is_json=self._is_json)
            return _in_brackets(self._text, properties, properties.value[0][0], "{", added)
        return _in_block(self._text, properties, line)

    def _item(self, key: Node, node: Node, line: NewProperty) -> Insertion:
        if not line.is_item:
            raise CannotEdit(f"its {line.name} has another value already")
        if _index(node.start_mark) < _index(key.end_mark):
            raise CannotEdit(f"its {line.name} is an alias of another place")
        if not isinstance(node, SequenceNode) or node.tag != "tag:yaml.org,2002:seq":
            raise CannotEdit(f"its {line.name} is not written as a list")
        text = self._text
        if node.flow_style:
            added = line.json if self._is_json else _quoted(line.yaml)
            return _in_brackets(text, node, next(iter(node.value), None), "[", added)
        first = text.rindex("-", 0, _index(node.value[0].start_mark))
        line_start = text.rfind("\n", 0, first) + 1
        indent = text[line_start:first]
        if indent.strip(" "):
            raise CannotEdit(f"the items of its {line.name} do not begin on lines of their own")
        after = _after(text, node.value[-1])
        return _rows(text, line_start if after is None else after, indent, [f"- {line.yaml}"])


def _first_within(text: str, bracket: int, first: int | None, added: str) -> Insertion:
    """Insert a first item between brackets: on its own line if the first item now has its own line."""
    if first is None:
        return Insertion(bracket + 1, added)
    line_start = text.rfind("\n", 0, first) + 1
    if line_start > bracket and not text[line_start:first].strip():
        return Insertion(line_start, f"{text[line_start:first]}{added},{_newline(text)}")
    return Insertion(bracket + 1, f"{added}, ")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _found(root: Node | None, path: Sequence[str]) -> MappingNode:
    node = root
    for name in path:
        entry = _value(node, name)
        if entry is None:
            raise CannotEdit(f"it has no {name} of its own")
        key, node = entry
        if _index(node.start_mark) < _index(key.end_mark):
            raise CannotEdit(f"its {name} is an alias of another place")
    if not isinstance(node, MappingNode) or node.tag != "tag:yaml.org,2002:map" or not node.value:
        raise CannotEdit(f"its {path[-1]} is not an object that a line can be added to")
    return node


def _value(node: Node | None, name: str) -> tuple[Node, Node] | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == name), None)


def _merged(node: MappingNode) -> set[str]:
    """Return the names that an object has by merging others (`<<`)."""
    merged = [value for key, value in node.value if key.value == "<<"]
    others = [each for one in merged for each in (one.value if isinstance(one, SequenceNode) else [one])]
    return {str(key.value) for one in others if isinstance(one, MappingNode) for key, _ in one.value}


def _index(mark: yaml.Mark | None) -> int:
    return mark.index if mark is not None else 0


def _in_brackets(text: str, node: Node, first: Node | None, bracket: str, added: str) -> Insertion:
    at = text.index(bracket, _index(node.start_mark))
    return _first_within(text, at, _index(first.start_mark) if first is not None else None, added)


def _in_block(text: str, properties: MappingNode, line: NewProperty) -> Insertion:
    key, value = _value(properties, _BESIDE) or properties.value[0]
    start = _index(key.start_mark)
    line_start = text.rfind("\n", 0, start) + 1
    indent = text[line_start:start]
    if indent.strip(" "):
        raise CannotEdit("its properties do not begin on lines of their own")
    after = _after(text, value) if key.value == _BESIDE else line_start
    return _rows(text, line_start if after is None else after, indent, line.rows)


def _rows(text: str, at: int, indent: str, rows: Sequence[str]) -> Insertion:
    newline = _newline(text)
    added = "".join(f"{indent}{row}{newline}" for row in rows)
    if at == len(text) and not text.endswith("\n"):
        return Insertion(at, newline + added.removesuffix(newline))
    return Insertion(at, added)


def _after(text: str, value: Node) -> int | None:
    """Return where the line after a value begins; None for a value that may take several lines."""
    end, start = value.end_mark, value.start_mark
    if not isinstance(value, ScalarNode) or value.style in _BLOCK_STYLES or end is None or start is None:
        return None
    if end.line != start.line:
        return None
    newline = text.find("\n", end.index)
    return len(text) if newline < 0 else newline + 1


def _quoted(value: str) -> str:
    """Return a value for use between brackets, with quotes around `::`, which not every parser accepts there."""
    tag, space, bare = value.partition(" ")
    return f'{tag} "{bare}"' if space and "::" in bare and not bare.startswith('"') else value
