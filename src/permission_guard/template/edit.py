"""The smallest change to a YAML text: a line more, and every other byte as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_BLOCK_STYLES: Final = frozenset({"|", ">"})


class CannotEdit(Exception):
    """The line cannot be added without touching what else is written there; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A property to add: its name and its value in YAML, good for a block and for braces; `items` makes it a list."""

    name: str
    value: str
    is_item: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        """The property as it stands in a block."""
        return (f"{self.name}:", f"  - {self.value}") if self.is_item else (f"{self.name}: {self.value}",)


_BESIDE: Final = "Principal"
"""What a property of a permission is written beside, if that is there."""


def with_line(text: str, path: Sequence[str], line: Line) -> str:
    """Return the text with one more property in the object at a path.

    A list that is there gets one more item. Raises CannotEdit.
    """
    properties = _found(text, path)
    existing = _value(properties, line.name)
    if existing is not None:
        return _with_item(text, existing[0], existing[1], line)
    if line.name in _merged(properties):
        raise CannotEdit(f"its {line.name} stands elsewhere, and is merged (<<)")
    if properties.flow_style:
        value = f"[{_quoted(line.value)}]" if line.is_item else _quoted(line.value)
        return _after_bracket(text, properties, "{", f"{line.name}: {value}")
    return _in_block(text, properties, line)


def _found(text: str, path: Sequence[str]) -> MappingNode:
    node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in path:
        entry = _value(node, name)
        if entry is None:
            raise CannotEdit(f"it has no {name} of its own")
        key, node = entry
        if _index(node.start_mark) < _index(key.end_mark):
            raise CannotEdit(f"its {name} stands elsewhere, under an alias")
    if not isinstance(node, MappingNode) or node.tag != "tag:yaml.org,2002:map" or not node.value:
        raise CannotEdit(f"its {path[-1]} is no object that a line can be added to")
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


def _in_block(text: str, properties: MappingNode, line: Line) -> str:
    key, value = _value(properties, _BESIDE) or properties.value[0]
    start = _index(key.start_mark)
    line_start = text.rfind("\n", 0, start) + 1
    indent = text[line_start:start]
    if indent.strip(" "):
        raise CannotEdit("its properties do not begin on lines of their own")
    after = _after(text, value) if key.value == _BESIDE else line_start
    return _inserted(text, after, line_start, indent, line.rows)


def _inserted(text: str, offset: int | None, line_start: int, indent: str, rows: Sequence[str]) -> str:
    """Return the text with lines at an offset; without one, before the line that begins at `line_start`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    added = "".join(f"{indent}{row}{newline}" for row in rows)
    at = line_start if offset is None else offset
    if at == len(text) and not text.endswith("\n"):
        return text + newline + added.removesuffix(newline)
    return text[:at] + added + text[at:]


def _after(text: str, value: Node) -> int | None:
    """Return where the line after a value begins; None for a value that may go on over several lines."""
    end, start = value.end_mark, value.start_mark
    if not isinstance(value, ScalarNode) or value.style in _BLOCK_STYLES or end is None or start is None:
        return None
    if end.line != start.line:
        return None
    newline = text.find("\n", end.index)
    return len(text) if newline < 0 else newline + 1


def _after_bracket(text: str, node: Node, bracket: str, added: str) -> str:
    """Put something first between brackets."""
    at = text.index(bracket, _index(node.start_mark)) + 1
    return f"{text[:at]}{added}{', ' if node.value else ''}{text[at:]}"


def _quoted(value: str) -> str:
    """Return a value as it may stand between brackets, where not every parser takes a bare `::`."""
    tag, space, bare = value.partition(" ")
    return f'{tag} "{bare}"' if space and "::" in bare and not bare.startswith('"') else value


def _with_item(text: str, key: Node, node: Node, line: Line) -> str:
    if not line.is_item:
        raise CannotEdit(f"its {line.name} would have to be another one")
    if _index(node.start_mark) < _index(key.end_mark):
        raise CannotEdit(f"its {line.name} stands elsewhere, under an alias")
    if not isinstance(node, SequenceNode) or node.tag != "tag:yaml.org,2002:seq":
        raise CannotEdit(f"its {line.name} is not written as a list")
    if node.flow_style:
        return _after_bracket(text, node, "[", _quoted(line.value))
    first = text.rindex("-", 0, _index(node.value[0].start_mark))
    line_start = text.rfind("\n", 0, first) + 1
    indent = text[line_start:first]
    if indent.strip(" "):
        raise CannotEdit(f"the items of its {line.name} do not begin on lines of their own")
    return _inserted(text, _after(text, node.value[-1]), line_start, indent, [f"- {line.value}"])
