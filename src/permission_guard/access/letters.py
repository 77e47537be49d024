"""Sets of characters. One character can stand for all characters that no pattern distinguishes."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, punctuation
from typing import Final

from permission_guard.iam.operators import fold

SEPARATOR: Final = "\0"
"""Separates parts of a word that no condition key reads together."""

_BEYOND_ASCII: Final = range(0xC0, 0x110000)
_SURROGATES: Final = range(0xD800, 0xE000)


class Letters:
    """A set of characters: those of `pool`, and, if there is a test, every other one that passes it."""

    __slots__ = ("_members", "_test", "pool")

    def __init__(self, pool: str, test: Callable[[str], bool] | None = None) -> None:
        self.pool = pool
        self._members = frozenset(pool)
        self._test = test

    def has(self, letter: str) -> bool:
        """Return whether the character is in the set."""
        return letter in self._members or (self._test is not None and self._test(letter))

    def other(self, spelled: AbstractSet[str]) -> str | None:
        """Return the first character of the set that is not among these. It stands for all other such characters.

        A set with a test always has one.
        """
        for letter in self.pool:
            if letter not in spelled:
                return letter
        if self._test is None:
            return None
        codes = (code for code in _BEYOND_ASCII if code not in _SURROGATES)
        return next(letter for letter in map(chr, codes) if letter not in spelled and self._test(letter))


WILDCARDS: Final = "*?"
_FIRST: Final = "x" + ascii_lowercase + ascii_uppercase + digits
DIGIT: Final = Letters("9876543210")
LOWER: Final = Letters("x" + ascii_lowercase)
LOWER_DIGIT: Final = Letters("x" + ascii_lowercase + digits)
UPPER_DIGIT: Final = Letters("X" + ascii_uppercase + digits)
SERVICE: Final = Letters("x" + ascii_lowercase + digits + "-")
DOTTED: Final = Letters("x" + ascii_lowercase + digits + "-.")
NAME: Final = Letters(_FIRST + "-_.")
"""Names of resources that, by the service's documentation, have neither a colon nor a slash."""
FRIENDLY: Final = Letters(_FIRST + "-_.+=,@")
"""Names of users, roles and sessions (IAM/latest/UserGuide/reference_iam-quotas.html)."""
PATHED: Final = Letters(_FIRST + "-_./#+=,@!$&'();%~")
"""Names of resources that may have any character but a colon and a policy's wildcards."""
VISIBLE: Final = Letters(_FIRST + punctuation)
"""Characters in the path of a user or role: U+0021 to U+007E (IAM/latest/APIReference/API_CreateRole.html)."""
PRINTABLE: Final = Letters(_FIRST + punctuation + " ")
"""Characters in an HTTP header."""
TEXT: Final = Letters(_FIRST + "-_. " + punctuation, lambda letter: letter != SEPARATOR)
"""Any character but the separator."""
UNSTARRED: Final = Letters(
    "".join(one for one in TEXT.pool if one not in WILDCARDS),
    lambda letter: letter != SEPARATOR and letter not in WILDCARDS,
)
"""Any character but the separator and a policy's wildcards."""
TAG: Final = Letters(_FIRST + " _.:/=+-@", str.isalnum)
"""Characters in a tag (IAM/latest/UserGuide/id_tags.html)."""
ASCII_NAME: Final = Letters(ascii_letters + digits + "-_")

_FOLDING_TOO: Final = {"k": "\u212a", "å": "\u212b", "ω": "\u2126", "ß": "\u1e9e", "θ": "\u03f4"}
"""Characters whose lower case is this letter, although they are not its upper case (Unicode), such as the Kelvin sign."""


@lru_cache(maxsize=1024)
def folding_to(letter: str) -> tuple[str, ...]:
    """Return all characters that StringEqualsIgnoreCase treats as this lower-case character."""
    candidates = (letter, letter.upper(), letter.title(), _FOLDING_TOO.get(letter, letter))
    fitting = (one for one in candidates if len(one) == 1 and fold(one) == letter)
    return tuple(dict.fromkeys(fitting))
