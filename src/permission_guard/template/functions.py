"""The values of CloudFormation's intrinsic functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from permission_guard.iam.policy import Json
from permission_guard.template.value import (
    Partial,
    Unresolved,
    Value,
    joined,
    reasons,
    text_of,
)

if TYPE_CHECKING:
    from permission_guard.template.intrinsics import Scope

_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC: Final = re.compile(r"(\{\{resolve:[^}]*\}\})")
_TRIPLE = 3
ONLY_DEPLOYED: Final = "known only after the deployment"


def given_by(scope: Scope, name: str, argument: Json) -> Value:
    """Return the value of a function; Unresolved, with the reason, if it is not known or the call is malformed."""
    function = FUNCTIONS.get(name)
    if function is None:
        return Unresolved(f"the value of {name}, {ONLY_DEPLOYED}")
    try:
        return function(scope, argument)
    except (IndexError, TypeError, ValueError):
        return Unresolved(next(reasons(scope.resolve(argument)), f"a {name} of an unknown form"))


def dynamic(text: str) -> list[Value]:
    """Split a text at its dynamic references, `{{resolve:ssm:...}}`."""
    return [
        Unresolved(f"the dynamic reference {part}, {ONLY_DEPLOYED}") if _DYNAMIC.fullmatch(part) else part
        for part in _DYNAMIC.split(text)
    ]


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _list(value: Value) -> Sequence[Value]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError
    return value


def _parts(argument: Json) -> Sequence[Json]:
    if isinstance(argument, str) or not isinstance(argument, Sequence):
        raise TypeError
    return argument


def _get_att(scope: Scope, argument: Json) -> Value:
    logical_id, name = argument.split(".", 1) if isinstance(argument, str) else _parts(argument)
    return scope.of_resource(_text(logical_id), _text(scope.resolve(name)))


def _sub(scope: Scope, argument: Json) -> Value:
    text, values = (argument, {}) if isinstance(argument, str) else _parts(argument)
    if not isinstance(values, Mapping) or not isinstance(text, str):
        raise TypeError
    pieces: list[Value] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        pieces.append(scope.resolve(text[end : found.start()]))
        end = found.end()
        name = found[2].strip()
        if found[1]:
            pieces.append(f"${{{found[2]}}}")
        elif name in values:
            pieces.append(scope.resolve(values[name]))
        else:
            pieces.append(_get_att(scope, name) if "." in name else scope.ref(name))
    pieces.append(scope.resolve(text[end:]))
    return joined(pieces)


def _join(scope: Scope, argument: Json) -> Value:
    separator, values = _list(scope.resolve(argument))
    return joined(_list(values), _text(separator))


def _select(scope: Scope, argument: Json) -> Value:
    index, values = _list(scope.resolve(argument))
    return _list(values)[int(text_of(index) or "")]


def _split(scope: Scope, argument: Json) -> Value:
    separator, text = _list(scope.resolve(argument))
    if not isinstance(text, Partial):
        return _text(text).split(_text(separator))
    # An unresolved part may contain separators, so only the items before it are known.
    *sure, last = _text(text.pieces[0]).split(_text(separator))
    return [*sure, joined((last, Unresolved(text.why)))]


def _if(scope: Scope, argument: Json) -> Value:
    name, yes, no = _parts(argument)
    holds = scope.condition(_text(name))
    if not isinstance(holds, Unresolved):
        return scope.resolve(yes if holds else no)
    either = scope.resolve(yes)
    if either == scope.resolve(no):
        return either
    return Unresolved(f"one of two, by the condition {name}: {holds.why}")


def _find_in_map(scope: Scope, argument: Json) -> Value:
    parts = _list(scope.exact.resolve(argument))
    name, top, second = parts[:_TRIPLE]
    found: Sequence[Json] = (scope.section("Mappings"),)
    why = "a key that the mapping does not have"
    for part in (name, top, second):
        text = text_of(part)
        if text is None:
            why = next(reasons(part), "a key of Fn::FindInMap that is no text")
        maps = [one for one in found if isinstance(one, Mapping)]
        # Those of all keys, if it is not known which.
        found = [value for one in maps for key, value in one.items() if text in {None, key}]
    default = parts[_TRIPLE] if len(parts) > _TRIPLE else None
    other = default.get("DefaultValue") if isinstance(default, Mapping) else None
    values = [scope.resolve(one) for one in found] or ([] if other is None else [other])
    # If all possible keys have the same value, the value is known.
    return values[0] if values and all(one == values[0] for one in values) else Unresolved(why)


def _import(scope: Scope, argument: Json) -> Value:
    name = scope.resolve(argument)
    export = name if isinstance(name, str) else "of another stack"
    return Unresolved(f"Fn::ImportValue {export}, {ONLY_DEPLOYED}", export if isinstance(name, str) else "")


FUNCTIONS: Final[Mapping[str, Callable[[Scope, Json], Value]]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import,
}
