"""What each of CloudFormation's intrinsic functions gives.

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
    is_known,
    joined,
    listed,
    reasons,
    text_of,
)

if TYPE_CHECKING:
    from permission_guard.template.intrinsics import Scope

_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC: Final = re.compile(r"(\{\{resolve:[^}]*\}\})")
_PAIR, _TRIPLE = 2, 3
ONLY_DEPLOYED: Final = "which only a deployed stack knows"


def dynamic(text: str) -> list[Value]:
    """Take a text apart at its dynamic references, `{{resolve:ssm:...}}`."""
    return [
        Unresolved(f"the dynamic reference {part}, {ONLY_DEPLOYED}") if _DYNAMIC.fullmatch(part) else part
        for part in _DYNAMIC.split(text)
    ]


def _get_att(scope: Scope, argument: Json) -> Value:
    parts: Sequence[Json] = argument.split(".", 1) if isinstance(argument, str) else ()
    if isinstance(argument, Sequence) and not isinstance(argument, str):
        parts = argument
    if len(parts) != _PAIR or not isinstance(parts[0], str):
        return Unresolved("a Fn::GetAtt of an unknown form")
    wanted = scope.resolve(parts[1])
    if not isinstance(wanted, str):
        return Unresolved(f"an attribute of {parts[0]} that is not resolved")
    return scope.of_resource(parts[0], wanted)


def _sub(scope: Scope, argument: Json) -> Value:
    text, extra = argument, None
    if isinstance(argument, Sequence) and not isinstance(argument, str) and len(argument) == _PAIR:
        text, extra = argument
    values: Mapping[str, Json] = extra if isinstance(extra, Mapping) else {}
    if not isinstance(text, str):
        return Unresolved("a Fn::Sub of an unknown form")
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
        elif "." in name:
            pieces.append(_get_att(scope, name))
        else:
            pieces.append(scope.ref(name))
    pieces.append(scope.resolve(text[end:]))
    return joined(pieces)


def _join(scope: Scope, argument: Json) -> Value:
    parts = _arguments(scope, argument, _PAIR)
    if isinstance(parts, Unresolved):
        return parts
    separator, values = parts
    if not isinstance(separator, str) or not isinstance(values, Sequence) or isinstance(values, str):
        return Unresolved(next(reasons(parts), "a Fn::Join of an unknown form"))
    return joined(values, separator)


def _select(scope: Scope, argument: Json) -> Value:
    parts = _arguments(scope, argument, _PAIR)
    if isinstance(parts, Unresolved):
        return parts
    index, values = text_of(parts[0]), parts[1]
    if index is None or not index.isdigit() or not isinstance(values, Sequence) or isinstance(values, str):
        return Unresolved(next(reasons(parts), "a Fn::Select of an unknown form"))
    return values[int(index)] if int(index) < len(values) else Unresolved("a Fn::Select beyond the end")


def _split(scope: Scope, argument: Json) -> Value:
    parts = _arguments(scope, argument, _PAIR)
    if isinstance(parts, Unresolved):
        return parts
    separator, text = parts
    if isinstance(separator, str) and separator and isinstance(text, str):
        return text.split(separator)
    if isinstance(separator, str) and separator and isinstance(text, Partial):
        return _split_partial(text, separator)
    return Unresolved(next(reasons(parts), "a Fn::Split of an unknown form"))


def _split_partial(text: Partial, separator: str) -> Value:
    """Split a text whose unresolved parts may hold separators themselves: what comes before the first is sure."""
    first = text.pieces[0]
    if not isinstance(first, str):
        return Unresolved(text.why)
    *sure, last = first.split(separator)
    return [*sure, joined((last, Unresolved(text.why)))]


def _if(scope: Scope, argument: Json) -> Value:
    if not isinstance(argument, Sequence) or isinstance(argument, str) or len(argument) != _TRIPLE:
        return Unresolved("a Fn::If of an unknown form")
    holds = scope.condition(str(argument[0]))
    if not isinstance(holds, Unresolved):
        return scope.resolve(argument[1 if holds else 2])
    yes, no = scope.resolve(argument[1]), scope.resolve(argument[2])
    return yes if yes == no else Unresolved(f"one of two, by the condition {argument[0]}: {holds.why}")


def _find_in_map(scope: Scope, argument: Json) -> Value:
    parts = scope.exact.resolve(argument)
    if not isinstance(parts, Sequence) or isinstance(parts, str) or len(parts) < _TRIPLE:
        return Unresolved("a Fn::FindInMap of an unknown form")
    found: Sequence[Json] = (scope.section("Mappings"),)
    why = "a key that the mapping does not have"
    for part in parts[:_TRIPLE]:
        text = text_of(part)
        if text is None:
            why = next(reasons(part), "a key of Fn::FindInMap that is no text")
        found = [each for one in found if isinstance(one, Mapping) for each in _under(one, text)]
    default = parts[_TRIPLE] if len(parts) > _TRIPLE else None
    other = default.get("DefaultValue") if isinstance(default, Mapping) else None
    values = [scope.resolve(one) for one in found] or ([] if other is None else [other])
    # What it is whichever key it is, it is for certain.
    return values[0] if values and all(one == values[0] for one in values) else Unresolved(why)


def _under(body: Mapping[str, Json], key: str | None) -> Sequence[Json]:
    """Return the value of a key; those of all keys, if it is not known which."""
    return [one for name, one in body.items() if key in {None, name}]


def _import(scope: Scope, argument: Json) -> Value:
    name = scope.resolve(argument)
    said = name if isinstance(name, str) else "of another stack"
    return Unresolved(f"Fn::ImportValue {said}, {ONLY_DEPLOYED}", said if isinstance(name, str) else "")


def _arguments(scope: Scope, argument: Json, count: int) -> Sequence[Value] | Unresolved:
    resolved = scope.resolve(argument)
    if isinstance(resolved, Unresolved):
        return resolved
    if not isinstance(resolved, Sequence) or isinstance(resolved, str) or len(resolved) != count:
        return Unresolved("a function of an unknown form")
    return resolved


def _length(scope: Scope, argument: Json) -> Value:
    values = scope.resolve(argument)
    return len(listed(values)) if is_known(values) else Unresolved(next(reasons(values)))


FUNCTIONS: Final[Mapping[str, Callable[[Scope, Json], Value]]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import,
    "Fn::Length": _length,
}
