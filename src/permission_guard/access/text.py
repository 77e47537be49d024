"""The nodes of keys whose values are texts. Automata find the values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from permission_guard.access.automaton import Automaton, Form, arn_patterns
from permission_guard.access.literal import (
    IGNORING_CASE,
    PRINCIPAL,
    Found,
    Literal,
    SearchMode,
    Spelling,
    Wants,
)
from permission_guard.access.shape import Shape
from permission_guard.access.word import Need, Words, read
from permission_guard.frozen import frozen
from permission_guard.iam import Context
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.operators import Wanted
from permission_guard.iam.pattern import Pieces, Token, Variable, Wild
from permission_guard.iam.request import Values


class Match(NamedTuple):
    """The values that surely match, and those that may.

    They differ where a variable's value is not known before the request, or where AWS does not say whether a pattern matches.
    """

    surely: Automaton
    possibly: Automaton


class Named(NamedTuple):
    """The callers that a Principal element names, as patterns that match their words.

    `excepted` are those that NotPrincipal surely excludes. `vague` tells that the element may name others too.
    """

    patterns: tuple[Pieces, ...]
    excepted: tuple[Pieces, ...]
    vague: bool


class Automata(Words):
    """The automata of one analysis, and the words that are found with them."""

    def exactly(self, texts: Sequence[str]) -> Automaton:
        """Return the automaton of a list of texts."""
        return self.of([(text,) if text else () for text in texts])

    def spelled(
        self, spelling: Spelling, patterns: Callable[[str], Iterable[Pieces]] = lambda text: ((text,),)
    ) -> tuple[Automaton, ...]:
        """Return the automata of texts in the policies. `patterns` makes the patterns of one text."""
        return tuple(
            self.of([pieces for text in texts for pieces in patterns(text)], form)
            for texts, form in ((spelling.exact, Form.TEXT), (spelling.folded, Form.FOLDED))
            if texts
        )

    def match(self, wanted: Wanted, key: str, variables: Variables) -> Match:
        """Return which values of a key the positive form of a condition matches."""
        filled = [variables.fill(tokens, key) for tokens in wanted.tokens]
        patterns = [pieces for pieces in filled if isinstance(pieces, tuple)]
        open_ = [tokens for tokens, one in zip(wanted.tokens, filled, strict=True) if one is None]
        if wanted.operator.startswith("arn"):
            sure, _ = arn_patterns(patterns)
            possible, is_vague = arn_patterns([*patterns, *map(_any_arn, open_)])
            possible = [(Wild.RUN,)] if is_vague else possible
            return Match(self.of(sure, Form.ARN), self.of(possible, Form.ARN))
        form = Form.FOLDED if wanted.operator == IGNORING_CASE else Form.TEXT
        return Match(self.of(patterns, form), self.of([*patterns, *map(_any_text, open_)], form))


def _any_text(tokens: tuple[Token, ...]) -> Pieces:
    """Return a pattern that matches every text the tokens may stand for: a variable can have any value."""
    return tuple(Wild.RUN if isinstance(one, Variable) else one for one in tokens)


def _any_arn(tokens: tuple[Token, ...]) -> Pieces:
    """Return such a pattern for an ARN. Before the last part, a value with colons would shift all parts that follow."""
    place = next(place for place, one in enumerate(tokens) if isinstance(one, Variable))
    return _any_text(tokens) if _colons(tokens[:place]) > _BEFORE_ACCOUNT else (Wild.RUN,)


def _colons(tokens: tuple[Token, ...]) -> int:
    return sum(one.count(":") for one in tokens if isinstance(one, str))


@frozen(slots=False)
class Variables:
    """What is known of the keys that policy variables stand for."""

    known: Context
    tracks: Mapping[str, int] = field(default_factory=dict)
    account: frozenset[str] = frozenset()
    """Keys that read the account in the fifth part of the ARNs of the same word."""

    def fill(self, tokens: tuple[Token, ...], key: str) -> Pieces | bool | None:
        """Return a pattern with the variables replaced; False if it matches nothing; None if that depends on the request."""
        pieces: list[str | Wild] = []
        for place, token in enumerate(tokens):
            if not isinstance(token, Variable):
                pieces.append(token)
                continue
            filled = self._value(token, key, tokens[:place], tokens[place + 1 :])
            if not isinstance(filled, tuple):
                return filled
            pieces += filled
        return tuple(pieces)

    def _value(
        self, variable: Variable, key: str, before: tuple[Token, ...], after: tuple[Token, ...]
    ) -> Pieces | bool | None:
        if variable.key in self.tracks:
            if not before and not after and self.tracks[variable.key] == self.tracks.get(key):
                return (Wild.RUN,)
            return self._digits(variable, key, before, after)
        values = self.known.values(variable.key)
        if values is None:
            return None
        if not values and variable.default is not None:
            return (variable.default,)
        return (values[0],) if len(values) == 1 else False

    def _digits(
        self, variable: Variable, key: str, before: tuple[Token, ...], after: tuple[Token, ...]
    ) -> Pieces | None:
        """Return any twelve characters if the variable stands for the account of the ARN that is compared; else None."""
        own = variable.key in self.account and key.endswith("arn")
        match (*before[-1:], *after[:1]):
            case (str(head), str(tail)) if own and head.endswith(":") and tail.startswith(":"):
                return (Wild.ONE,) * 12 if _colons(before) == _BEFORE_ACCOUNT else None
        return None


_BEFORE_ACCOUNT = 4


@frozen(slots=False)
class Spelled:
    """Keys that read their values from one word. The `standing` needs hold for all its requests, such as those on the account."""

    shape: Shape
    tracks: Mapping[str, int]
    automata: Automata
    variables: Variables
    standing: tuple[Need, ...] = ()
    named: Mapping[int, Named] = field(default_factory=dict)
    """For each literal of a Principal element, by its number: whom the element names."""
    _needs: dict[tuple[int, bool, bool], Need | bool] = field(default_factory=dict)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that read the word."""
        return frozenset(self.tracks)

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Look for a word that meets all wants."""
        needs = list(self.standing)
        unfit: dict[str, None] = {}
        for literal, wanted in wants:
            key = literal.number, wanted, mode.sure
            if key not in self._needs:
                self._needs[key] = self._need(literal, mode, wanted=wanted)
            need = self._needs[key]
            if need is False:
                return None
            if not literal.fits:
                unfit[literal.key] = None
            if isinstance(need, Need):
                needs.append(need)
        word = self.automata.find(self.shape, needs)
        if word is None:
            return None
        return Found({key: (read(word, track),) for key, track in self.tracks.items()}, tuple(unfit))

    def _need(self, literal: Literal, mode: SearchMode, *, wanted: bool) -> Need | bool:
        track, condition = self.tracks[literal.key], literal.condition
        if condition is None:
            return self._naming(literal, mode, wanted=wanted)
        if not literal.fits:
            return not mode.sure
        if condition.wanted is None:
            return mode.accepts(condition.holds(Context.of({literal.key: "x"})), wanted=wanted)
        match = self.automata.match(condition.wanted, condition.lower_key, self.variables)
        return needed(track, match, mode, matching=wanted != condition.negated)

    def _naming(self, literal: Literal, mode: SearchMode, *, wanted: bool) -> Need | bool:
        named, track = self.named[literal.number], self.tracks[PRINCIPAL]
        everybody = self.automata.of(named.patterns)
        if literal.principals is None or not literal.principals.negated:
            possibly = self.automata.of([(Wild.RUN,)]) if named.vague else everybody
            return needed(track, Match(everybody, possibly), mode, matching=wanted)
        excepted = self.automata.of(named.excepted)
        if wanted:
            surely = False if named.vague else Need(track, everybody, wanted=False)
            return surely if mode.sure else Need(track, excepted, wanted=False)
        loosely = True if named.vague else Need(track, everybody, wanted=True)
        return Need(track, excepted, wanted=True) if mode.sure else loosely


def needed(track: int, match: Match, mode: SearchMode, *, matching: bool) -> Need:
    """Return the need for a value that matches, or does not; surely or possibly, as the mode asks."""
    return Need(track, match.surely if matching == mode.sure else match.possibly, matching)


_Sorted: TypeAlias = tuple[list[Need], list[Need]]


@frozen(slots=False)
class Several:
    """A key with any number of values that the caller chooses."""

    key: str
    shape: Shape
    track: int
    automata: Automata
    variables: Variables

    @cached_property
    def keys(self) -> frozenset[str]:
        """The one key."""
        return frozenset({self.key})

    def solve(self, wants: Wants, mode: SearchMode) -> Found | None:
        """Find a word for each want that one value can meet. Every word must also meet the wants on all values."""
        sorted_needs = self._sorted(wants, mode)
        if sorted_needs is None:
            return None
        every, once = sorted_needs
        values: dict[str, None] = {}
        for more in [[need] for need in once] or [[]]:
            word = self.automata.find(self.shape, [*every, *more])
            if word is None:
                return None
            values[read(word, self.track)] = None
        found: Mapping[str, Values] = {self.key: tuple(values)}
        return Found(found, tuple(dict.fromkeys(one.key for one, _ in wants if not one.fits)))

    def _sorted(self, wants: Wants, mode: SearchMode) -> _Sorted | None:
        every: list[Need] = []
        once: list[Need] = []
        for literal, wanted in wants:
            condition = literal.condition
            if condition is None or not literal.fits or condition.base == "bool":  # which takes TRUE for true
                if mode.sure:
                    return None
                continue
            if condition.wanted is None:
                if not mode.accepts(condition.holds(Context.of({self.key: "x"})), wanted=wanted):
                    return None
                continue
            match = self.automata.match(condition.wanted, condition.lower_key, self.variables)
            need = needed(self.track, match, mode, matching=wanted != condition.negated)
            (every if _of_every(condition) == wanted else once).append(need)
        return every, once


def _of_every(condition: Condition) -> bool:
    """Return whether all values must pass: ForAllValues, and a negated operator without a quantifier."""
    plain = condition.quantifier is Quantifier.NONE
    return condition.quantifier is Quantifier.FOR_ALL or (condition.negated and plain)
