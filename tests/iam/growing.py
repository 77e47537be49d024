"""Documents that grow: for each kind, the document of a given size and a request that makes the evaluator read all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from permission_guard.iam import Context, IamPrincipal, Request

Grown = Callable[[int], tuple[str, Request]]

_CALLER: Final = IamPrincipal("arn:aws:iam::123456789012:role/orders", "123456789012")


def _request(resource: str = "arn:aws:s3:::reports", **keys: str | tuple[str, ...]) -> Request:
    named = {f"aws:{key}": value for key, value in keys.items()}
    return Request("s3:GetObject", resource, _CALLER, Context.of(named, unlisted=()))


def _document(*statements: dict[str, Any]) -> str:
    given = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **one} for one in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": given})


def _resource(unit: str, text: str) -> Grown:
    return lambda size: (_document({"Resource": "arn:" + unit * size + "z"}), _request(text))


def _resources(unit: str, text: str) -> Grown:
    return lambda size: (
        _document({"Resource": [f"arn:{unit}{number}" for number in range(size)]}),
        _request(text),
    )


def _values(operator: str, unit: str) -> Grown:
    return lambda size: (
        _document({"Condition": {operator: {"aws:Key": [unit.format(n) for n in range(size)]}}}),
        _request(Key="no-such"),
    )


def _statements(size: int) -> tuple[str, Request]:
    return _document(*({"Action": f"s3:G*t{number}"} for number in range(size))), _request()


def _keys(size: int) -> tuple[str, Request]:
    """One operator whose name is as long as the list of its keys: neither may be paid for once for each other."""
    block = {"StringEquals" + "x" * size: {f"key-{number}": "v" for number in range(size)}}
    return _document({"Condition": block}), _request()


def _numbers(size: int) -> tuple[str, Request]:
    text = _document({"Condition": {"NumericEquals": {"aws:Key": 0}}})
    return text.replace('"aws:Key": 0', '"aws:Key": 0.' + "7" * size), _request(Key="1")


KINDS: Final[dict[str, Grown]] = {
    "one pattern *a*a*a...": _resource("*a", "arn:" + "a" * 2_000),
    "one pattern *?*?*?...": _resource("*?", "arn:" + "a" * 2_000),
    "one pattern ????...": _resource("?", "arn:" + "a" * 2_000),
    "one pattern ${*}${*}...": _resource("${*}", "arn:" + "*" * 2_000),
    "one pattern of variables": _resource("${aws:Key, 'd'}", "arn:" + "d" * 2_000),
    "one pattern ${${${...": _resource("${", "arn:$"),
    "plain resources": _resources("aws:s3:::", "arn:aws:s3:::reports"),
    "resources with wildcards": _resources("*:s3:*/", "arn:aws:s3:::reports"),
    "StringEquals values": _values("StringEquals", "value-{}"),
    "StringNotLike values": _values("StringNotLike", "va*ue-{}"),
    "ArnLike values": _values("ArnLike", "arn:*:s3:::b{}"),
    "values that are variables": _values("StringEquals", "${{aws:Key}}{}"),
    "NumericLessThan values": _values("NumericLessThan", "{}"),
    "statements": _statements,
    "keys of one operator": _keys,
    "digits of a number": _numbers,
}
"""Each kind of hostile document, by name."""
