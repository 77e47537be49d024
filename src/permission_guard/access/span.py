"""Values that are numbers: addresses, times and ages. A condition on them matches a union of intervals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from math import ceil, floor
from typing import Final, TypeAlias

from permission_guard.iam.condition import Condition
from permission_guard.iam.operators import NEGATIONS, moment, network, number

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint intervals, each without its end."""

Writing: TypeAlias = Callable[[int], str]
"""Writes a number as a key's value."""

LEAST: Final = -(1 << 140)
MOST: Final = 1 << 140
V4: Final[Spans] = ((0, 1 << 32),)
V6_START: Final = 1 << 40
V6: Final[Spans] = ((V6_START, V6_START + (1 << 128)),)
LAST_SECOND: Final = 253_402_300_799
_NARROW: Final = {4: 8, 6: 32}


def union(spans: Spans) -> Spans:
    """Sort intervals and join those that touch."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if low >= high:
            continue
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def complement(spans: Spans) -> Spans:
    """Return all numbers outside the intervals."""
    found: list[tuple[int, int]] = []
    start = LEAST
    for low, high in spans:
        if start < low:
            found.append((start, low))
        start = high
    if start < MOST:
        found.append((start, MOST))
    return tuple(found)


def common(one: Spans, other: Spans) -> Spans:
    """Return what two lists of intervals have in common."""
    found: list[tuple[int, int]] = []
    here = there = 0
    while here < len(one) and there < len(other):
        low, high = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if low < high:
            found.append((low, high))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return tuple(found)


class Grid:
    """The intervals between neighbouring ends. Each is one bit, so that a union of intervals is one number."""

    def __init__(self, ends: Iterable[int]) -> None:
        self._ends = sorted({LEAST, MOST, *ends})

    def mask(self, spans: Spans) -> int:
        """Return the bits of intervals whose ends are the grid's."""
        found = 0
        for low, high in spans:
            found |= (1 << bisect_left(self._ends, high)) - (1 << bisect_left(self._ends, low))
        return found

    def least(self, mask: int) -> int:
        """Return the least number of a mask that is not empty."""
        return self._ends[(mask & -mask).bit_length() - 1]


def size(spans: Spans) -> int:
    """Return how many numbers the intervals hold."""
    return sum(high - low for low, high in spans)


def matching(condition: Condition) -> tuple[Spans, bool]:
    """Return what the positive form of a condition matches, and whether all its values could be read."""
    base = NEGATIONS.get(condition.base, condition.base)
    read = [_network(text) if base == "ipaddress" else _ordered(base, text) for text in condition.texts]
    return union(tuple(one for one in read if one is not None)), None not in read


def _network(text: str) -> tuple[int, int] | None:
    found = network(text)
    if found is None:
        return None
    first = int(found.network_address) + (V6_START if found.version == _V6 else 0)
    return first, first + found.num_addresses


_V6: Final = 6


def narrow(texts: list[str]) -> Spans:
    """Return the ranges that are named networks: /8 or narrower, for IPv6 /32 or narrower.

    Ranges that together are half of all addresses or more do not count: they limit nobody.
    """
    found: list[tuple[int, int]] = []
    for text in texts:
        one = network(text)
        span = _network(text)
        if one is not None and span is not None and one.prefixlen >= _NARROW[one.version]:
            found.append(span)
    families = ((common(union(tuple(found)), family), family) for family in (V4, V6))
    return tuple(one for kept, family in families if size(kept) * 2 < size(family) for one in kept)


def _ordered(base: str, text: str) -> tuple[int, int] | None:
    """Return the whole numbers that a comparison with this number or date matches."""
    if base.startswith("date"):
        when = moment(text)
        value = None if when is None else Decimal(when.timestamp())
    else:
        value = number(text)
    if value is None or abs(value) > MOST:
        return None
    least, most = ceil(value), floor(value)
    order = base.removeprefix("date").removeprefix("numeric")
    spans = {
        "equals": (least, most + 1),
        "lessthan": (LEAST, least),
        "lessthanequals": (LEAST, most + 1),
        "greaterthan": (most + 1, MOST),
        "greaterthanequals": (least, MOST),
    }
    return spans[order]


def as_address(value: int) -> str:
    """Write an address."""
    return str(IPv6Address(value - V6_START) if value >= V6_START else IPv4Address(value))


def as_moment(value: int) -> str:
    """Write a time, given in seconds since 1970. A time after the year 9999 becomes its last second."""
    return datetime.fromtimestamp(max(0, min(value, LAST_SECOND)), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
