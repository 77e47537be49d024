"""Which questions AWS's documentation answers; the others are not asked.

It does not say what a condition comes to

* where we answer UNKNOWN although every key is known: for an operator or a value that IAM would refuse, and a few more
  that `operators.py` and `condition.py` name;
* for a key with several values without a set operator: "Multivalued context keys require a condition set operator"
  (reference_policies_condition-single-vs-multi-valued-context-keys.html);
* for a value in the request that is not of the operator's type: no call has a number that is none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from permission_guard.iam import Arn, Truth
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.operators import NEGATIONS, _bytes, moment, number
from tests.iam.differential.question import Question

_READERS: Final[dict[str, Callable[[str], object]]] = {
    "numeric": number,
    "date": moment,
    "binary": _bytes,
    "bool": lambda text: True if text.lower() in {"true", "false"} else None,
    "ip": ipaddress.ip_address,
    "arn": Arn.parse,
}


def is_defined(asked: Question) -> bool:
    """Whether every condition of the question, met or not, comes to what AWS's documentation says."""
    documents = [asked.identity, asked.boundary] if asked.boundary else [asked.identity]
    return all(
        _is_defined(condition, asked)
        for document in documents
        for statement in document.policy.statements
        for condition in statement.conditions
    )


def _is_defined(condition: Condition, asked: Question) -> bool:
    values = asked.all_keys.get(condition.key.lower(), ())
    if condition.holds(asked.context) is Truth.UNKNOWN:
        return False
    if len(values) > 1 and condition.quantifier is Quantifier.NONE and condition.base != "null":
        return False
    return all(_is_of_its_type(condition, value) for value in values)


def _is_of_its_type(condition: Condition, value: str) -> bool:
    positive = NEGATIONS.get(condition.base, condition.base)
    read = next((reader for type_, reader in _READERS.items() if positive.startswith(type_)), None)
    try:
        return read is None or read(value) is not None
    except ValueError:
        return False
