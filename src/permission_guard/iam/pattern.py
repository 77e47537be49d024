"""Patterns of the policy language: wildcards, policy variables, and what they match.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html (wildcards) and
.../reference_policies_variables.html (variables, their defaults and the three literals `${*}` `${?}` `${$}`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth, truth


class Wild(Enum):
    """A wildcard in a pattern."""

    RUN = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable: the lower-case condition key and the default, if one is given."""

    key: str
    default: str | None


Token: TypeAlias = str | Wild | Variable
"""A literal run of characters, a wildcard, or a variable still to be filled in."""

_TOKEN: Final = re.compile(
    r"\$\{(?P<literal>[*?$])\}|\$\{\s*(?P<key>[^{},'\s]+)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}|(?P<wild>[*?])"
)
_WILD: Final = re.compile(r"(?P<wild>[*?])")


class Missing(Enum):
    """Why a variable could not be filled in."""

    ABSENT = "the request does not have the key"
    UNKNOWN = "it is not known whether the request has the key"


def tokens(text: str, *, variables: bool, wildcards: bool = True) -> tuple[Token, ...]:
    """Take a pattern apart. Version 2008-10-17 has no variables: there `${...}` stands for itself."""
    found: list[Token] = []
    end = 0
    for match in (_TOKEN if variables else _WILD).finditer(text):
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


class Fragment:
    """A stretch of a pattern between two `*`: characters and `?`, so of a fixed length."""

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
        """Tell whether the fragment stands at this position of the text."""
        if self._regex is None:
            return text.startswith(self.text, position)
        return self._regex.match(text, position) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """Return where the fragment first stands within text[start:end], or -1."""
        if self._regex is None:
            return text.find(self.text, start, end)
        match = self._regex.search(text, start, end)
        return match.start() if match else -1


class Glob:
    """A pattern without variables, compiled.

    Matching takes time linear in the pattern's length times the text's: each fragment is looked for once, leftmost
    first, and never tried again, which is right because a `*` before it can take up anything.
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
        """Tell whether the whole text fits the pattern."""
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


def filled(pattern: tuple[Token, ...], context: Context) -> tuple[str | Wild, ...] | Missing:
    """Put a request's values in place of the variables; a value's own `*` is a plain character.

    A multi-valued key cannot stand in a variable (reference_policies_variables.html): it counts as missing.
    """
    pieces: list[str | Wild] = []
    for token in pattern:
        if not isinstance(token, Variable):
            pieces.append(token)
            continue
        values = context.values(token.key)
        if values is None:
            return Missing.UNKNOWN
        if len(values) == 1:
            pieces.append(values[0])
        elif token.default is not None and not values:
            pieces.append(token.default)
        else:
            return Missing.ABSENT
    return tuple(pieces)


class Pattern:
    """One pattern of a Resource or an Action: compiled now if it has no variables, at each request if it has."""

    __slots__ = ("_glob", "_tokens", "text")

    def __init__(self, text: str, *, variables: bool) -> None:
        self.text = text
        self._tokens = tokens(text, variables=variables)
        plain = tuple(token for token in self._tokens if not isinstance(token, Variable))
        self._glob = Glob(plain) if len(plain) == len(self._tokens) else None

    def match(self, text: str, context: Context) -> Truth:
        """Tell whether the text fits. A variable that the request lacks makes the pattern match nothing."""
        if self._glob is not None:
            return truth(self._glob.matches(text))
        pieces = filled(self._tokens, context)
        if isinstance(pieces, Missing):
            return Truth.UNKNOWN if pieces is Missing.UNKNOWN else Truth.NO
        return truth(Glob(pieces).matches(text))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and (self.text, self._tokens) == (other.text, other._tokens)

    def __hash__(self) -> int:
        return hash(self.text)
