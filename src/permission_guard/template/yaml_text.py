"""YAML to nodes, with CloudFormation's short forms written out: `!Ref x` is `{Ref: x}`.

Built from composed nodes, not by constructors: so each value keeps its place, and a key that stands twice is seen. The
version is 1.1, as CloudFormation's is (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
"""

from __future__ import annotations

from typing import Final

import yaml
from yaml.constructor import ConstructorError

from permission_guard.frozen import frozen
from permission_guard.template.node import (
    DEEPEST,
    MOST,
    At,
    Items,
    KeyedValue,
    Leaf,
    Node,
    NotReadable,
    Object,
)

_FAST: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_BARE: Final = frozenset({"Ref", "Condition"})
_CORE: Final = "tag:yaml.org,2002:"
_NUMBER: Final = {f"{_CORE}int", f"{_CORE}float"}
_LONGEST_NUMBER: Final = 100
_FUNCTIONS: Final = (
    "And Base64 Cidr Equals FindInMap GetAtt GetAZs GetStackOutput If ImportValue Join Length Not Or Select Split Sub "
    "ToJsonString Transform"
)
FUNCTIONS: Final = frozenset(_FUNCTIONS.split())
"""The intrinsic functions that have a short form, besides Ref and Condition."""


@frozen
class _Built:
    """A node with what it comes to: how many values deep and in all."""

    node: Node
    size: int = 1
    depth: int = 1


def read_yaml(text: str) -> Node:
    """Read one YAML document. Raises NotReadable, with the place."""
    try:
        composed = _composed(text)
        if composed is None:
            raise NotReadable("is empty")
        return _Builder().built(composed).node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = At(mark.line + 1, mark.column + 1) if mark is not None else None
        raise NotReadable(f"is not YAML: {error.problem}", at) from error
    except yaml.YAMLError as error:
        raise NotReadable(f"is not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise NotReadable(f"is nested deeper than {DEEPEST} levels") from error


def _composed(text: str) -> yaml.Node | None:
    """Compose with libyaml, which is ten times as fast; what it refuses is read once more, to say what is wrong and where."""
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _at(node: yaml.Node) -> At:
    mark = node.start_mark
    return At(mark.line + 1, mark.column + 1) if mark is not None else At(1, 1)


class _Builder:
    """Builds each composed node once, however many aliases stand for it."""

    def __init__(self) -> None:
        self._made: dict[yaml.Node, _Built | None] = {}
        self._scalars = yaml.SafeLoader("")

    def built(self, node: yaml.Node) -> _Built:
        """Return what a composed node comes to. Raises NotReadable."""
        if node in self._made:
            found = self._made[node]
            if found is None:
                raise NotReadable("uses an alias within itself", _at(node))
            return found
        self._made[node] = None
        if isinstance(node, yaml.ScalarNode):
            made = self._scalar(node)
        elif isinstance(node, yaml.MappingNode):
            made = self._mapping(node)
        else:
            parts = [self.built(one) for one in node.value]
            made = _tagged(node, Items(tuple(one.node for one in parts), _at(node)), parts)
        if made.size > MOST or made.depth > DEEPEST:
            raise NotReadable(f"comes to more than {MOST} values or {DEEPEST} levels", _at(node))
        self._made[node] = made
        return made

    def _mapping(self, node: yaml.MappingNode) -> _Built:
        entries: dict[str, KeyedValue] = {}
        twice: list[tuple[str, At]] = []
        written = len(node.value)
        # Merges (`<<`), as a tool that packages the template does; CloudFormation itself takes none.
        self._scalars.flatten_mapping(node)
        parts = [(key, self.built(value)) for key, value in node.value]
        for key, value in parts:
            if not isinstance(key, yaml.ScalarNode):
                raise NotReadable("has a key that is a list or an object", _at(key))
            name = _key(self._value(key))
            if name in entries and len(parts) == written:
                twice.append((name, _at(key)))
            entries[name] = KeyedValue(_at(key), value.node)
        return _tagged(node, Object(entries, _at(node), tuple(twice)), [value for _, value in parts])

    def _scalar(self, node: yaml.ScalarNode) -> _Built:
        is_tagged = not node.tag.startswith(_CORE)
        return _tagged(node, Leaf(node.value if is_tagged else self._value(node), _at(node)), [])

    def _value(self, node: yaml.ScalarNode) -> str | int | float | bool | None:
        """Return a scalar's value. A date, as in `Version: 2012-10-17`, is the text that it was written as."""
        text: str = node.value
        if node.tag == f"{_CORE}null":
            return None
        if node.tag == f"{_CORE}bool":
            return text.lower() in {"yes", "true", "on"}
        if node.tag not in _NUMBER or len(text) > _LONGEST_NUMBER:
            return text
        is_int = node.tag == f"{_CORE}int"
        try:
            read = self._scalars.construct_yaml_int if is_int else self._scalars.construct_yaml_float
            number: int | float = read(node)
        except (ConstructorError, ValueError, OverflowError) as error:
            raise NotReadable(f"{text!r} is not of its type", _at(node)) from error
        return number


def _key(value: object) -> str:
    """Write a key as JSON would have it: only texts can be keys there."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _tagged(composed: yaml.Node, node: Node, parts: list[_Built]) -> _Built:
    """Write out a short form. Raises NotReadable for a tag that CloudFormation does not have."""
    size, depth = (
        1 + sum(one.size for one in parts),
        1 + max((one.depth for one in parts), default=0),
    )
    tag, at = composed.tag, node.at
    if tag.startswith(_CORE):
        return _Built(node, size, depth)
    name = tag.removeprefix("!")
    if not tag.startswith("!") or name not in {*_BARE, *FUNCTIONS}:
        raise NotReadable(f"has the tag {tag}, which CloudFormation does not know", at)
    if name == "GetAtt" and isinstance(node, Leaf) and isinstance(node.value, str):
        node = Items(tuple(Leaf(part, at) for part in node.value.split(".", 1)), at)
    long = name if name in _BARE else f"Fn::{name}"
    return _Built(Object({long: KeyedValue(at, node)}, at), size + 1, depth + 1)
