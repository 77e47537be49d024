"""What the word search finds, word for word, and how many steps it takes at most."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from permission_guard.access.automaton import Automaton, Form
from permission_guard.access.letters import Letters
from permission_guard.access.meter import Meter
from permission_guard.access.shape import Part, compiled, many, maybe, seq, text
from permission_guard.access.word import Need, Words, read
from permission_guard.iam.operators import fold
from permission_guard.iam.pattern import Glob, Pieces, is_plain, tokens

LETTERS = "abA"
SHAPES: dict[str, Callable[[], Part]] = {
    "word": lambda: many(Letters(LETTERS), 1),
    "pair": lambda: seq(many(Letters("ab"), 1), text(":", 3), many(Letters("ab"), 2), maybe(text("A", 3))),
}
"""A pair is two words, read by tracks 1 and 2; both read the colon and the A at the end."""


def pieces(pattern: str) -> Pieces:
    found = tokens(pattern, variables=False)
    assert is_plain(found)
    return found


def need(written: str, meter: Meter) -> Need:
    """`+a*|b` is to match one of the patterns, `-a` is not to, `~a` neither in capital letters; `+2a` asks track 2."""
    sign, patterns = written[0], written[1:].removeprefix("2").split("|")
    form = Form.FOLDED if sign == "~" else Form.TEXT
    track = 2 if written[1:2] == "2" else 1
    return Need(track, Automaton([pieces(one) for one in patterns], form, meter), wanted=sign == "+")


def searched(shape: str, needs: str) -> tuple[str, int]:
    """What the tracks read, and how many steps that took."""
    meter = Meter()
    found = Words(meter).find(compiled(SHAPES[shape]()), [need(one, meter) for one in needs.split()])
    words = (read(found, track) for track in ((1, 2) if shape == "pair" else (1,))) if found else ("none",)
    return " ".join(words), meter.spent


LINES = (Path(__file__).parent / "cases" / "searches.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", [line for line in LINES if not line.startswith("#")])
def test_the_search_finds_a_word_or_none_within_its_steps(line: str) -> None:
    shape, needs, expected, most = (part.strip() for part in line.split("::"))
    found, steps = searched(shape, needs)

    assert found == expected
    assert steps <= int(most)


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("word")])
def test_the_word_that_is_found_meets_all_needs_and_where_none_is_found_none_is(line: str) -> None:
    _, needs, expected, _ = (part.strip() for part in line.split("::"))
    longest = 6 if expected == "none" else 0

    def meets(word: str) -> bool:
        return all(matches(one, word) == (one[0] == "+") for one in needs.split())

    assert expected == "none" or meets(expected)
    assert not any(
        meets("".join(one)) for size in range(1, longest + 1) for one in product(LETTERS, repeat=size)
    )


def matches(written: str, word: str) -> bool:
    spelled = fold(word) if written[0] == "~" else word
    globs = (fold(one) if written[0] == "~" else one for one in written[1:].split("|"))
    return any(Glob(pieces(one)).matches(spelled) for one in globs)
