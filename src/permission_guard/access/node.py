"""The values that a request can have, as a tree of nodes. A leaf has the keys whose values are found together.

A request has values for all parts of an `Every`, and for one branch of an `Either`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Final, Protocol

from permission_guard.access import span
from permission_guard.access.literal import Found, Literal, SearchMode, Stance, Wants
from permission_guard.access.meter import Meter
from permission_guard.frozen import frozen
from permission_guard.iam import Context, Principal, ServicePrincipal, Truth
from permission_guard.iam.condition import Quantifier
from permission_guard.iam.request import Anonymous, Values

_PER_VALUE: Final = 16
"""Steps for reading one address, number or date."""


class Node(Protocol):
    """A part of a request."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that it has values for."""

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Return values that meet the wants, or None if there are none."""


@frozen(slots=False)
class Fixed:
    """Keys that have the same values in all requests: `()` if they are absent, None if they are unknown.

    `known` are the keys that stand in variables, if there are values to compare with them.
    """

    values: Mapping[str, Values]
    known: Context = field(default_factory=Context)
    principal: ServicePrincipal | Anonymous | None = None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that it has values for."""
        return frozenset(self.values)

    @cached_property
    def _context(self) -> Context:
        return self.known.with_keys(self.values)

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Evaluate the wants."""
        for literal, wanted in wants:
            if not mode.accepts(literal.truth(self._context, self.principal), wanted=wanted):
                return None
        shown = ((literal, self.values[literal.key]) for literal, _ in wants)
        unsure = (one.key for one, values in shown if values is None or (values and not one.fits))
        return Found(self.values, tuple(dict.fromkeys(unsure)))


@frozen(slots=False)
class Listed:
    """A key with several values, of which only one is known."""

    key: str
    value: str
    known: Context

    @cached_property
    def keys(self) -> frozenset[str]:
        """The one key."""
        return frozenset({self.key})

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Evaluate the wants. What the known value decides alone is sure."""
        context = self.known.with_keys({self.key: self.value})
        for literal, wanted in wants:
            truth, condition = literal.truth(context, None), literal.condition
            if condition is not None and condition.base != "null" and condition.holds(Context()) is not truth:
                every = condition.quantifier is Quantifier.FOR_ALL or (
                    condition.negated and condition.quantifier is Quantifier.NONE
                )
                truth = truth if truth is (Truth.NO if every else Truth.YES) else Truth.UNKNOWN
            if not mode.accepts(truth, wanted=wanted):
                return None
        return Found({self.key: (self.value,)}, () if mode.sure or not wants else (self.key,))


class Lines:
    """The numbers that the conditions on some keys match, as bits of one grid."""

    def __init__(self, literals: Iterable[Literal], ends: Iterable[int], meter: Meter) -> None:
        conditions = {one.number: one.condition for one in literals if one.condition and one.fits}
        asked = {number: one for number, one in conditions.items() if one.base != "null"}
        meter.charge(sum(_PER_VALUE * len(one.texts) for one in asked.values()))
        spans = {number: span.matching(one) for number, one in asked.items()}
        self.grid = span.Grid((*ends, *(end for found, _ in spans.values() for one in found for end in one)))
        self.masks = {
            number: (self.grid.mask(found), readable) for number, (found, readable) in spans.items()
        }


@frozen(slots=False)
class NumberLine:
    """Keys that all show the same number, each in its own format. `domain` are the possible numbers."""

    domain: int
    writings: Mapping[str, span.Writing]
    lines: Lines

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that show the number."""
        return frozenset(self.writings)

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Intersect the intervals of all wants."""
        left, unfit = self.domain, []
        for literal, wanted in wants:
            condition = literal.condition
            if condition is None or not literal.fits:
                unfit.append(literal.key)
                if mode.sure:
                    return None
            elif condition.base == "null":
                if not mode.accepts(condition.holds(Context.of({literal.key: "1"})), wanted=wanted):
                    return None
            else:
                left &= self._passing(literal, mode, matching=wanted != condition.negated)
        if not left:
            return None
        least = self.lines.grid.least(left)
        values = {key: (writing(least),) for key, writing in self.writings.items()}
        return Found(values, tuple(dict.fromkeys(unfit)))

    def _passing(self, literal: Literal, mode: SearchMode, *, matching: bool) -> int:
        """Return the numbers that match, or those that do not. A value that cannot be read may match any number."""
        mask, readable = self.lines.masks[literal.number]
        if not readable and matching != mode.sure:
            return -1 if matching else 0
        return mask if matching else ~mask


@frozen(slots=False)
class Either:
    """One of several branches, the surest first."""

    branches: tuple[tuple[Stance, Node], ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the branches. All branches have the same keys."""
        return frozenset().union(*(node.keys for _, node in self.branches))

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Try the branches that the mode admits."""
        for stance, node in self.branches:
            if stance in mode.admits and (found := node.solve(wants, mode)):
                return _marked(found, stance, wants, node)
        return None


def _marked(found: Found, stance: Stance, wants: Wants, node: Node) -> Found:
    if stance in {Stance.SURE, Stance.NETWORK}:
        return found
    keys = dict.fromkeys((*(literal.key for literal, _ in wants), *found.unsure)) or dict.fromkeys(
        sorted(node.keys)
    )
    return found._replace(unsure=tuple(keys))


@frozen(slots=False)
class Unknown:
    """A key of which nobody knows whether it is there and what it is. One of the ways must be possible for all wants."""

    unknown: Node
    ways: tuple[Node, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The one key."""
        return self.unknown.keys

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Evaluate the wants, and look for a value that meets them all. It is not shown: nobody knows that it is the one."""
        found = self.unknown.solve(wants, mode)
        if found is None or not wants or mode.sure:
            return found
        return found if any(way.solve(wants, mode) is not None for way in self.ways) else None


@frozen(slots=False)
class Every:
    """Several parts that do not depend on each other."""

    parts: tuple[Node, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all parts."""
        return frozenset().union(*(part.keys for part in self.parts))

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Solve each part for its own wants."""
        values: dict[str, Values] = {}
        unsure: dict[str, None] = {}
        for part in self.parts:
            found = part.solve([want for want in wants if want[0].key in part.keys], mode)
            if found is None:
                return None
            values |= found.values
            unsure |= dict.fromkeys(found.unsure)
        return Found(values, tuple(unsure))


@frozen(slots=False)
class Caller:
    """One kind of caller: the nodes of its requests, and the principal that one request's values stand for."""

    nodes: tuple[Node, ...]
    principal: Callable[[Mapping[str, Values]], Principal]

    @cached_property
    def place(self) -> Mapping[str, int]:
        """For each key, the index of its node."""
        return {key: place for place, node in enumerate(self.nodes) for key in node.keys}
