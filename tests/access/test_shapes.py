"""A compiled shape reads just its words; sets of characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest

from permission_guard.access.letters import DIGIT, Letters, folding_to
from permission_guard.access.shape import Part, compiled, either, many, maybe, one, repeat, seq, text
from tests.access.setting import reads

AB, C = Letters("ab"), Letters("c")


@pytest.mark.parametrize(
    ("part", "expression"),
    [
        (seq, ""),
        (lambda: text("abc", 1), "abc"),
        (lambda: one(AB, 1), "[ab]"),
        (lambda: many(AB, 1), "[ab]+"),
        (lambda: many(AB, 1, 0), "[ab]*"),
        (lambda: seq(many(AB, 1, 2), one(C, 1)), "[ab]{2,}c"),
        (lambda: either(text("ab", 1), text("c", 1), seq()), "ab|c|"),
        (lambda: seq(maybe(text("ab", 1)), text("a", 1)), "(ab)?a"),
        (lambda: repeat(either(text("ab", 1), one(C, 1))), "(ab|c)*"),
        (lambda: seq(repeat(text("a", 1)), repeat(text("b", 1)), maybe(one(C, 1))), "a*b*c?"),
    ],
)
def test_a_compiled_shape_reads_just_its_words_and_knows_how_far_the_end_is(
    part: Callable[[], Part], expression: str
) -> None:
    shape = compiled(part())
    words = ["".join(word) for size in range(5) for word in product("abc", repeat=size)]
    ahead: dict[int, set[str]] = {}
    for state in range(len(shape.moves)):
        ahead[state] = {word for word in words if reads(shape, state, word)}
        assert shape.distance[state] == min(map(len, ahead[state]))
        assert shape.readable[state] == int(any(ahead[state]))

    assert ahead[shape.start] == {word for word in words if re.fullmatch(expression, word)}
    assert not shape.owned


def test_what_is_still_to_be_read_is_told_track_by_track() -> None:
    shape = compiled(seq(one(AB, 1), one(DIGIT, 2), text("c", 4)))

    assert shape.readable == (7, 6, 4, 0)
    assert [[move.tracks for move in moves] for moves in shape.moves] == [[1], [2], [4], []]
    assert compiled(repeat(seq(one(AB, 1), one(DIGIT, 2)))).readable == (3, 3, 3)


def test_letters_that_stand_for_others_are_the_first_that_nobody_spells() -> None:
    letters = Letters("xab", str.isalpha)

    assert [letters.other(set(spelled)) for spelled in ("", "x", "xa", "xab", "xabÀÁ", "xÀ")] == [*"xabÀÂa"]
    assert [letters.has(letter) for letter in "xbÀz1"] == [True, True, True, True, False]
    assert Letters("", lambda letter: letter > "\ud7fe").other({"\ud7ff"}) == "\ue000"
    assert folding_to("a") == ("a", "A")
    assert folding_to("1") == ("1",)
    assert folding_to("k") == ("k", "K", "\u212a")
    assert folding_to("ß") == ("ß", "\u1e9e")
