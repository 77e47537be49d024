"""Condition operators: whether a value of the request matches the values of a condition.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from permission_guard.iam.pattern import Glob, Globs, Pieces, Unfilled, Wild, filled, is_plain, tokens
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth, truth

_ARN_PARTS: Final = 6
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})(?:[eE][+-]?[0-9]{1,3})?"
)
_SECONDS: Final = re.compile(r"-?[0-9]{1,19}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_LENGTH: Final = re.compile(r"[0-9]{1,3}")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")

Test: TypeAlias = Callable[[str], Truth]
"""The values of one condition, compiled: returns whether one value of the request matches one of them."""


def _text(pieces: Pieces) -> str:
    return "".join(piece if isinstance(piece, str) else piece.value for piece in pieces)


def _equals(wanted: Sequence[Pieces]) -> Test:
    wants = frozenset(map(_text, wanted))
    return lambda value: truth(value in wants)


def fold(text: str) -> str:
    """Return a text as StringEqualsIgnoreCase compares it: letter by letter, so that the length stays."""
    lower = text.lower()
    if text.isascii():
        return lower
    return "".join(small if len(small) == 1 else one for one in text for small in (one.lower(),))


def _equals_ignoring_case(wanted: Sequence[Pieces]) -> Test:
    wants = frozenset(fold(_text(pieces)) for pieces in wanted)
    return lambda value: truth(fold(value) in wants)


def _like(wanted: Sequence[Pieces]) -> Test:
    globs = Globs(wanted)
    return lambda value: truth(globs.match(value))


def arn_segments(pieces: Pieces) -> list[list[str | Wild]]:
    """Split an ARN pattern at its first five colons. The rest, the resource, stays one part."""
    segments: list[list[str | Wild]] = [[]]
    for piece in pieces:
        if isinstance(piece, Wild):
            segments[-1].append(piece)
            continue
        first, *rest = piece.split(":", _ARN_PARTS - len(segments))
        segments[-1].append(first)
        segments.extend([part] for part in rest)
    return segments


def _arn_like(wanted: Sequence[Pieces]) -> Test:
    """ArnLike and ArnEquals: "each of the six colon-delimited components of the ARN is checked separately".

    `*` alone matches every ARN. What another pattern with fewer than six components matches is not documented, so the
    answer is UNKNOWN.
    """
    whole: list[Pieces] = []
    by_part: list[list[Glob]] = []
    otherwise = Truth.NO
    for pieces in wanted:
        segments = arn_segments(pieces)
        if segments == [[Wild.RUN]]:
            return lambda _: Truth.YES
        if len(segments) < _ARN_PARTS:
            otherwise = Truth.UNKNOWN if Wild.RUN in pieces or Wild.ONE in pieces else otherwise
        elif any(isinstance(piece, Wild) for segment in segments[:-1] for piece in segment):
            by_part.append([Glob(tuple(segment)) for segment in segments])
        else:
            # The first five colons are literal, so all wildcards are in the last part.
            whole.append(pieces)
    globs = Globs(whole)

    def test(value: str) -> Truth:
        if globs.match(value):
            return Truth.YES
        parts = value.split(":", _ARN_PARTS - 1)
        if len(parts) == _ARN_PARTS and any(
            all(glob.matches(part) for glob, part in zip(one, parts, strict=True)) for one in by_part
        ):
            return Truth.YES
        return otherwise

    return test


def _boolean(wanted: Sequence[Pieces]) -> Test:
    wants = {_text(pieces).lower() for pieces in wanted}
    otherwise = Truth.NO if wants <= {"true", "false"} else Truth.UNKNOWN
    passing = wants & {"true", "false"}
    return lambda value: Truth.YES if value.lower() in passing else otherwise


def number(text: str) -> Decimal | None:
    """Read a number; None if the text is not a number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> datetime | None:
    """Read a date: one of the W3C forms of ISO 8601, or seconds since 1970.

    Four digits may be a year or seconds since 1970. AWS does not document which, so they are not read.
    """
    if _YEAR.fullmatch(text):
        return None
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        read = datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _compared(read: Callable[[str], Any], compare: Callable[..., bool]) -> Callable[[Sequence[Pieces]], Test]:
    def make(wanted: Sequence[Pieces]) -> Test:
        wants = [read(_text(pieces)) for pieces in wanted]
        readable = [want for want in wants if want is not None]
        otherwise = Truth.NO if len(readable) == len(wants) else Truth.UNKNOWN

        def test(value: str) -> Truth:
            have = read(value)
            passed = have is not None and any(compare(have, want) for want in readable)
            return Truth.YES if passed else otherwise

        return test

    return make


def network(text: str) -> IPv4Network | IPv6Network | None:
    """Read an address or a range in CIDR format; None if the text is neither.

    (IAM/latest/UserGuide/reference_policies_elements_condition_operators.html, "IP address condition operators".)
    """
    address, slash, length = text.partition("/")
    if "%" in address or (slash and not _LENGTH.fullmatch(length)):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _in_network(wanted: Sequence[Pieces]) -> Test:
    networks = [network(_text(pieces)) for pieces in wanted]
    otherwise = Truth.UNKNOWN if None in networks else Truth.NO

    def test(value: str) -> Truth:
        address = _address(value)
        passed = address is not None and any(one and address in one for one in networks)
        return Truth.YES if passed else otherwise

    return test


_ORDERS: Final = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}

_MAKERS: Final[Mapping[str, Callable[[Sequence[Pieces]], Test]]] = MappingProxyType(
    {
        "stringequals": _equals,
        "stringequalsignorecase": _equals_ignoring_case,
        "stringlike": _like,
        "arnequals": _arn_like,
        "arnlike": _arn_like,
        "bool": _boolean,
        "binaryequals": _compared(_bytes, operator.eq),
        "ipaddress": _in_network,
        **{f"numeric{name}": _compared(number, order) for name, order in _ORDERS.items()},
        **{f"date{name}": _compared(moment, order) for name, order in _ORDERS.items()},
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
"""Every operator that is not negated, in lower case, without `Null`."""

_TAKING_WILDCARDS: Final = frozenset({"stringlike", "arnequals", "arnlike"})
_TAKING_VARIABLES: Final = _TAKING_WILDCARDS | {"stringequals", "stringequalsignorecase", "bool"}
"""In the values of all other operators `${...}` is literal text, which is not a number, date, address or base64."""


class Wanted:
    """The values of a condition. Values without policy variables are compiled once, the others for each request.

    `operator` is the operator without its negation, in lower case; `tokens` are the parts of each value.
    """

    __slots__ = ("_fixed", "_make", "_varying", "operator", "tokens")

    def __init__(self, positive_operator: str, texts: Sequence[str], *, variables: bool) -> None:
        read = [
            tokens(
                text,
                variables=variables and positive_operator in _TAKING_VARIABLES,
                wildcards=positive_operator in _TAKING_WILDCARDS,
            )
            for text in texts
        ]
        self.operator = positive_operator
        self.tokens = tuple(read)
        self._make = _MAKERS[positive_operator]
        self._fixed = self._make([one for one in read if is_plain(one)])
        self._varying = tuple(one for one in read if not is_plain(one))

    def test(self, context: Context) -> Test:
        """Return the test of these values in a request.

        A variable without a value is null. Nothing matches it, so negated operators are true
        (reference_policies_variables.html, "Policy variables with no value").
        """
        if not self._varying:
            return self._fixed
        now = [filled(one, context) for one in self._varying]
        fixed, varying = self._fixed, self._make([one for one in now if not isinstance(one, Unfilled)])
        least = Truth.UNKNOWN if Unfilled.UNKNOWN in now else Truth.NO
        return lambda value: max(fixed(value), varying(value), least)
