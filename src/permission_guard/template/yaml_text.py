"""Read YAML as nodes. CloudFormation's short forms become full ones: `!Ref x` is `{Ref: x}`.

Nodes come from PyYAML's composed nodes, which keep the place of each value and repeated keys. The version is 1.1, as in
CloudFormation (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
"""

from __future__ import annotations

from typing import Final

import yaml
from yaml.constructor import ConstructorError

from permission_guard.frozen import frozen
from permission_guard.template.syntax import (
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
"""The intrinsic functions that have a short form, other than Ref and Condition."""


@frozen
class _Built:
    """A node, with the number of its values and levels, aliases expanded."""

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
    """Compose with libyaml, which is ten times as fast. Text that it refuses is read again in Python, for a better message."""
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _at(node: yaml.Node) -> At:
    mark = node.start_mark
    return At(mark.line + 1, mark.column + 1) if mark is not None else At(1, 1)


class _Builder:
    """Builds each composed node once, even if several aliases refer to it."""

    def __init__(self) -> None:
        self._made: dict[yaml.Node, _Built | None] = {}
        self._scalars = yaml.SafeLoader("")

    def built(self, node: yaml.Node) -> _Built:
        """Return the node of a composed node. Raises NotReadable."""
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
            raise NotReadable(f"has more than {MOST} values or {DEEPEST} levels, aliases expanded", _at(node))
        self._made[node] = made
        return made

    def _mapping(self, node: yaml.MappingNode) -> _Built:
        entries: dict[str, KeyedValue] = {}
        twice: list[tuple[str, At]] = []
        written = len(node.value)
        # Resolves merge keys (`<<`), as packaging tools do. CloudFormation itself does not accept them.
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
        """Return a scalar's value. A date, as in `Version: 2012-10-17`, stays a text."""
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
            raise NotReadable(f"{text!r} does not have the type of its tag", _at(node)) from error
        return number


def _key(value: object) -> str:
    """Return a key as text, because JSON has only texts as keys."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _tagged(composed: yaml.Node, node: Node, parts: list[_Built]) -> _Built:
    """Replace a short form by the full form. Raises NotReadable for a tag that CloudFormation does not have."""
    size, depth = (
        1 + sum(one.size for one in parts),
        1 + max((one.depth for one in parts), default=0),
    )
    tag, at = composed.tag, node.at
    if tag.startswith(_CORE):
        return _Built(node, size, depth)
    name = tag.removeprefix("!")
    if not tag.startswith("!") or name not in {*_BARE, *FUNCTIONS}:
        raise NotReadable(f"has the tag {tag}, which CloudFormation does not have", at)
    if name == "GetAtt" and isinstance(node, Leaf) and isinstance(node.value, str):
        node = Items(tuple(Leaf(part, at) for part in node.value.split(".", 1)), at)
    long = name if name in _BARE else f"Fn::{name}"
    return _Built(Object({long: KeyedValue(at, node)}, at), size + 1, depth + 1)
