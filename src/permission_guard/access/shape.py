"""Shapes of values that depend on each other: a regular expression whose characters several keys can read.

For example, the account in aws:SourceArn is aws:SourceAccount. The shape has these digits once and both keys read them,
so no further constraint is needed. Each key is a *track*, one bit; a transition says which tracks read its character.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from permission_guard.access.letters import Letters
from permission_guard.frozen import frozen

_FAR: Final = 1_000_000


class Move(NamedTuple):
    """A transition: one character of a set, or the one character, read by the tracks, leads to the target."""

    letters: Letters | str
    tracks: int
    target: int


@frozen
class Shape:
    """A compiled shape: a nondeterministic automaton without empty moves."""

    start: int
    moves: tuple[tuple[Move, ...], ...]
    final: tuple[bool, ...]
    readable: tuple[int, ...]
    """For each state, the tracks that can still read characters from it."""
    distance: tuple[int, ...]
    """For each state, the fewest characters to the end."""
    owned: bool = False
    """Whether the account is part of the ARN, so that both keys read the same digits."""


class _Net:
    """An automaton under construction, with empty moves."""

    def __init__(self) -> None:
        self.moves: list[list[Move]] = []
        self.empty: list[list[int]] = []

    def state(self) -> int:
        self.moves.append([])
        self.empty.append([])
        return len(self.moves) - 1

    def closure(self, state: int) -> list[int]:
        found = {state: None}
        todo = [state]
        while todo:
            fresh = [one for one in self.empty[todo.pop()] if one not in found]
            found |= dict.fromkeys(fresh)
            todo += fresh
        return list(found)


Part: TypeAlias = Callable[[_Net, int], int]
"""A part of a shape: a function that adds its moves from a state, and returns the state where they end."""


def text(characters: str, tracks: int) -> Part:
    """These characters."""

    def lay(net: _Net, state: int) -> int:
        for letter in characters:
            after = net.state()
            net.moves[state].append(Move(letter, tracks, after))
            state = after
        return state

    return lay


def one(letters: Letters, tracks: int) -> Part:
    """One character of a set."""

    def lay(net: _Net, state: int) -> int:
        after = net.state()
        net.moves[state].append(Move(letters, tracks, after))
        return after

    return lay


def many(letters: Letters, tracks: int, least: int = 1) -> Part:
    """At least so many characters of a set."""

    def lay(net: _Net, state: int) -> int:
        for _ in range(least):
            state = one(letters, tracks)(net, state)
        loop = net.state()
        net.empty[state].append(loop)
        net.moves[loop].append(Move(letters, tracks, loop))
        return loop

    return lay


def seq(*parts: Part) -> Part:
    """One part after the other."""

    def lay(net: _Net, state: int) -> int:
        for part in parts:
            state = part(net, state)
        return state

    return lay


def either(*parts: Part) -> Part:
    """One of the parts."""

    def lay(net: _Net, state: int) -> int:
        end = net.state()
        for part in parts:
            begin = net.state()
            net.empty[state].append(begin)
            net.empty[part(net, begin)].append(end)
        return end

    return lay


def maybe(part: Part) -> Part:
    """The part, or nothing."""
    return either(seq(), part)


def repeat(part: Part) -> Part:
    """The part any number of times."""

    def lay(net: _Net, state: int) -> int:
        loop = net.state()
        net.empty[state].append(loop)
        net.empty[part(net, loop)].append(loop)
        return loop

    return lay


def compiled(part: Part, *, owned: bool = False) -> Shape:
    """Compile a shape."""
    net = _Net()
    start = net.state()
    end = part(net, start)
    number: dict[int, int] = {}  # no part leads back to where it begins
    moves: list[tuple[Move, ...]] = []
    final: list[bool] = []
    for state in (order := [start]):
        closure = net.closure(state)
        leaving = [move for inner in closure for move in net.moves[inner]]
        for move in leaving:
            if move.target not in number:
                number[move.target] = len(order)
                order.append(move.target)
        moves.append(tuple(move._replace(target=number[move.target]) for move in leaving))
        final.append(end in closure)
    return Shape(0, tuple(moves), tuple(final), *_ahead(moves, final), owned)


def _ahead(moves: list[tuple[Move, ...]], final: list[bool]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return for each state the tracks that can still read, and the distance from the end."""
    readable = [0] * len(moves)
    distance = [0 if ends else _FAR for ends in final]
    changed = True
    while changed:
        changed = False
        for state in reversed(range(len(moves))):
            for move in moves[state]:
                seen = readable[state] | move.tracks | readable[move.target]
                near = min(distance[state], 1 + distance[move.target])
                if (seen, near) != (readable[state], distance[state]):
                    readable[state], distance[state], changed = seen, near, True
    return tuple(readable), tuple(distance)
