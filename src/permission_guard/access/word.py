"""Search for a word of a shape that meets all needs: a best-first search in the product of the shape and the needs' automata.

Words that lead to the same states can go on in the same ways, so the search visits each combination of states once. It
always ends, and finds a word if there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeAlias

from permission_guard.access.automaton import DEAD, TOP, Automaton, Form
from permission_guard.access.letters import Letters
from permission_guard.access.meter import BudgetSpent, Meter
from permission_guard.access.shape import Move, Shape
from permission_guard.iam.pattern import Pieces

_CLOSED: Final = -1
"""The state of a need that is met, whatever follows: its track has ended, or nothing can change it any more."""
_FEW: Final = 3
"""With how many needs a search begins. A few are enough to rule out most words."""
_SMALL: Final = 8
"""How many patterns a need has at most with which a search begins. The many accounts of a zone of trust seldom matter."""
_PER_NODE: Final = 8
"""Steps for visiting one combination of states."""
_SLICE: Final = 4_000
"""Steps after which a search with many needs stops, to try whether a few of them rule out every word."""


class Need(NamedTuple):
    """What is required of a track's value: that the automaton accepts it, or does not."""

    track: int
    automaton: Automaton
    wanted: bool


Word: TypeAlias = tuple[tuple[str, int], ...]
"""Characters, each with the tracks that read it."""

_Node: TypeAlias = tuple[int, tuple[int, ...]]


class _Enough(Exception):
    """The slice of steps is used up."""


def read(word: Word, track: int) -> str:
    """Return the value that a track reads of a word."""
    return "".join(letter for letter, tracks in word if tracks & track)


class Words:
    """Finds words for one policy. Each search is done once, whichever statement, caller or action asks for it."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self._built: dict[tuple[Form, tuple[Pieces, ...]], Automaton] = {}
        self._found: dict[tuple[int, tuple[Need, ...]], tuple[Shape, Word | None]] = {}
        """By the id of a shape, and needs: the shape, so that it keeps its id, and what was found."""
        self._begun: dict[tuple[int, tuple[Need, ...]], _Search] = {}
        """Searches that ran out of steps. They go on when they are asked for again."""

    def of(self, patterns: Sequence[Pieces], form: Form = Form.TEXT) -> Automaton:
        """Return the automaton of a list of patterns. It is built once."""
        key = form, tuple(patterns)
        if key not in self._built:
            self._built[key] = Automaton(patterns, form, self.meter)
        return self._built[key]

    def find(self, shape: Shape, needs: Iterable[Need]) -> Word | None:
        """Return a word that meets all needs, or None if there is none. Raises BudgetSpent."""
        every = self._merged(list(dict.fromkeys(needs)))
        return None if _contradictory(every) else self._grown(shape, every)

    def _merged(self, needs: list[Need]) -> list[Need]:
        """Merge the needs of patterns that a track must not match: one automaton takes fewer steps than many."""
        groups: dict[tuple[int, Form], list[Need]] = {}
        for need in needs:
            if not need.wanted:
                groups.setdefault((need.track, need.automaton.form), []).append(need)
        kept = [need for need in needs if need.wanted or len(groups[need.track, need.automaton.form]) <= _FEW]
        for (track, form), group in groups.items():
            if len(group) > _FEW:
                patterns = dict.fromkeys(pieces for need in group for pieces in need.automaton.patterns)
                kept.append(Need(track, self.of(tuple(patterns), form), wanted=False))
        return kept

    def _grown(self, shape: Shape, every: Sequence[Need]) -> Word | None:
        """Search with a few needs, and again with those that the word found does not meet.

        Of many patterns that a track must not match, only the value found is ruled out at first. Needs of many patterns are
        mostly those of the zone of trust and of a Deny, the same for all statements, so they are tried without the others.
        """
        small = [need for need in every if len(need.automaton.patterns) <= _SMALL] or every
        live = list(small[:_FEW])
        refused: dict[Need, Need] = {}
        while True:
            large = tuple(need for need in live if need not in small)
            if len(large) > 1 and self._once(shape, large) is None:
                return None
            word = self._once(shape, (*live, *refused.values()))
            if word is None:
                return None
            broken = [need for need in every if need not in live and not _met(need, word)]
            if not broken:
                return word
            for need in broken:
                if need.wanted or need in small or need in refused:
                    refused.pop(need, None)
                    live.append(need)
                else:
                    refused[need] = Need(need.track, self.of([(read(word, need.track),)]), wanted=False)

    def _once(self, shape: Shape, live: tuple[Need, ...]) -> Word | None:
        key = id(shape), live
        if key in self._found:
            self.meter.charge(1 + len(live))
        elif key in self._begun:
            self._found[key] = shape, self._begun[key].run(None)
        else:
            self._begun[key] = search = _Search(shape, live, self.meter)
            self._found[key] = shape, search.begin()
        self._begun.pop(key, None)
        return self._found[key][1]


def _contradictory(needs: Sequence[Need]) -> bool:
    """Return whether a need cannot be met, alone or because another need refuses all its patterns."""
    refused: dict[tuple[int, Form], set[Pieces]] = {}
    for need in needs:
        if not need.wanted:
            refused.setdefault((need.track, need.automaton.form), set()).update(need.automaton.patterns)
    return any(
        need.automaton.start == (DEAD if need.wanted else TOP)
        or (
            need.wanted
            and set(need.automaton.patterns) <= refused.get((need.track, need.automaton.form), set())
        )
        for need in needs
    )


def _met(need: Need, word: Word) -> bool:
    return need.automaton.accepts(read(word, need.track)) == need.wanted


class _Search:
    """One search with a fixed set of needs."""

    def __init__(self, shape: Shape, needs: Sequence[Need], meter: Meter) -> None:
        self._shape = shape
        self._needs = needs
        self._meter = meter
        self._heap: list[tuple[int, int, int, int, _Node]] = []
        self._reached_by: dict[_Node, tuple[_Node, str, int] | None] = {}
        self._readers: dict[int, tuple[int, ...]] = {}
        self._choices: dict[tuple[object, ...], tuple[str, ...]] = {}

    def begin(self) -> Word | None:
        """Search. If there are many needs and it takes long, there may be no word for a few of them."""
        needs = self._needs
        with suppress(_Enough):
            return self.run(None if len(needs) <= _FEW else _SLICE)
        tracks = dict.fromkeys(need.track for need in needs)
        alone = [[need for need in needs if need.track == track] for track in tracks]
        for some in (*alone, *([needs[0], need] for need in needs[1:])):
            with suppress(_Enough):
                if _Search(self._shape, some, self._meter).run(_SLICE) is None:
                    return None
        return self.run(None)

    def run(self, limit: int | None) -> Word | None:
        """Search, or go on. Raises _Enough if there is a limit of steps and it is reached, and BudgetSpent."""
        shape, needs = self._shape, self._needs
        stop = None if limit is None else self._meter.spent + limit
        starts = (_CLOSED if need.automaton.start <= TOP else need.automaton.start for need in needs)
        self._reach((shape.start, tuple(starts)), None)
        while self._heap:
            if stop is not None and self._meter.spent > stop:
                raise _Enough
            self._meter.charge(_PER_NODE)
            entry = heappop(self._heap)
            node = entry[-1]
            at, states = node
            if shape.final[at] and all(map(_fulfilled, needs, states)):
                return self._trace(node)
            try:
                for move in shape.moves[at]:
                    self._expand(node, move)
            except BudgetSpent:
                heappush(self._heap, entry)  # to go on here
                raise
        return None

    def _reach(self, node: _Node, reached_by: tuple[_Node, str, int] | None) -> None:
        if node in self._reached_by:
            return
        at, states = node
        distances = [
            need.automaton.distance(state) if need.wanted else 1
            for need, state in zip(self._needs, states, strict=True)
            if not _fulfilled(need, state)
        ]
        total = self._shape.distance[at] + sum(distances)
        self._reached_by[node] = reached_by  # once nothing can run out of steps any more
        entry = (len(distances), min(distances, default=0), total, len(self._reached_by), node)
        heappush(self._heap, entry)

    def _expand(self, node: _Node, move: Move) -> None:
        needs = self._needs
        states = node[1]
        reading = self._readers.get(move.tracks)
        if reading is None:
            reading = tuple(place for place, need in enumerate(needs) if need.track & move.tracks)
            self._readers[move.tracks] = reading
        ending = self._shape.readable[node[0]] & ~self._shape.readable[move.target]
        among = move.letters
        letters = (among,) if isinstance(among, str) else self._letters(among, states, reading)
        self._meter.charge((2 + len(reading)) * len(letters))
        for letter in letters:
            after = list(states)
            for place in reading:
                if states[place] == _CLOSED:
                    continue
                need = needs[place]
                state = need.automaton.step(states[place], letter)
                if state > TOP:
                    after[place] = state
                elif (state == TOP) == need.wanted:
                    after[place] = _CLOSED
                else:
                    break
            else:
                if not ending or self._ended(after, ending):
                    self._reach((move.target, tuple(after)), (node, letter, move.tracks))

    def _ended(self, states: list[int], ending: int) -> bool:
        """Return whether the needs of the tracks that end here are met, and close these needs."""
        for place, need in enumerate(self._needs):
            if need.track & ending and states[place] != _CLOSED:
                if need.automaton.accepting[states[place]] != need.wanted:
                    return False
                states[place] = _CLOSED
        return True

    def _letters(self, among: Letters, states: tuple[int, ...], reading: tuple[int, ...]) -> tuple[str, ...]:
        """Return the characters to try: those that the automata distinguish, and one for all others."""
        distinct = [
            self._needs[place].automaton.letters(states[place])
            for place in reading
            if states[place] != _CLOSED
        ]
        key = (id(among), *distinct)
        found = self._choices.get(key)
        if found is None:
            spelled = frozenset().union(*distinct)
            self._meter.charge(len(spelled))
            other = among.other(spelled)
            apart = sorted(letter for letter in spelled if among.has(letter))
            found = self._choices[key] = tuple(apart) if other is None else (other, *apart)
        return found

    def _trace(self, node: _Node) -> Word:
        letters: list[tuple[str, int]] = []
        step = self._reached_by[node]
        while step is not None:
            node, letter, tracks = step
            letters.append((letter, tracks))
            step = self._reached_by[node]
        return tuple(reversed(letters))


def _fulfilled(need: Need, state: int) -> bool:
    return state == _CLOSED or need.automaton.accepting[state] == need.wanted
