"""Whether a role's policies allow an action on every resource of a shape. Automata decide it for all of them at once.

An explicit Deny in any policy wins, identity policies are united, the permissions boundary must allow too
(IAM/latest/UserGuide/reference_policies_evaluation-logic.html). No condition key depends on the resource, so
conditions are evaluated once for all resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from permission_guard.access.meter import Meter
from permission_guard.access.shape import Part, Shape, compiled
from permission_guard.access.text import Automata
from permission_guard.access.word import Need, read
from permission_guard.frozen import frozen
from permission_guard.iam import Context, Effect, Policy, Request, Statement, Truth
from permission_guard.iam.pattern import Pieces, Wild, filled
from permission_guard.iam.truth import all_of

TRACK: Final = 1
"""The one track that the parts of a shape of resources read."""
_EVERYTHING: Final[Pieces] = (Wild.RUN,)


@frozen(slots=False)
class Resources:
    """The resources in question: all words of a shape. Each begins with `start`."""

    start: str
    part: Part
    example: str
    """One of the resources."""

    @cached_property
    def shape(self) -> Shape:
        """The compiled shape. Only policies that distinguish between the resources need it."""
        return compiled(self.part)


class Granted:
    """A role's identity policies and its boundary, under one step budget."""

    def __init__(self, identity: Sequence[Policy], boundary: Policy | None, meter: Meter) -> None:
        self._policy_sets = (tuple(identity), *([(boundary,)] if boundary else []))
        self._automata = Automata(meter)

    def is_everywhere(self, actions: Iterable[str]) -> bool:
        """Return whether the actions are surely allowed on every resource, whatever the context: nothing is denied or asked for."""
        statements = [[one for policy in some for one in policy.statements] for some in self._policy_sets]
        if any(_is_deny(one) for some in statements for one in some):
            return False
        unlimited = [list(filter(_is_unlimited, some)) for some in statements]
        return all(any(_is_about(one, action) for one in some) for some in unlimited for action in actions)

    def refused(self, asked: Request, among: Resources) -> str | None:
        """Return a resource on which the action is surely refused; None if there is none.

        Only the action and the context of the request count. Raises BudgetSpent.
        """
        return self._missed(asked, among, surely=True)

    def not_surely_allowed(self, asked: Request, among: Resources) -> str | None:
        """Return a resource on which the action is refused, or may be; None if there is none. Raises BudgetSpent."""
        return self._missed(asked, among, surely=False)

    def _missed(self, asked: Request, among: Resources, *, surely: bool) -> str | None:
        least, most = (Truth.YES, Truth.UNKNOWN) if surely else (Truth.UNKNOWN, Truth.YES)
        policy_sets = [self._about(policy_set, asked) for policy_set in self._policy_sets]
        denies = [
            one for policy_set in policy_sets for one, holds in policy_set if _is_deny(one) and holds >= least
        ]
        found = self._covered(denies, among, asked.context, surely=surely)
        if found is not None:
            return found
        for policy_set in policy_sets:
            allows = [one for one, holds in policy_set if not _is_deny(one) and holds >= most]
            found = self._outside(allows, among, asked.context, surely=not surely)
            if found is not None:
                return found
        return None

    def _about(self, policies: Iterable[Policy], asked: Request) -> list[tuple[Statement, Truth]]:
        """Return the statements that cover the action, and how surely their conditions hold."""
        found: list[tuple[Statement, Truth]] = []
        action = asked.action.lower()
        for policy in policies:
            for one in policy.statements:
                values = sum(1 + len(condition.texts) for condition in one.conditions)
                self._automata.meter.charge(2 + len(one.actions.patterns) + values)
                if one.actions.match(action, asked.context) is not Truth.NO:
                    holds = all_of(condition.holds(asked.context) for condition in one.conditions)
                    if holds is not Truth.NO:
                        found.append((one, holds))
        return found

    def _covered(
        self, statements: Sequence[Statement], among: Resources, context: Context, *, surely: bool
    ) -> str | None:
        """Return a resource that one of the statements covers, surely or possibly."""
        plain, negated = self._sorted(statements, among, context, surely=surely)
        ways = [Need(TRACK, self._automata.of(plain), wanted=True)] if plain else []
        ways += [Need(TRACK, self._automata.of(patterns), wanted=False) for patterns in negated]
        return next(filter(None, (self._found(among, [way]) for way in ways)), None)

    def _outside(
        self, statements: Sequence[Statement], among: Resources, context: Context, *, surely: bool
    ) -> str | None:
        """Return a resource that none of the statements covers, surely or possibly."""
        plain, negated = self._sorted(statements, among, context, surely=surely)
        if _EVERYTHING in plain or () in negated:
            return None
        needs = [Need(TRACK, self._automata.of(patterns), wanted=True) for patterns in negated]
        return self._found(among, [*needs, Need(TRACK, self._automata.of(plain), wanted=False)])

    def _found(self, among: Resources, needs: Sequence[Need]) -> str | None:
        """Return a resource that meets the needs: the example if possible, so that each run reports the same resource."""
        if all(need.automaton.accepts(among.example) == need.wanted for need in needs):
            return among.example
        word = self._automata.find(among.shape, needs)
        return None if word is None else read(word, TRACK)

    def _sorted(
        self, statements: Sequence[Statement], among: Resources, context: Context, *, surely: bool
    ) -> tuple[tuple[Pieces, ...], list[tuple[Pieces, ...]]]:
        """Return the patterns of all Resource elements together, and those of each NotResource element."""
        plain: dict[Pieces, None] = {}
        negated: list[tuple[Pieces, ...]] = []
        for one in statements:
            patterns = self._patterns(one, among, context, surely=surely)
            if one.resources is not None and one.resources.negated:
                negated.append(tuple(patterns))
            else:
                plain |= dict.fromkeys(patterns)
        return tuple(plain), negated

    def _patterns(
        self, statement: Statement, among: Resources, context: Context, *, surely: bool
    ) -> Iterator[Pieces]:
        """Yield the patterns that can match one of the resources. A pattern that matches all of them becomes `*`."""
        if statement.resources is None:
            yield _EVERYTHING
            return
        self._automata.meter.charge(len(statement.resources.patterns))
        loosely = surely == statement.resources.negated
        for pattern in statement.resources.patterns:
            pieces = filled(pattern.tokens, context, loosely=loosely)
            if isinstance(pieces, tuple) and _can_match(pieces, among.start):
                yield _EVERYTHING if _matches_all(pieces, among.start) else pieces


def _is_deny(statement: Statement) -> bool:
    return statement.effect is Effect.DENY


def _is_unlimited(statement: Statement) -> bool:
    resources = statement.resources
    if statement.conditions or resources is None or resources.negated:
        return False
    return any(one.tokens == _EVERYTHING for one in resources.patterns)


def _is_about(statement: Statement, action: str) -> bool:
    return statement.actions.match(action.lower(), Context()) is Truth.YES


def _can_match(pieces: Pieces, start: str) -> bool:
    head = pieces[0] if pieces else ""
    return not isinstance(head, str) or start.startswith(head[: len(start)])


def _matches_all(pieces: Pieces, start: str) -> bool:
    match pieces:
        case (Wild.RUN,):
            return True
        case (str(head), Wild.RUN):
            return start.startswith(head)
        case _:
            return False
