"""Condition operators on one value: does the request's value pass the policy's?

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from permission_guard.iam.pattern import Glob, Missing, Token, Variable, Wild, filled, tokens
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth, truth

_ARN_PARTS: Final = 6
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})(?:[eE][+-]?[0-9]{1,3})?"
)
_SECONDS: Final = re.compile(r"-?[0-9]{1,19}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")

Pieces: TypeAlias = tuple[str | Wild, ...]
"""A policy's value after its variables are filled in."""

Test: TypeAlias = Callable[[str], Truth]
"""A policy's value, compiled: tells whether one value of the request passes it."""


def _never(_: str) -> Truth:
    return Truth.NO


def _cannot_tell(_: str) -> Truth:
    return Truth.UNKNOWN


def _text(pieces: Pieces) -> str:
    return "".join(piece if isinstance(piece, str) else piece.value for piece in pieces)


def _equals(pieces: Pieces) -> Test:
    want = _text(pieces)
    return lambda value: truth(value == want)


def _equals_ignoring_case(pieces: Pieces) -> Test:
    want = _text(pieces).lower()
    return lambda value: truth(value.lower() == want)


def _like(pieces: Pieces) -> Test:
    glob = Glob(pieces)
    return lambda value: truth(glob.matches(value))


def _arn_segments(pieces: Pieces) -> list[list[str | Wild]]:
    segments: list[list[str | Wild]] = [[]]
    for piece in pieces:
        if isinstance(piece, Wild):
            segments[-1].append(piece)
            continue
        first, *rest = piece.split(":", _ARN_PARTS - len(segments))
        segments[-1].append(first)
        segments.extend([part] for part in rest)
    return segments


def _arn_like(pieces: Pieces) -> Test:
    """ArnLike and ArnEquals: "each of the six colon-delimited components of the ARN is checked separately".

    `*` alone is taken to match every ARN (facts 4.1). AWS does not say what any other pattern with fewer than six
    components matches, so neither do we.
    """
    segments = _arn_segments(pieces)
    if segments == [[Wild.RUN]]:
        return lambda _: Truth.YES
    if len(segments) < _ARN_PARTS:
        return _cannot_tell if Wild.RUN in pieces or Wild.ONE in pieces else _never
    globs = [Glob(tuple(segment)) for segment in segments]

    def test(value: str) -> Truth:
        parts = value.split(":", _ARN_PARTS - 1)
        return truth(
            len(parts) == _ARN_PARTS
            and all(glob.matches(part) for glob, part in zip(globs, parts, strict=True))
        )

    return test


def _boolean(pieces: Pieces) -> Test:
    want = _text(pieces).lower()
    if want not in {"true", "false"}:
        return _cannot_tell
    return lambda value: truth(value.lower() == want)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    """Read a date: one of the W3C forms of ISO 8601, or seconds since 1970.

    Four digits are a year or a second of 1970; AWS does not say which, so they are neither.
    """
    if _YEAR.fullmatch(text):
        return None
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _compared(read: Callable[[str], Any], compare: Callable[..., bool]) -> Callable[[Pieces], Test]:
    def make(pieces: Pieces) -> Test:
        want = read(_text(pieces))

        def test(value: str) -> Truth:
            have = read(value)
            if want is None:
                return Truth.UNKNOWN
            return Truth.NO if have is None else truth(compare(have, want))

        return test

    return make


def _in_network(pieces: Pieces) -> Test:
    try:
        network = ipaddress.ip_network(_text(pieces), strict=False)
    except ValueError:
        return _cannot_tell

    def test(value: str) -> Truth:
        try:
            return truth(ipaddress.ip_address(value) in network)
        except ValueError:
            return Truth.NO

    return test


_ORDERS: Final = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}

_MAKERS: Final[Mapping[str, Callable[[Pieces], Test]]] = MappingProxyType(
    {
        "stringequals": _equals,
        "stringequalsignorecase": _equals_ignoring_case,
        "stringlike": _like,
        "arnequals": _arn_like,
        "arnlike": _arn_like,
        "bool": _boolean,
        "binaryequals": _compared(_bytes, operator.eq),
        "ipaddress": _in_network,
        **{f"numeric{name}": _compared(_number, order) for name, order in _ORDERS.items()},
        **{f"date{name}": _compared(_moment, order) for name, order in _ORDERS.items()},
    }
)

NEGATIONS: Final = MappingProxyType(
    {
        "stringnotequals": "stringequals",
        "stringnotequalsignorecase": "stringequalsignorecase",
        "stringnotlike": "stringlike",
        "arnnotequals": "arnequals",
        "arnnotlike": "arnlike",
        "notipaddress": "ipaddress",
        "numericnotequals": "numericequals",
        "datenotequals": "dateequals",
    }
)
"""Each negated operator and the one that it negates, in lower case."""

POSITIVES: Final = frozenset(_MAKERS)
"""Every operator that is not a negation, in lower case, `Null` apart."""

_TAKING_WILDCARDS: Final = frozenset({"stringlike", "arnequals", "arnlike"})
_TAKING_VARIABLES: Final = _TAKING_WILDCARDS | {"stringequals", "stringequalsignorecase", "bool"}
"""The others take none: there a `${...}` stands for itself, which is no number, date, address or base 64."""

_WITHOUT: Final = MappingProxyType({Missing.ABSENT: _never, Missing.UNKNOWN: _cannot_tell})


class Value:
    """One value in a condition of a policy: compiled now if it has no variables, at each request if it has."""

    __slots__ = ("_make", "_test", "_tokens", "text")

    def __init__(self, positive_operator: str, text: str, *, variables: bool) -> None:
        self.text = text
        self._make = _MAKERS[positive_operator]
        self._tokens: tuple[Token, ...] = tokens(
            text,
            variables=variables and positive_operator in _TAKING_VARIABLES,
            wildcards=positive_operator in _TAKING_WILDCARDS,
        )
        plain = tuple(token for token in self._tokens if not isinstance(token, Variable))
        self._test = self._make(plain) if len(plain) == len(self._tokens) else None

    def test(self, context: Context) -> Test:
        """Return the test of this value in a request.

        A variable without a value is null: nothing equals it or is like it, so that the negated operators are true
        (reference_policies_variables.html, "Policy variables with no value").
        """
        if self._test is not None:
            return self._test
        pieces = filled(self._tokens, context)
        return _WITHOUT[pieces] if isinstance(pieces, Missing) else self._make(pieces)
