"""Patterns of the policy language: wildcards and policy variables.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html (wildcards) and
.../reference_policies_variables.html (variables, their defaults and the three literals `${*}` `${?}` `${$}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias, TypeGuard

from permission_guard.frozen import frozen
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth, any_of, truth


class Wild(Enum):
    """A wildcard in a pattern."""

    RUN = "*"
    ONE = "?"

    __hash__ = object.__hash__  # a pattern of 20 KB can hold thousands, and Enum's own hash is not in C


@frozen
class Variable:
    """A policy variable: the lower-case condition key and the default, if one is given."""

    key: str
    default: str | None


Token: TypeAlias = str | Wild | Variable
"""Literal text, a wildcard, or a variable that has no value yet."""

Pieces: TypeAlias = tuple[str | Wild, ...]
"""A pattern without variables, or with their values in place."""

_TOKEN: Final = re.compile(
    r"\$\{(?P<literal>[*?$])\}|\$\{\s*(?P<key>[^{},'\s]+)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}|(?P<wild>[*?])"
)
_WILD: Final = re.compile(r"([*?])")
_WILDS: Final = {"*": Wild.RUN, "?": Wild.ONE}
_BEFORE_RESOURCE: Final = 5
"""The number of colons before the resource part of an ARN."""


class Unfilled(Enum):
    """Why a variable has no value."""

    ABSENT = "the request does not have the key"
    UNKNOWN = "it is not known whether the request has the key"


def tokens(text: str, *, variables: bool, wildcards: bool = True) -> tuple[Token, ...]:
    """Split a pattern into its parts. Version 2008-10-17 has no variables: there `${...}` is literal text."""
    if not variables or "${" not in text:
        return _wild(text) if wildcards else (text,) if text else ()
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        groups = match.groupdict()
        if groups["wild"] and not wildcards:
            continue
        if match.start() > end:
            found.append(text[end : match.start()])
        end = match.end()
        if groups["wild"]:
            found.append(Wild(groups["wild"]))
        elif groups["literal"]:
            found.append(groups["literal"])
        else:
            found.append(Variable(groups["key"].lower(), groups["default"]))
    if end < len(text):
        found.append(text[end:])
    return tuple(found)


def _wild(text: str) -> Pieces:
    if text and "*" not in text and "?" not in text:
        return (text,)
    return tuple(_WILDS.get(piece, piece) for piece in _WILD.split(text) if piece)


class Fragment:
    """The part of a pattern between two `*`: characters and `?`. Its length is fixed."""

    __slots__ = ("_regex", "length", "text")

    def __init__(self, pieces: list[str | Wild]) -> None:
        self.length = sum(len(piece) if isinstance(piece, str) else 1 for piece in pieces)
        self.text = "".join(piece if isinstance(piece, str) else "?" for piece in pieces)
        self._regex = (
            re.compile("".join(re.escape(p) if isinstance(p, str) else "." for p in pieces), re.DOTALL)
            if Wild.ONE in pieces
            else None
        )

    def at(self, text: str, position: int) -> bool:
        """Return whether the fragment matches at this position of the text."""
        if self._regex is None:
            return text.startswith(self.text, position)
        return self._regex.match(text, position) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """Return the first position in text[start:end] at which the fragment matches, or -1."""
        if self._regex is None:
            return text.find(self.text, start, end)
        match = self._regex.search(text, start, end)
        return match.start() if match else -1


class Glob:
    """A pattern without variables, compiled.

    The time is at most the pattern's length times the text's. Each fragment is searched once, from the left. The first
    match is enough, because the `*` before a fragment matches any text.
    """

    __slots__ = ("_first", "_last", "_least", "_middle")

    def __init__(self, pieces: tuple[str | Wild, ...]) -> None:
        stretches: list[list[str | Wild]] = [[]]
        for piece in pieces:
            if piece is Wild.RUN:
                stretches.append([])
            else:
                stretches[-1].append(piece)
        fragments = [Fragment(stretch) for stretch in stretches]
        self._first = fragments[0]
        self._last = fragments[-1] if len(fragments) > 1 else None
        self._middle = tuple(fragment for fragment in fragments[1:-1] if fragment.length)
        self._least = sum(fragment.length for fragment in fragments)

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches the whole text."""
        if self._last is None:
            return len(text) == self._first.length and self._first.at(text, 0)
        end = len(text) - self._last.length
        if len(text) < self._least or not self._first.at(text, 0) or not self._last.at(text, end):
            return False
        start = self._first.length
        for fragment in self._middle:
            found = fragment.find(text, start, end)
            if found < 0:
                return False
            start = found + fragment.length
        return True


class Globs:
    """Several patterns without variables, compiled together. A text matches if one of them matches.

    Most patterns of real policies are literal, or literal with one `*` at the end. Those are looked up together; only
    the others are tried one by one.
    """

    __slots__ = ("_heads", "_others", "_texts")

    def __init__(self, patterns: Iterable[Pieces]) -> None:
        texts: list[str] = []
        heads: list[str] = []
        others: list[Glob] = []
        for pieces in patterns:
            match pieces:
                case (str(text),):
                    texts.append(text)
                case (Wild.RUN,):
                    heads.append("")
                case (str(head), Wild.RUN):
                    heads.append(head)
                case _:
                    others.append(Glob(pieces))
        self._texts = frozenset(texts)
        self._heads = tuple(heads)
        self._others = tuple(others)

    def match(self, text: str) -> bool:
        """Return whether one of the patterns matches the whole text."""
        if text in self._texts or text.startswith(self._heads):
            return True
        for other in self._others:  # noqa: SIM110  # `any` costs more than most of the globs it would try
            if other.matches(text):
                return True
        return False


def is_plain(pattern: tuple[Token, ...]) -> TypeGuard[Pieces]:
    """Return whether the pattern has no variables. Then it is compiled once for all requests."""
    for token in pattern:  # noqa: SIM110  # `all` costs more than most patterns, which have one token or two
        if isinstance(token, Variable):
            return False
    return True


def filled(pattern: tuple[Token, ...], context: Context, *, loosely: bool = False) -> Pieces | Unfilled:
    """Replace the variables by the request's values. A `*` in a value is a literal character.

    A multi-valued key cannot be used as a variable (reference_policies_variables.html) and counts as missing. With
    `loosely`, an unknown value becomes `*`: the pattern then matches at least what it matches with the real value.
    """
    pieces: list[str | Wild] = []
    for token in pattern:
        if not isinstance(token, Variable):
            pieces.append(token)
            continue
        values = context.values(token.key)
        if values is None and not loosely:
            return Unfilled.UNKNOWN
        if values is None:
            pieces.append(Wild.RUN)
        elif len(values) == 1:
            pieces.append(values[0])
        elif token.default is not None and not values:
            pieces.append(token.default)
        else:
            return Unfilled.ABSENT
    return tuple(pieces)


class Pattern:
    """One pattern of a Resource or Action element.

    `fold` converts it to lower case for matching; `text` is as in the policy.
    """

    __slots__ = ("text", "tokens")

    def __init__(self, text: str, *, variables: bool, fold: bool = False) -> None:
        self.text = text
        self.tokens = tokens(text.lower() if fold else text, variables=variables)

    @classmethod
    def of_resource(cls, text: str, *, variables: bool) -> Pattern:
        """Read a Resource: "You can't use a variable to replace parts of the ARN before the fifth colon".

        (reference_policies_variables.html.) There a variable is literal text, which no ARN contains.
        """
        pattern = cls(text, variables=variables)
        colons, found = 0, list[Token]()
        for token in pattern.tokens:
            literal = isinstance(token, Variable) and colons < _BEFORE_RESOURCE
            found.append(f"${{{token.key}}}" if isinstance(token, Variable) and literal else token)
            colons += token.count(":") if isinstance(token, str) else 0
        pattern.tokens = tuple(found)
        return pattern

    def match(self, text: str, context: Context) -> Truth:
        """Return whether the pattern matches. With a variable that the request lacks, it matches nothing."""
        pieces = filled(self.tokens, context)
        if pieces is Unfilled.UNKNOWN:
            loose = filled(self.tokens, context, loosely=True)
            return Truth.UNKNOWN if isinstance(loose, tuple) and Glob(loose).matches(text) else Truth.NO
        return truth(isinstance(pieces, tuple) and Glob(pieces).matches(text))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and (self.text, self.tokens) == (other.text, other.tokens)

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class Patterns:
    """An Action, NotAction, Resource or NotResource element. Patterns without variables are compiled once."""

    patterns: tuple[Pattern, ...]
    negated: bool = False
    _fixed: Globs = field(init=False, compare=False, repr=False)
    _varying: tuple[Pattern, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        fixed: list[Pieces] = []
        varying: list[Pattern] = []
        for one in self.patterns:
            if is_plain(one.tokens):
                fixed.append(one.tokens)
            else:
                varying.append(one)
        object.__setattr__(self, "_fixed", Globs(fixed))
        object.__setattr__(self, "_varying", tuple(varying))

    def match(self, text: str, context: Context) -> Truth:
        """Return whether the element matches the text."""
        if self._fixed.match(text):
            found = Truth.YES
        elif self._varying:
            found = any_of(pattern.match(text, context) for pattern in self._varying)
        else:
            found = Truth.NO
        return ~found if self.negated else found
