"""Questions about AWS's managed policies, each derived from what the policy itself says.

For a statement: a request that it is about, one about another action, one about another resource; with the keys that
its conditions want, with other values for them, and without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, TypeVar

from moto.iam.aws_managed_policies import aws_managed_policies_data

from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.policy import Json
from tests.iam.differential.question import (
    ACCOUNT,
    EVERY_CALL,
    REGION,
    Document,
    Keys,
    Question,
    lines,
    texts,
)

OUTSIDE_ACTION: Final = "nosuchservice:NoSuchAction"
OUTSIDE: Final = f"arn:aws:nosuchservice:eu-west-1:{ACCOUNT}:outside/of:every/policy"
BROAD: Final = (
    "AdministratorAccess",
    "PowerUserAccess",
    "ViewOnlyAccess",
    "SecurityAudit",
    "SystemAdministrator",
)
"""Policies that are made to allow much, so that a boundary of theirs is most often not what refuses."""

T = TypeVar("T")

_VARIABLE: Final = re.compile(r"\$\{\s*([^{},'\s]+)\s*(?:,\s*'[^']*'\s*)?\}")
_HELD: Final = "held"
_OTHER: Final = "elsewhere"
_STRIDE: Final = 613
"""A prime, so that the boundaries chosen with it are spread over the whole alphabet."""


@cache
def managed_policies() -> dict[str, Document]:
    """Every AWS managed policy that moto brings along, by name."""
    found = json.loads(aws_managed_policies_data)
    return {name: Document(policy["Document"]) for name, policy in sorted(found.items())}


def alone(document: Document, most: int) -> Iterator[Question]:
    """Questions about at most so many of the policy's statements."""
    for statement in spread(document.statements, most):
        wanted, other = context(statement), context(statement, other=True)
        action, resource = an_action(statement), a_resource(statement, wanted)
        yield Question(action, resource, wanted, document)
        yield Question(action, OUTSIDE, wanted, document)
        yield Question(OUTSIDE_ACTION, resource, wanted, document)
        if wanted:
            yield Question(action, resource, {}, document)
            yield Question(action, resource, other, document)
        for text in spread(named(statement, "Action"), most)[1:]:
            yield Question(filled(text, {}), resource, wanted, document)


def bounded(name: str, most: int) -> Iterator[Question]:
    """Questions about a policy within others: its neighbour in the alphabet, a broad one, and one at a distance."""
    documents = managed_policies()
    names = list(documents)
    at = names.index(name)
    for other in (names[at - 1], BROAD[at % len(BROAD)], names[(at * _STRIDE + 1) % len(names)]):
        for made_from in (documents[name], documents[other]):
            for statement in spread(made_from.statements, most):
                keys = context(statement)
                yield Question(
                    an_action(statement), a_resource(statement, keys), keys, documents[name], documents[other]
                )


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of the items, from all over the list."""
    if len(items) <= most:
        return list(items)
    return [items[place * len(items) // most] for place in range(most)]


def named(statement: Mapping[str, Json], element: str) -> list[str]:
    """What an element, or its Not form, names."""
    return texts(statement.get(element, statement.get(f"Not{element}", [])))


def an_action(statement: Mapping[str, Json]) -> str:
    """An action that the statement is about."""
    return filled(named(statement, "Action")[-1], {}) if "Action" in statement else OUTSIDE_ACTION


def a_resource(statement: Mapping[str, Json], keys: Keys) -> str:
    """A resource that the statement is about, of a caller with these keys."""
    if "Resource" not in statement:
        return OUTSIDE
    pattern = named(statement, "Resource")[0]
    return OUTSIDE if pattern == "*" else an_arn(pattern, keys)


def an_arn(pattern: str, keys: Keys) -> str:
    """An ARN of the caller's account and region, as far as the pattern leaves them open."""
    parts = pattern.split(":", 5)
    own = ("arn", "aws", "", REGION, ACCOUNT)
    for place, part in enumerate(own):
        if part and len(parts) > place and parts[place] == "*":
            parts[place] = part
    return filled(":".join(parts), keys)


def filled(pattern: str, keys: Keys) -> str:
    """A text that fits the pattern; a variable becomes the key's value."""
    plain = _VARIABLE.sub(lambda found: {**EVERY_CALL, **keys}.get(found[1].lower(), (_HELD,))[0], pattern)
    return plain.replace("${*}", "*").replace("*", "Some").replace("?", "s")


def context(statement: Mapping[str, Json], *, other: bool = False) -> Keys:
    """Keys with which the statement's conditions hold, as far as one can see; or else other values for each."""
    keys: dict[str, tuple[str, ...]] = {}
    for text in _VARIABLE.findall(json.dumps(statement)):
        if text.lower() not in EVERY_CALL:
            keys[text.lower()] = (_HELD,)
    conditions = [
        Condition.compiled(operator, key, tuple(texts(value)), variables=True)
        for operator, key, value in lines(statement)
    ]
    for line in sorted(conditions, key=lambda line: line.base != "null"):
        key = line.key.lower()
        if line.base == "null":
            if line.texts[0].lower() == "false":
                keys.setdefault(key, (_HELD,))
        else:
            keys[key] = _values(line, keys, other=other)
    return keys


def _values(line: Condition, keys: Keys, *, other: bool) -> tuple[str, ...]:
    if line.base == "bool":
        wanted = line.texts[0].lower() == "true"
        return ("false" if wanted is other else "true",)
    if line.base.startswith("numeric"):
        return ("0",) if other else line.texts[:1]
    if line.base.endswith("ipaddress"):
        return ("198.51.100.1" if other else line.texts[0].split("/")[0],)
    if line.negated is not other:
        return (OUTSIDE if line.base.startswith("arn") else _OTHER,)
    fill = an_arn if line.base.startswith("arn") else filled
    return tuple(
        dict.fromkeys(
            fill(text, keys) for text in line.texts[: 1 if line.quantifier is Quantifier.NONE else 2]
        )
    )
