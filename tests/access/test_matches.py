"""What variables stand for, and which values surely match a condition and which may."""

from __future__ import annotations

import pytest

from permission_guard.access.literal import Spelling
from permission_guard.access.meter import Meter
from permission_guard.access.text import Automata, Variables
from permission_guard.iam import ABSENT, Context
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Wild, tokens
from permission_guard.iam.request import Values
from tests.access.setting import OWN

ARN, ACCOUNT, OWNER = "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"
KNOWN: dict[str, Values] = {
    "aws:resourceaccount": (OWN,),
    "aws:tagkeys": ("a", "b"),
    "aws:lacking": ABSENT,
    "aws:unheard": None,
}
VARIABLES = Variables(Context.of(KNOWN), {ARN: 1, ACCOUNT: 2, OWNER: 2}, frozenset({ACCOUNT}))


@pytest.mark.parametrize(
    ("key", "text", "meaning"),
    [
        (ARN, "x*y?", "x*y?"),
        (ARN, "a${aws:ResourceAccount}b", f"a{OWN}b"),
        (ARN, "${aws:ResourceAccount, 'd'}", OWN),
        (ARN, "${aws:lacking}x", "nothing"),
        (ARN, "${aws:lacking, 'd'}x", "dx"),
        (ARN, "${aws:TagKeys}", "nothing"),
        (ARN, "a${aws:unheard}", "nobody knows"),
        (ACCOUNT, "${aws:SourceAccount}", "*"),
        (OWNER, "${aws:SourceAccount}", "*"),
        (ARN, "${aws:SourceAccount}", "nobody knows"),
        ("aws:other", "${aws:SourceAccount}", "nobody knows"),
        (ACCOUNT, "x${aws:SourceAccount}", "nobody knows"),
        (ACCOUNT, "${aws:SourceAccount}x", "nobody knows"),
        (ARN, "arn:aws:sns:*:${aws:SourceAccount}:t", "arn:aws:sns:*:????????????:t"),
        (ARN, "arn:?:*:us:${aws:SourceAccount}:*", "arn:?:*:us:????????????:*"),
        (ARN, "arn:aws:sns:*:${aws:SourceOwner}:t", "nobody knows"),
        (OWNER, "arn:aws:sns:*:${aws:SourceAccount}:t", "nobody knows"),
        (ARN, "arn:aws:sns:*:${aws:SourceAccount}", "nobody knows"),
        (ARN, "arn:aws:sns:*:${aws:SourceAccount}x:t", "nobody knows"),
        (ARN, "arn:aws:sns:*:${aws:SourceAccount}*:t", "nobody knows"),
        (ARN, "arn:aws:sns:*:1${aws:SourceAccount}:t", "nobody knows"),
        (ARN, "arn:aws:sns:${aws:SourceAccount}:x:t", "nobody knows"),
        (ARN, "arn:aws:sns:*::${aws:SourceAccount}:t", "nobody knows"),
        (ARN, "arn:aws:${aws:unheard}:*:${aws:SourceAccount}:t", "nobody knows"),
        (ARN, "arn:aws:${aws:ResourceAccount}:*:${aws:SourceAccount}:t", f"arn:aws:{OWN}:*:????????????:t"),
    ],
)
def test_what_a_pattern_with_variables_means_before_the_request(key: str, text: str, meaning: str) -> None:
    found = VARIABLES.fill(tokens(text, variables=True), key)

    if isinstance(found, tuple):
        signs = {Wild.RUN: "*", Wild.ONE: "?"}
        assert "".join(one if isinstance(one, str) else signs[one] for one in found) == meaning
    else:
        assert {False: "nothing", None: "nobody knows"}[found] == meaning


@pytest.mark.parametrize(
    ("operator", "texts", "surely", "perhaps", "never"),
    [
        ("StringEquals", ("a*", "b"), ["a*", "b"], [], ["ab", ""]),
        ("StringLike", ("a*", "b"), ["a", "ab", "b"], [], ["bb"]),
        ("StringNotLike", ("a*",), ["ab"], [], ["b"]),
        ("StringEqualsIgnoreCase", ("Ab",), ["ab", "aB"], [], ["b"]),
        ("StringLike", ("b${aws:unheard}d", "x"), ["x"], ["bd", "bxd"], ["b", "d"]),
        ("StringEqualsIgnoreCase", ("B${aws:unheard}",), [], ["bX"], ["x"]),
        ("StringLike", ("${aws:lacking}", "y"), ["y"], [], ["x", ""]),
        ("ArnLike", ("arn:aws:s3:::b*",), ["arn:aws:s3:::b:c"], [], ["arn:aws:s3::x:b"]),
        ("ArnLike", ("arn:aws:s3:*", "arn:aws:s3:::b"), ["arn:aws:s3:::b"], ["arn:aws:s3:::c", "x"], []),
        ("ArnLike", ("arn:aws:s3",), [], [], ["arn:aws:s3", "arn:aws:s3:::b"]),
        ("ArnLike", ("*",), ["arn:aws:s3:::b", "x"], [], []),
        (
            "ArnLike",
            ("arn:aws:iam::1:role/${aws:unheard}",),
            [],
            ["arn:aws:iam::1:role/a:b", "arn:aws:iam::1:role/"],
            ["arn:aws:iam::2:role/a", "arn:aws:iam::1:user/a"],
        ),
        ("ArnLike", ("arn:aws:iam::${aws:unheard}:x",), [], ["arn:aws:iam::1:x", "arn:aws:s3:::b"], []),
        ("ArnEquals", ("arn:aws:iam:${aws:unheard}:1:x",), [], ["arn:aws:s3:::b"], []),
    ],
)
def test_which_values_surely_match_and_which_may(
    operator: str, texts: tuple[str, ...], surely: list[str], perhaps: list[str], never: list[str]
) -> None:
    wanted = Condition.compiled(operator, ARN, texts, variables=True).wanted
    assert wanted is not None
    match = Automata(Meter()).match(wanted, ARN, VARIABLES)

    values = [*surely, *perhaps, *never]
    assert [value for value in values if match.surely.accepts(value)] == surely
    assert [value for value in values if match.possibly.accepts(value)] == [*surely, *perhaps]


def test_an_automaton_is_built_once_for_each_list_and_form() -> None:
    automata = Automata(Meter())

    assert automata.exactly(["a", ""]) is automata.of([("a",), ()])
    assert automata.exactly(["a"]) is not automata.exactly(["a", ""])
    assert [automata.exactly(["a", ""]).accepts(one) for one in ("a", "", "aa")] == [True, True, False]


def test_texts_that_policies_spell_are_matched_as_they_are_spelled() -> None:
    automata = Automata(Meter())
    exact, folded = automata.spelled(Spelling(("Ab", "c"), ("D",)))
    (begun,) = automata.spelled(Spelling((), ("D",)), lambda text: ((text,), (text, Wild.RUN)))

    assert [exact.accepts(one) for one in ("Ab", "c", "ab", "C")] == [True, True, False, False]
    assert [folded.accepts(one) for one in ("D", "d", "dd")] == [True, True, False]
    assert [begun.accepts(one) for one in ("d", "dd", "x")] == [True, True, False]
    assert automata.spelled(Spelling((), ())) == ()
