"""YAML to nodes, with CloudFormation's short forms written out: `!Ref x` is `{Ref: x}`.

Built from the parser's events, not by its constructors: so each value keeps its place, a key that stands twice is
seen, and aliases cost nothing however often they are used. The version is 1.1, as CloudFormation's is
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml.constructor import ConstructorError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from permission_guard.template.node import DEEPEST, MOST, At, Entry, Items, Leaf, Node, NotReadable, Table

_BARE: Final = frozenset({"Ref", "Condition"})
FUNCTIONS: Final = frozenset(
    {
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "GetStackOutput", "If"),
        *(
            "ImportValue",
            "Join",
            "Length",
            "Not",
            "Or",
            "Select",
            "Split",
            "Sub",
            "ToJsonString",
            "Transform",
        ),
    }
)
"""The intrinsic functions that have a short form, besides Ref and Condition."""
_CORE: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_CORE}merge"
_NUMBER: Final = {f"{_CORE}int", f"{_CORE}float"}
_LONGEST_NUMBER: Final = 100


@dataclass(frozen=True, slots=True)
class _Built:
    """A node with what it comes to: how many values deep and in all."""

    node: Node
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class _Open:
    """A list or object whose end has not come yet."""

    event: CollectionStartEvent
    values: list[_Built] = field(default_factory=list)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.event, MappingStartEvent)


def read_yaml(text: str) -> Node:
    """Read one YAML document. Raises NotReadable, with the place."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = At(mark.line + 1, mark.column + 1) if mark is not None else None
        raise NotReadable(f"is not YAML: {error.problem}", at) from error
    except yaml.YAMLError as error:
        raise NotReadable(f"is not YAML: {' '.join(str(error).split())}") from error
    if builder.root is None:
        raise NotReadable("is empty")
    return builder.root.node


def _at(event: Event) -> At:
    mark = event.start_mark
    return At(mark.line + 1, mark.column + 1) if mark is not None else At(1, 1)


class _Builder:
    """Takes events and builds nodes from the leaves up."""

    def __init__(self) -> None:
        self.root: _Built | None = None
        self._documents = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, _Built | None] = {}
        self._scalars = yaml.SafeLoader("")

    def take(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise NotReadable("holds more than one YAML document", _at(event))
        elif isinstance(event, AliasEvent):
            self._add(self._aliased(event), event)
        elif isinstance(event, ScalarEvent):
            self._add(self._named(self._scalar(event), event), event)
        elif isinstance(event, CollectionStartEvent):
            if len(self._open) >= DEEPEST:
                raise NotReadable(f"is nested deeper than {DEEPEST} levels", _at(event))
            if event.anchor:
                self._anchors[event.anchor] = None
            self._open.append(_Open(event))
        elif self._open and type(event).__name__ in {"MappingEndEvent", "SequenceEndEvent"}:
            opened = self._open.pop()
            built = _mapping(opened) if opened.is_mapping else _sequence(opened)
            self._add(self._named(built, opened.event), opened.event)

    def _aliased(self, event: AliasEvent) -> _Built:
        name = str(event.anchor)
        if name not in self._anchors:
            raise NotReadable(f"uses the alias *{name}, which stands for nothing", _at(event))
        found = self._anchors[name]
        if found is None:
            raise NotReadable(f"uses the alias *{name} within itself", _at(event))
        return found

    def _named(self, built: _Built, event: NodeEvent) -> _Built:
        if event.anchor:
            self._anchors[event.anchor] = built
        return built

    def _add(self, built: _Built, event: Event) -> None:
        if built.size > MOST or built.depth + len(self._open) > DEEPEST:
            raise NotReadable(f"its aliases come to more than {MOST} values or {DEEPEST} levels", _at(event))
        if self._open:
            self._open[-1].values.append(built)
        else:
            self.root = built

    def _scalar(self, event: ScalarEvent) -> _Built:
        at = _at(event)
        if event.tag and not event.tag.startswith(_CORE):
            return _tagged(event.tag, _Built(Leaf(event.value, at)), at)
        tag = event.tag or self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]  # the stubs leave it out
        if tag == _MERGE and event.implicit[0]:
            return _Built(Leaf("<<", at))
        try:
            return _Built(Leaf(self._value(tag, event.value), at))
        except (ConstructorError, ValueError, OverflowError) as error:
            raise NotReadable(f"{event.value[:_LONGEST_NUMBER]!r} is not of its type", at) from error

    def _value(self, tag: str, text: str) -> str | int | float | bool | None:
        if tag == f"{_CORE}null":
            return None
        node = yaml.ScalarNode(tag, text)
        if tag == f"{_CORE}bool":
            return text.lower() in {"yes", "true", "on"}
        if tag in _NUMBER and len(text) <= _LONGEST_NUMBER:
            read = (
                self._scalars.construct_yaml_int
                if tag == f"{_CORE}int"
                else self._scalars.construct_yaml_float
            )
            number: int | float = read(node)
            return number
        # A date, as in `Version: 2012-10-17`, is the text that it was written as.
        return text


def _sequence(opened: _Open) -> _Built:
    at = _at(opened.event)
    node = Items(tuple(one.node for one in opened.values), at)
    return _tagged(opened.event.tag, _grown(node, opened.values), at)


def _mapping(opened: _Open) -> _Built:
    entries: dict[str, Entry] = {}
    merged: list[Node] = []
    twice: list[tuple[str, At]] = []
    for key, value in zip(opened.values[::2], opened.values[1::2], strict=True):
        name = key.node
        if not isinstance(name, Leaf):
            raise NotReadable("has a key that is a list or an object", name.at)
        text = _key(name.value)
        if text == "<<":
            merged.append(value.node)
        else:
            if text in entries:
                twice.append((text, name.at))
            entries[text] = Entry(name.at, value.node)
    for node in merged:
        # What a tool that packages the template does with `<<`; CloudFormation itself takes none.
        for one in node.values if isinstance(node, Items) else (node,):
            if not isinstance(one, Table):
                raise NotReadable("merges (<<) what is no object", one.at)
            entries = {**one.entries, **entries}
    at = _at(opened.event)
    return _tagged(opened.event.tag, _grown(Table(entries, at, tuple(twice)), opened.values), at)


def _key(value: object) -> str:
    """Write a key as JSON would have it: only texts can be keys there."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _grown(node: Node, values: list[_Built]) -> _Built:
    return _Built(
        node, 1 + sum(one.size for one in values), 1 + max((one.depth for one in values), default=0)
    )


def _tagged(tag: str | None, built: _Built, at: At) -> _Built:
    """Write out a short form. Raises NotReadable for a tag that CloudFormation does not have."""
    if tag is None or tag.startswith(_CORE) or tag == "!":
        return built
    name, node = tag.removeprefix("!"), built.node
    if not tag.startswith("!") or name not in {*_BARE, *FUNCTIONS}:
        raise NotReadable(f"has the tag {tag}, which CloudFormation does not know", at)
    if name == "GetAtt" and isinstance(node, Leaf) and isinstance(node.value, str):
        node = Items(tuple(Leaf(part, at) for part in node.value.split(".", 1)), at)
    long = name if name in _BARE else f"Fn::{name}"
    return _Built(Table({long: Entry(at, node)}, at), built.size + 1, built.depth + 1)
