"""The search for words, compared with an enumeration: it finds a word exactly if there is one."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import count, product
from random import Random

import pytest

from permission_guard.access.automaton import Automaton, Form, arn_patterns
from permission_guard.access.letters import DIGIT, Letters, folding_to
from permission_guard.access.meter import BudgetSpent, Meter
from permission_guard.access.shape import compiled, many, one, seq, text
from permission_guard.access.word import Need, Words, read
from permission_guard.iam import Context
from permission_guard.iam.condition import Condition
from permission_guard.iam.operators import fold
from permission_guard.iam.pattern import Glob, Pieces, is_plain, tokens
from permission_guard.iam.truth import Truth
from tests.thorough import examples

SETS = examples(600, 20_000)
LONGEST = 6
LARGE = 8


@lru_cache
def words(alphabet: str, longest: int) -> tuple[str, ...]:
    return tuple("".join(one) for size in range(1, longest + 1) for one in product(alphabet, repeat=size))


def pattern(random: Random, alphabet: str) -> str:
    return "".join(random.choice(f"{alphabet}*?") for _ in range(random.randrange(0, 6)))


def pieces(text: str) -> Pieces:
    found = tokens(text, variables=False)
    assert is_plain(found)
    return found


def automaton(patterns: list[str], form: Form) -> Automaton:
    return Automaton([pieces(text) for text in patterns], form, Meter())


@pytest.mark.parametrize("block", range(4))
def test_a_word_is_found_exactly_if_one_meets_all_globs(block: int) -> None:
    shape = compiled(many(Letters("ab:"), 1))
    for seed in range(block * SETS, (block + 1) * SETS):
        random = Random(seed)
        lists = [
            [pattern(random, "ab:") for _ in range(random.choice((1, 1, 2)))]
            for _ in range(random.choice((1, 2, 3, 5)))
        ]
        wanted = [random.random() < 0.6 for _ in lists]
        needs = [Need(1, automaton(some, Form.TEXT), want) for some, want in zip(lists, wanted, strict=True)]
        globs = [[Glob(pieces(one)) for one in some] for some in lists]

        def meets(word: str) -> bool:
            matched = (any(glob.matches(word) for glob in some) for some in globs)  # noqa: B023
            return all(match == want for match, want in zip(matched, wanted, strict=True))  # noqa: B023

        found = Words(Meter()).find(shape, needs)

        if found is None:
            assert not any(map(meets, words("ab:", LONGEST))), (lists, wanted)
        else:
            assert meets(read(found, 1)), (lists, wanted)


PAIR = compiled(seq(many(Letters("ab"), 1), many(Letters("ab"), 3)))
"""The first track reads both parts, the second track the second part."""
PAIRS = tuple(product(words("ab", 4), repeat=2))


@pytest.mark.parametrize("block", range(4))
def test_what_is_asked_again_with_a_few_steps_at_a_time_is_found_exactly_if_it_is_there(block: int) -> None:
    """One object answers questions that share needs. Some needs have as many patterns as a zone of trust has accounts."""
    for seed in range(block * SETS // 10, (block + 1) * SETS // 10):
        random = Random(seed)
        meter = Meter(10**9)
        asked = Words(meter)
        pool: dict[Need, list[Glob]] = {}
        for size in (1, 1, 1, 2, 9, 12, 20):
            patterns = [pieces(pattern(random, "ab")) for _ in range(size)]
            if size > LARGE:
                patterns = [
                    pieces("".join(random.choices("ab", k=random.randrange(1, 5)))) for _ in range(size)
                ]
            some = Automaton(patterns, Form.TEXT, meter)
            pool[Need(random.choice((1, 2)), some, random.random() < 0.4)] = [Glob(one) for one in patterns]
        for _ in range(6):
            needs = random.sample(list(pool), random.randrange(1, len(pool)))

            def meets(both: tuple[str, ...]) -> bool:
                return all(
                    any(glob.matches("".join(both) if one.track == 1 else both[1]) for glob in pool[one])  # noqa: B023
                    == one.wanted
                    for one in needs  # noqa: B023
                )

            found = patiently(asked, needs, meter)

            if found is None:
                assert not any(map(meets, PAIRS)), seed
            else:
                whole, second = found
                assert meets((whole.removesuffix(second), second)), seed


def patiently(asked: Words, needs: list[Need], meter: Meter) -> tuple[str, str] | None:
    """What both tracks read. The search is given more steps until it ends."""
    for steps in count(20, 40):
        with suppress(BudgetSpent), meter.at_most(steps):
            found = asked.find(PAIR, needs)
            return (read(found, 1), read(found, 2)) if found else None
    return None


ARNS = tuple(
    f"{'a' * (one % 2)}:{two}::::{three}"
    for one, two, three in product(range(2), ("", "a", "aa"), words("a:", 3))
)
ARN_SHAPE = compiled(
    seq(
        many(Letters("a"), 1, 0),
        *[seq(text(":", 1), many(Letters("a"), 1, 0))] * 4,
        text(":", 1),
        many(Letters("a:"), 1),
    )
)


def test_a_word_is_found_exactly_if_one_meets_all_arn_patterns() -> None:
    for seed in range(SETS):
        random = Random(seed)
        texts = [
            ":".join(random.choice(("", "a", "*", "?", "a*", "*a")) for _ in range(6))
            for _ in range(random.choice((1, 2, 3)))
        ]
        wanted = [random.random() < 0.6 for _ in texts]
        conditions = [Condition.compiled("ArnLike", "k", (one,), variables=False) for one in texts]
        patterns = [arn_patterns([pieces(one)])[0] for one in texts]
        needs = [
            Need(1, Automaton(some, Form.ARN, Meter()), want)
            for some, want in zip(patterns, wanted, strict=True)
        ]

        def meets(word: str) -> bool:
            truths = (one.holds(Context.of({"k": word})) is Truth.YES for one in conditions)  # noqa: B023
            return all(truth == want for truth, want in zip(truths, wanted, strict=True))  # noqa: B023

        found = Words(Meter()).find(ARN_SHAPE, needs)

        if found is None:
            assert not any(map(meets, ARNS)), (texts, wanted)
        else:
            assert meets(read(found, 1)), (texts, wanted)


THREE = compiled(seq(*(one(Letters("ab"), 1) for _ in range(3))))
"""The words of three letters."""
FILLERS = [f"x{number}" for number in range(LARGE)]


def refusing(values: list[str]) -> Need:
    return Need(1, automaton([*FILLERS, *values], Form.TEXT), wanted=False)


@pytest.mark.parametrize(
    ("lists", "pattern", "found"),
    [
        ([["aaa", "aab", "aba", "abb"], ["baa", "bab", "bba", "bbb"]], "*", None),
        ([["aaa", "aab", "aba", "abb"], ["baa", "bab", "bbb"]], "*", "bba"),
        ([["aaa", "aab", "aba", "abb"], ["baa", "bab", "bbb"]], "*b", None),
        ([["aaa", "aab", "aba", "abb", "baa", "bab", "bba"]], "*", "bbb"),
        ([["aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"]], "*", None),
        ([["aaa", "baa"], ["bba"], []], "*a", "aba"),
    ],
)
def test_of_long_lists_every_value_is_refused(
    lists: list[list[str]], pattern: str, found: str | None
) -> None:
    needs = [Need(1, automaton([pattern], Form.TEXT), wanted=True), *map(refusing, lists)]
    meter = Meter()
    words_of_three = Words(meter)

    def asked() -> str | None:
        word = words_of_three.find(THREE, needs)
        return None if word is None else read(word, 1)

    for steps in range(1, 60):  # each time it goes on where it ran out of steps
        with suppress(BudgetSpent), meter.at_most(steps):
            assert asked() == found
    assert asked() == found
    spent = meter.spent
    assert asked() == found
    assert meter.spent - spent < 60


def test_tracks_of_one_word_share_its_characters() -> None:
    shape = compiled(seq(text("a:", 1), *[one(DIGIT, 3)] * 3, text(":", 1), many(Letters("xy"), 1)))
    whole, digits = automaton(["*:?9?:*"], Form.TEXT), automaton(["1*", "2*"], Form.TEXT)

    found = Words(Meter()).find(shape, [Need(1, whole, wanted=True), Need(2, digits, wanted=True)])

    assert found is not None
    assert read(found, 1).split(":")[1] == read(found, 2)
    assert read(found, 2)[0] in "12"
    assert (
        Words(Meter()).find(
            shape, [Need(1, whole, wanted=True), Need(2, automaton(["?1?"], Form.TEXT), wanted=True)]
        )
        is None
    )


def test_each_place_of_a_word_has_letters_of_its_own() -> None:
    found = Words(Meter()).find(compiled(seq(one(Letters("ab"), 1), one(Letters("xy"), 1))), [])

    assert found is not None
    assert read(found, 1) == "ax"


def test_a_list_beside_its_own_negation_is_refused_before_any_search() -> None:
    shape, meter = compiled(many(Letters("ab"), 1)), Meter()
    some = automaton(["*a*", "b*"], Form.TEXT)

    assert Words(meter).find(shape, [Need(1, some, wanted=True), Need(1, some, wanted=False)]) is None
    assert meter.spent == 0


def test_every_character_that_folds_to_a_letter_is_known() -> None:
    characters = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    found: dict[str, set[str]] = {}
    for character in characters:
        if (folded := fold(character)) != character:
            found.setdefault(folded, {folded}).add(character)

    assert {letter for letter, all_of in found.items() if all_of != set(folding_to(letter))} == set()


def test_a_finite_set_of_letters_runs_out_and_an_open_one_does_not() -> None:
    assert Letters("ab").other({"a", "b"}) is None
    assert Letters("ab", str.isalpha).other({"a", "b", "À"}) == "Á"
