"""One automaton for a list of patterns: it accepts a value that matches one of them.

A state is the set of positions in all patterns that the characters read so far lead to. Each position is one bit. A
state is built when a value first reaches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from permission_guard.access.letters import folding_to
from permission_guard.access.meter import Meter
from permission_guard.iam.operators import arn_segments, fold
from permission_guard.iam.pattern import Pieces, Wild

DEAD: Final = 0
"""The state from which no further characters lead to acceptance."""
TOP: Final = 1
"""The state that accepts, whatever characters follow."""
_ARN_COLONS: Final = 5
_STRIDE: Final = 2_048
"""How many bits of a set of positions cost one step."""
_PER_MOVE: Final = 4
"""Steps for finding a next state, in addition to those for its size."""


class Form(Enum):
    """How characters are compared."""

    TEXT = "as they are"
    FOLDED = "without regard to case"
    ARN = "a wildcard before the sixth part of an ARN does not match a colon"


class Automaton:
    """Accepts the values that match one of the patterns. States are small integers; `start` is the state of the empty value."""

    __slots__ = (
        *(
            "_enter",
            "_far",
            "_final",
            "_first",
            "_ids",
            "_later",
            "_letters",
            "_loops",
            "_meter",
            "_next",
            "_ones",
        ),
        *(
            "_sets",
            "_stop",
            "_tight_loops",
            "_tight_ones",
            "_width",
            "accepting",
            "form",
            "patterns",
            "start",
        ),
    )

    def __init__(self, patterns: Sequence[Pieces], form: Form, meter: Meter) -> None:
        self.form = form
        self.patterns = tuple(patterns)
        self._meter = meter
        self._first: list[int] = []
        self._stop: list[int] = []
        self._loops = self._later = self._final = self._tight_loops = self._ones = self._tight_ones = 0
        starts = self._lay_out(patterns)
        self._width = 1 + len(self._first) // _STRIDE
        self._ids: dict[int, int] = {}
        self._sets: dict[int, int] = {}
        self._next: list[dict[str, int]] = [{}, {}]
        self._letters: dict[int, frozenset[str]] = {}
        self._far: dict[int, int] = {}
        self.accepting = [False, True]
        self.start = self._intern(starts)

    def _lay_out(self, patterns: Sequence[Pieces]) -> int:
        """Give every position of every pattern a bit; return the bits of the positions that come first."""
        entered: dict[str, list[int]] = {}
        starts = 0
        for pieces in patterns:
            first = place = len(self._first)
            starts |= 1 << first
            colons = 0
            for piece in pieces:
                bit = 1 << place
                if piece is Wild.RUN:
                    self._loops |= bit
                    self._later |= bit if place > first else 0
                    if colons < _ARN_COLONS:
                        self._tight_loops |= bit
                elif piece is Wild.ONE:
                    place += 1
                    self._ones |= bit << 1
                    if colons < _ARN_COLONS:
                        self._tight_ones |= bit << 1
                else:
                    spelled = fold(piece) if self.form is Form.FOLDED else piece
                    for ahead, letter in enumerate(spelled, 1):
                        entered.setdefault(letter, []).append(place + ahead)
                    place += len(spelled)
                    colons += piece.count(":")
            self._final |= 1 << place
            self._first += [first] * (place + 1 - first)
            self._stop += [place] * (place + 1 - first)
        self._meter.charge(len(self._first) // 2)
        size = len(self._first) // 8 + 1  # bytes
        self._enter = {letter: _mask(positions, size) for letter, positions in entered.items()}
        return starts

    def _intern(self, positions: int) -> int:
        """Return the state of a set of positions.

        When a `*` is reached, the earlier positions of its pattern are dropped: it accepts all that they accept.
        """
        self._meter.charge(self._width)
        if not positions:
            return DEAD
        if positions & self._loops & self._final:
            return TOP
        waiting = positions & self._later
        if waiting:
            places = _bits(waiting)
            self._meter.charge(len(places) * self._width)
            for place in places:
                positions &= ~((1 << place) - (1 << self._first[place]))
        known = self._ids.get(positions)
        if known is None:
            self._meter.charge(2 * self._width - 2)
            self._ids[positions] = known = len(self.accepting)
            self._sets[known] = positions
            self._next.append({})
            self.accepting.append(bool(positions & self._final))
        return known

    def distance(self, state: int) -> int:
        """Return the fewest characters that lead from the state to one that accepts."""
        far = self._far.get(state)
        if far is None:
            positions = self._sets[state]
            if len(self.patterns) == 1:
                far = len(self._first) - positions.bit_length()
            else:
                places = _bits(positions)
                self._meter.charge(self._width + len(places) // 4)
                far = min(self._stop[place] - place for place in places)
            self._far[state] = far
        return far

    def step(self, state: int, letter: str) -> int:
        """Return the state after one more character."""
        following = self._next[state].get(letter)
        if following is None:
            following = self._next[state][letter] = self._follow(state, letter) if state > TOP else state
        return following

    def _follow(self, state: int, letter: str) -> int:
        self._meter.charge(_PER_MOVE)
        positions = self._sets[state]
        if self.form is Form.FOLDED:
            letter = fold(letter)
        ones, loops = self._ones, self._loops
        if letter == ":" and self.form is Form.ARN:
            ones, loops = ones & ~self._tight_ones, loops & ~self._tight_loops
        return self._intern((positions << 1) & (self._enter.get(letter, 0) | ones) | (positions & loops))

    def letters(self, state: int) -> frozenset[str]:
        """Return the characters that may lead to another state than all remaining characters do."""
        found = self._letters.get(state)
        if found is None:
            self._meter.charge(len(self._enter) * self._width // 4)
            ahead = self._sets[state] << 1
            spelled = {letter for letter, positions in self._enter.items() if positions & ahead}
            if self.form is Form.ARN:
                spelled.add(":")
            if self.form is Form.FOLDED:
                spelled = {one for letter in spelled for one in folding_to(letter)}
            found = self._letters[state] = frozenset(spelled)
        return found

    def accepts(self, value: str) -> bool:
        """Return whether a whole value matches."""
        self._meter.charge(len(value) + 1)
        state = self.start
        for letter in value:
            state = self.step(state, letter)
        return self.accepting[state]


def _mask(positions: Sequence[int], size: int) -> int:
    row = bytearray(size)
    for position in positions:
        row[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(row, "little")


def _bits(number: int) -> list[int]:
    """Return which bits are set, the lowest first."""
    digits = bin(number)[:1:-1]
    found: list[int] = []
    place = digits.find("1")
    while place >= 0:
        found.append(place)
        place = digits.find("1", place + 1)
    return found


def arn_patterns(patterns: Sequence[Pieces]) -> tuple[list[Pieces], bool]:
    """Return the ArnLike patterns whose matches are known, and whether there are other patterns, which may match anything.

    A lone `*` matches everything. Another pattern of fewer than six parts matches nothing; if it has wildcards, what it
    matches is not known. ArnLike in iam decides the same.
    """
    clear: list[Pieces] = []
    vague = False
    for pieces in patterns:
        segments = arn_segments(pieces)
        if pieces == (Wild.RUN,):
            return [pieces], False
        if len(segments) > _ARN_COLONS:
            clear.append(pieces)
        elif Wild.RUN in pieces or Wild.ONE in pieces:
            vague = True
    return clear, vague
