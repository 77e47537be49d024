"""One automaton for a list of patterns against the ordinary evaluator: what it accepts, how far the end is, what tells letters apart."""

from __future__ import annotations

from itertools import product

import pytest

from permission_guard.access.automaton import DEAD, TOP, Automaton, Form, arn_patterns
from permission_guard.access.meter import Meter
from permission_guard.iam import Context, Truth
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Pieces, is_plain, tokens

OPERATORS = {Form.TEXT: "StringLike", Form.FOLDED: "StringEqualsIgnoreCase", Form.ARN: "ArnLike"}
LONG = "ababaabbab" * 3
"""Longer than the bytes of the first positions."""
LISTS: tuple[tuple[Form, str, tuple[str, ...]], ...] = (
    (Form.TEXT, "ab", ()),
    (Form.TEXT, "ab", ("",)),
    (Form.TEXT, "ab", ("ab", "ba", "a")),
    (Form.TEXT, "aA", ("A", "aA")),
    (Form.TEXT, "ab", ("?", "?b?", "aab")),
    (Form.TEXT, "ab", ("*",)),
    (Form.TEXT, "ab", ("a*",)),
    (Form.TEXT, "ab", ("*a",)),
    (Form.TEXT, "ab", ("*ab*ba", "b?*a")),
    (Form.TEXT, "ab", ("a*b*a*", "?*?*?", "*bb")),
    (Form.TEXT, "ab:", ("a:*:b", "*:", "?:?")),
    (Form.TEXT, "ab:", ("*a", "b?")),
    (Form.TEXT, "ab", (LONG, "*b", f"?{LONG}*")),
    (Form.FOLDED, "aAb", ("ab", "BA", "Aa")),
    (Form.FOLDED, "kK\u212a", ("kk", "K")),
    (Form.FOLDED, "sS\u017f\u00df\u1e9e", ("s", "\u00df")),
    (Form.ARN, ":a", (":::::*",)),
    (Form.ARN, ":a", ("*:::::a", ":a::::*a")),
    (Form.ARN, ":a", ("?:?::::?", "a*:*::::")),
    (Form.ARN, ":a", ("*:*:*:*:*:*",)),
    (Form.ARN, ":a", (":::::*:a", "::?:::a?a")),
    (Form.ARN, ":a", ("::*?:::*a", "?*:::::", ":*:::*:")),
)


def pieces(text: str) -> Pieces:
    found = tokens(text, variables=False)
    assert is_plain(found)
    return found


def automaton(form: Form, texts: tuple[str, ...]) -> Automaton:
    wild = form is not Form.FOLDED
    return Automaton([pieces(text) if wild else (text,) for text in texts], form, Meter())


def words(form: Form, alphabet: str) -> list[str]:
    longest = 9 if form is Form.ARN else 4
    short = ["".join(one) for size in range(longest + 1) for one in product(alphabet, repeat=size)]
    return [*short, LONG, f"a{LONG}", f"b{LONG}b", LONG[:-1]]


@pytest.mark.parametrize(("form", "alphabet", "texts"), LISTS)
def test_it_accepts_exactly_the_values_that_match_one_of_the_patterns(
    form: Form, alphabet: str, texts: tuple[str, ...]
) -> None:
    condition = Condition.compiled(OPERATORS[form], "k", texts, variables=False)
    found = automaton(form, texts)

    for word in words(form, alphabet):
        matches = bool(texts) and condition.holds(Context.of({"k": word})) is Truth.YES
        assert found.accepts(word) == matches, word


def states(found: Automaton, alphabet: str) -> list[int]:
    """Every state that can be told from the end."""
    known = [found.start]
    for state in known:
        ahead = (found.step(state, letter) for letter in alphabet)
        known += dict.fromkeys(one for one in ahead if one not in known)
    return [one for one in known if one > TOP]


@pytest.mark.parametrize(("form", "alphabet", "texts"), LISTS)
def test_the_distance_is_the_fewest_characters_to_a_value_that_matches(
    form: Form, alphabet: str, texts: tuple[str, ...]
) -> None:
    found = automaton(form, texts)

    for state in states(found, alphabet):
        ahead, steps = {state}, 0
        while not any(found.accepting[one] for one in ahead):
            ahead, steps = {found.step(one, letter) for one in ahead for letter in alphabet}, steps + 1
        assert found.distance(state) == steps


@pytest.mark.parametrize(("form", "alphabet", "texts"), LISTS)
def test_characters_that_are_not_told_apart_lead_to_one_state(
    form: Form, alphabet: str, texts: tuple[str, ...]
) -> None:
    found = automaton(form, texts)
    every = f"{alphabet}:xX"

    for state in states(found, every):
        others = set(every) - found.letters(state)
        assert len({found.step(state, letter) for letter in others}) <= 1


@pytest.mark.parametrize(
    ("form", "texts", "after", "letters"),
    [
        (Form.TEXT, ("ab", "ba", "bx"), "", "ab"),
        (Form.TEXT, ("ab", "ba", "bx"), "b", "ax"),
        (Form.TEXT, ("ab", "?y"), "z", "y"),
        (Form.FOLDED, ("kb",), "", "kK\u212a"),
        (Form.FOLDED, ("kb",), "\u212a", "bB"),
        (Form.ARN, ("ab:",), "", "a:"),
    ],
)
def test_only_the_next_characters_of_patterns_are_told_apart(
    form: Form, texts: tuple[str, ...], after: str, letters: str
) -> None:
    found = automaton(form, texts)
    state = found.start
    for letter in after:
        state = found.step(state, letter)

    assert found.letters(state) == set(letters)


def test_what_is_decided_needs_no_further_characters() -> None:
    found = automaton(Form.TEXT, ("ab*", "b"))
    after_a = found.step(found.start, "a")

    assert automaton(Form.TEXT, ()).start == DEAD
    assert automaton(Form.TEXT, ("a", "*")).start == TOP
    assert found.step(found.start, "x") == DEAD
    assert found.step(after_a, "b") == TOP
    assert found.step(TOP, "x") == TOP
    assert found.step(DEAD, "a") == DEAD


def test_a_run_that_is_reached_forgets_what_lies_before_it_in_its_pattern() -> None:
    """Then there are few states, however many letters have been read."""
    for texts, count in ((("*a*b",), 3), (("*a*b*c",), 4), (("*a*b*c", "b*a*b"), 10)):
        assert len(states(automaton(Form.TEXT, texts), "abc")) == count


@pytest.mark.parametrize(
    ("texts", "clear", "vague"),
    [
        (("arn:aws:sns:*:1:t", "arn:aws:s3:::b:c"), ("arn:aws:sns:*:1:t", "arn:aws:s3:::b:c"), False),
        (("arn:aws:sns:us-east-1:1", "a:b:c:d:e:f"), ("a:b:c:d:e:f",), False),
        (("arn:aws:sns:*", "a:b:c:d:e:f"), ("a:b:c:d:e:f",), True),
        (("a?",), (), True),
        (("arn:aws:sns:*", "*", "a:b:c:d:e:f"), ("*",), False),
        ((), (), False),
    ],
)
def test_a_pattern_of_fewer_than_six_parts_matches_no_arn_or_nobody_knows_which(
    texts: tuple[str, ...], clear: tuple[str, ...], *, vague: bool
) -> None:
    assert arn_patterns([pieces(one) for one in texts]) == ([pieces(one) for one in clear], vague)
