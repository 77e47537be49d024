"""Policy documents as text, and changes to them that leave everything else as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json, loads

Body: TypeAlias = Mapping[str, Json]
"""A JSON object that is read but never changed in place."""


POLICY_LIMIT: Final = 20480
"""Characters of a resource policy (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


NO_STATEMENTS: Final = '{"Statement":[]}'
"""The document of a function without a resource policy."""


def dumped(value: Json | Body) -> str:
    """Write JSON as AWS returns it: compact, in the order given."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def body_of(text: str) -> Body:
    """Read a document that has been parsed before."""
    body = loads(text)
    if not isinstance(body, Mapping):
        raise TypeError("a policy document is a JSON object")
    return body


def written(statements: Sequence[Body]) -> str:
    """Write one statement as an object, several as a list."""
    return dumped(statements[0]) if len(statements) == 1 else dumped(list(statements))


def bodies_of(text: str) -> tuple[Body, ...]:
    """Read what `written` wrote. Raises TypeError and PolicyError for anything else."""
    value = loads(text) if text.startswith("[") else body_of(text)
    listed = [value] if isinstance(value, Mapping) else value
    if not isinstance(listed, Sequence) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise TypeError("neither a statement nor a list of statements")
    return tuple(one for one in listed if isinstance(one, Mapping))


@lru_cache(maxsize=8)  # every finding about a policy asks for its statements again
def statements_of(text: str) -> tuple[Body, ...]:
    """Return a document's statements, in order, unchanged."""
    listed = body_of(text)["Statement"]
    entries = [listed] if isinstance(listed, Mapping) else listed
    if isinstance(entries, str) or not isinstance(entries, Sequence):
        raise TypeError("Statement is an object or a list of objects")
    return tuple(entry for entry in entries if isinstance(entry, Mapping))


def with_statements(text: str, statements: Sequence[Body]) -> str:
    """Return the document with other statements. A Statement that was a single object stays one if it can."""
    body = body_of(text)
    single = isinstance(body["Statement"], Mapping) and len(statements) == 1
    return dumped({**body, "Statement": statements[0] if single else list(statements)})


def canonical(statement: Body) -> str:
    """Return a text that is equal for statements that say the same.

    The order of keys, a single value in a list or alone, and the case of condition keys do not matter: AWS may return each
    of them differently than it was given (facts 3.2).
    """

    def plain(value: Json, *, fold: bool) -> Json:
        if isinstance(value, Mapping):
            return {(key.lower() if fold else key): plain(value[key], fold=fold) for key in sorted(value)}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return value[0] if len(value) == 1 else sorted(value, key=str)
        return value

    body = {key: plain(statement[key], fold=key == "Condition") for key in sorted(statement)}
    if body.get("Principal") == {"AWS": "*"}:
        body["Principal"] = "*"
    return json.dumps(body, sort_keys=True)


@frozen
class NewCondition:
    """A condition to add to a statement: the request must match any of the values."""

    operator: str
    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operator} {self.key} = {' or '.join(self.values)}"


class ConditionExists(ValueError):
    """The statement already has a condition with the same operator and key; the message names both."""


def with_condition(statement: Body, condition: NewCondition) -> Body:
    """Return the statement with one more condition.

    Raises ConditionExists if the statement already has a condition with this operator and key. The values of one key are
    alternatives, so another value there would allow more, not less.
    """
    taken = ConditionExists(f"the statement already has another {condition.operator} on {condition.key}")
    block = statement.get("Condition", {})
    keys = block.get(condition.operator, {}) if isinstance(block, Mapping) else None
    if not isinstance(block, Mapping) or not isinstance(keys, Mapping):
        raise taken
    if condition.key.lower() in {present.lower() for present in keys}:
        raise taken
    value: Json = condition.values[0] if len(condition.values) == 1 else list(condition.values)
    return {**statement, "Condition": {**block, condition.operator: {**keys, condition.key: value}}}
