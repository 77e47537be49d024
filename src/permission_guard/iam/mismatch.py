"""Why a statement does not apply to a request: the elements that do not match, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam import Arn, ArnError, Context, Request, ServicePrincipal, Statement, Truth
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Patterns
from permission_guard.iam.principal import Principals

_MOST: Final = 3
"""How many values are listed. The others are counted."""
_UNIQUE_ID: Final = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_TOO_EARLY: Final = re.compile(r"(?:[^:$]*:){0,4}[^:$]*\$\{[^*?$]")
"""A policy variable before the fifth colon (IAM/latest/UserGuide/reference_policies_variables.html)."""
LITERAL: Final = frozenset({"stringequals", "stringequalsignorecase"})


class Part(IntEnum):
    """An element of a statement, in the order in which findings name them."""

    ACTION = 0
    PRINCIPAL = 1
    RESOURCE = 2
    CONDITION = 3


@frozen
class Mismatch:
    """An element that does not match the request, and why in words."""

    part: Part
    why: str


def mismatches(statement: Statement, request: Request) -> tuple[Mismatch, ...]:
    """Return the elements that do not match a request; none if the statement applies or may apply."""
    return tuple(_mismatches(statement, request))


def _mismatches(statement: Statement, request: Request) -> Iterator[Mismatch]:
    if statement.actions.match(request.action.lower(), request.context) is Truth.NO:
        yield Mismatch(Part.ACTION, _texts("Action", statement.actions))
    if statement.principals and statement.principals.match(request.principal) is Truth.NO:
        yield Mismatch(Part.PRINCIPAL, _principals(statement.principals))
    resources = statement.resources
    if resources and resources.match(request.resource, request.context) is Truth.NO:
        yield Mismatch(Part.RESOURCE, _resource(resources, request.resource))
    for condition in statement.conditions:
        if condition.holds(request.context) is Truth.NO:
            yield Mismatch(Part.CONDITION, _condition(condition, request))


def undecided(statement: Statement, context: Context) -> tuple[Condition, ...]:
    """Return the conditions of a statement that are undecided."""
    return tuple(one for one in statement.conditions if one.holds(context) is Truth.UNKNOWN)


def unknowns(statement: Statement, request: Request) -> tuple[str, ...]:
    """Return the conditions of a statement that are undecided, as text."""
    return tuple(map(written, undecided(statement, request.context)))


def written(condition: Condition) -> str:
    """Return a condition as text: operator, key, values."""
    return f"{condition.operator} {condition.key} {_or(condition.texts)}"


def _or(texts: tuple[str, ...]) -> str:
    shown = " or ".join(texts[:_MOST])
    return f"{shown} or {len(texts) - _MOST} more" if len(texts) > _MOST else shown


def _texts(element: str, patterns: Patterns) -> str:
    texts = _or(tuple(pattern.text for pattern in patterns.patterns))
    return f"its Not{element} leaves out {texts}" if patterns.negated else f"its {element} is {texts}"


def _principals(principals: Principals) -> str:
    names = _or(tuple(one.name for one in principals.named))
    if principals.negated:
        return f"its NotPrincipal leaves out {names}"
    if all(_UNIQUE_ID.fullmatch(one.name) for one in principals.named):
        # "...the principal's unique ID ... because the role/user was deleted" (reference_policies_elements_principal).
        return f"its Principal is {names}, what is left of a user or role that has been deleted"
    return f"its Principal is {names}"


def _resource(patterns: Patterns, resource: str) -> str:
    """Describe where the ARN differs if there is one pattern; list the patterns if there are several."""
    clause = _texts("Resource", patterns)
    if patterns.negated or len(patterns.patterns) != 1:
        return clause
    if _TOO_EARLY.match(patterns.patterns[0].text):
        return f"{clause}, and IAM replaces no policy variable before the fifth colon of an ARN"
    try:
        have, want = Arn.parse(resource), Arn.parse(patterns.patterns[0].text)
    except ArnError:
        return clause
    if resource.startswith(f"{want}:"):
        return f"its Resource ends at {want}, and ':*' after it is needed to reach {resource}"
    fixed = ((name, getattr(want, name), getattr(have, name)) for name in ("partition", "region", "account"))
    other = [f"{name} {w}, not {h}" for name, w, h in fixed if w != h and "*" not in w and "?" not in w]
    return f"its Resource is of {' and '.join(other)}" if other else clause


def _condition(condition: Condition, request: Request) -> str:
    have = request.context.values(condition.key.lower())
    if not have:
        caller = request.principal.name if isinstance(request.principal, ServicePrincipal) else "the caller"
        return f"it wants {written(condition)}, and {caller} does not send {condition.key}"
    if condition.base in LITERAL and any("*" in text or "?" in text for text in condition.texts):
        return (
            f"it wants {written(condition)}, and {condition.operator} takes a wildcard for a plain character"
        )
    return f"it wants {written(condition)}, and {condition.key} is {_or(have)}"
