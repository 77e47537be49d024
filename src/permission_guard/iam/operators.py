"""Condition operators on one value: does the request's value pass the policy's?

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final, TypeAlias

from permission_guard.iam.pattern import Glob, Missing, Token, Variable, Wild, filled, tokens
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth, truth

_ARN_PARTS: Final = 6

Pieces: TypeAlias = tuple[str | Wild, ...]
"""A policy's value after its variables are filled in."""

Test: TypeAlias = Callable[[str], Truth]
"""A policy's value, compiled: tells whether one value of the request passes it."""


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
        return lambda _: Truth.UNKNOWN if Wild.RUN in pieces or Wild.ONE in pieces else Truth.NO
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
        return lambda _: Truth.UNKNOWN
    return lambda value: truth(value.lower() == want)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(text: str) -> datetime | None:
    """Read a date: ISO 8601 or seconds since 1970."""
    try:
        if text.lstrip("-").isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _compared(
    read: Callable[[str], Decimal | None] | Callable[[str], datetime | None], compare: Callable[..., bool]
) -> Callable[[Pieces], Test]:
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
        return lambda _: Truth.UNKNOWN

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
        "binaryequals": _equals,
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


class Value:
    """One value in a condition of a policy: compiled now if it has no variables, at each request if it has."""

    __slots__ = ("_make", "_test", "_tokens", "text")

    def __init__(self, positive_operator: str, text: str, *, variables: bool) -> None:
        self.text = text
        self._make = _MAKERS[positive_operator]
        self._tokens: tuple[Token, ...] = tokens(
            text, variables=variables, wildcards=positive_operator in _TAKING_WILDCARDS
        )
        plain = tuple(token for token in self._tokens if not isinstance(token, Variable))
        self._test = self._make(plain) if len(plain) == len(self._tokens) else None

    def test(self, context: Context) -> Test | Missing:
        """Return the test of this value in a request, or why its variables cannot be filled in."""
        if self._test is not None:
            return self._test
        pieces = filled(self._tokens, context)
        return pieces if isinstance(pieces, Missing) else self._make(pieces)
