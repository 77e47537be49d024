"""What can be in a request, part by part: the values that meet the wants, and what they rest on."""

from __future__ import annotations

import pytest

from permission_guard.access import span
from permission_guard.access.literal import MAY, Found, Literals, SearchMode, Stance, Want
from permission_guard.access.meter import Meter
from permission_guard.access.node import Either, Every, Fixed, Lines, Listed, NumberLine
from permission_guard.iam import ABSENT, Context
from permission_guard.iam.condition import Condition

SURELY, PERHAPS = SearchMode(sure=True, admits=Stance.SURE), SearchMode(sure=False, admits=MAY)
ACCOUNT, LIST = "aws:sourceaccount", "aws:principalservicenameslist"


def wants(*written: str, literals: Literals | None = None) -> list[Want]:
    """`StringEquals k a`: this is to be so; `not StringEquals k a`: this is not to be so."""
    known = literals or Literals()
    found = []
    for one in written:
        operator, key, text = one.removeprefix("not ").split(" ")
        condition = Condition.compiled(operator, key, (text,), variables=True)
        found.append(known.want(condition, wanted=not one.startswith("not ")))
    return found


FIXED = Fixed({ACCOUNT: ("1",), "gone": ABSENT, "unheard": None}, Context.of({"known": "1"}))


@pytest.mark.parametrize(
    ("written", "surely", "unsure"),
    [
        ([], True, ()),
        ([f"StringEquals {ACCOUNT} 1", "Null gone true"], True, ()),
        ([f"not StringEquals {ACCOUNT} 2", "StringNotEquals gone x"], True, ()),
        ([f"StringEquals {ACCOUNT} ${{known}}"], True, ()),
        ([f"StringEquals {ACCOUNT} 2"], False, None),
        ([f"not StringEquals {ACCOUNT} 1"], False, None),
        (["Null gone false"], False, None),
        (["StringEquals unheard x"], False, ("unheard",)),
        (["not StringEquals unheard x", "Null gone true"], False, ("unheard",)),
        ([f"NumericEquals {ACCOUNT} 1", f"NumericEquals {ACCOUNT} 2"], False, (ACCOUNT,)),
        ([f"NumericEquals {ACCOUNT} 1", "StringEquals unheard x"], False, (ACCOUNT, "unheard")),
        (["NumericNotEquals gone 1"], True, ()),
    ],
)
def test_fixed_values_meet_wants_surely_or_perhaps(
    written: list[str], unsure: tuple[str, ...] | None, *, surely: bool
) -> None:
    expected = None if unsure is None else Found(FIXED.values, unsure)

    assert FIXED.solve(wants(*written), PERHAPS) == expected
    assert FIXED.solve(wants(*written), SURELY) == (expected if surely else None)
    assert FIXED.keys == {ACCOUNT, "gone", "unheard"}


@pytest.mark.parametrize(
    ("written", "surely", "possible"),
    [
        (f"ForAnyValue:StringEquals {LIST} a", True, True),
        (f"not ForAnyValue:StringEquals {LIST} a", False, False),
        (f"ForAnyValue:StringEquals {LIST} b", False, True),
        (f"not ForAnyValue:StringEquals {LIST} b", False, True),
        (f"ForAllValues:StringEquals {LIST} a", False, True),
        (f"not ForAllValues:StringEquals {LIST} b", True, True),
        (f"ForAllValues:StringEquals {LIST} b", False, False),
        (f"StringNotEquals {LIST} b", False, True),
        (f"StringNotEquals {LIST} a", False, False),
        (f"not StringNotEquals {LIST} a", True, True),
        (f"StringEquals {LIST} a", True, True),
        (f"ForAnyValue:StringNotEquals {LIST} b", True, True),
        (f"ForAnyValue:StringNotEquals {LIST} a", False, True),
        (f"Null {LIST} false", True, True),
        (f"Null {LIST} true", False, False),
    ],
)
def test_of_a_list_only_one_value_is_known(written: str, *, surely: bool, possible: bool) -> None:
    listed = Listed(LIST, "a", Context())

    assert listed.solve(wants(written), SURELY) == (Found({LIST: ("a",)}) if surely else None)
    assert listed.solve(wants(written), PERHAPS) == (Found({LIST: ("a",)}, (LIST,)) if possible else None)
    assert listed.solve([], PERHAPS) == Found({LIST: ("a",)})
    assert listed.keys == {LIST}


AGE = "aws:multifactorauthage"


@pytest.mark.parametrize(
    ("written", "surely", "perhaps"),
    [
        ([], "0", "0"),
        ([f"NumericEquals {AGE} 5"], "5", "5"),
        ([f"not NumericLessThan {AGE} 5", f"NumericNotEquals {AGE} 5"], "6", "6"),
        ([f"NumericGreaterThan {AGE} 8", f"not NumericEquals {AGE} 9"], None, None),
        ([f"NumericEquals {AGE} 10"], None, None),
        ([f"NumericEquals {AGE} soon"], None, "0"),
        ([f"NumericNotEquals {AGE} soon"], None, "0"),
        ([f"not NumericEquals {AGE} soon", f"NumericGreaterThan {AGE} 3"], None, "4"),
        ([f"Null {AGE} false", f"NumericGreaterThan {AGE} 3"], "4", "4"),
        ([f"Null {AGE} true"], None, None),
    ],
)
def test_the_least_number_that_meets_all_wants(
    written: list[str], surely: str | None, perhaps: str | None
) -> None:
    literals = Literals()
    asked = wants(*written, literals=literals)
    lines = Lines([literal for literal, _ in asked], (0, 10), Meter())
    line = NumberLine(lines.grid.mask(((0, 10),)), {AGE: str, "twin": span.as_address}, lines)

    def shown(number: str | None) -> Found | None:
        return None if number is None else Found({AGE: (number,), "twin": (f"0.0.0.{number}",)})

    assert line.solve(asked, SURELY) == shown(surely)
    assert line.solve(asked, PERHAPS) == shown(perhaps)
    assert line.keys == {AGE, "twin"}


def test_a_number_compared_as_a_text_is_unsure() -> None:
    asked = wants(f"StringLike {AGE} 1*", f"StringLike {AGE} 2*")
    lines = Lines([literal for literal, _ in asked], (0, 10), Meter())
    line = NumberLine(lines.grid.mask(((0, 10),)), {AGE: str}, lines)

    assert line.solve(asked, PERHAPS) == Found({AGE: ("0",)}, (AGE,))
    assert line.solve(asked, SURELY) is None


def test_the_first_branch_that_the_mode_admits_is_taken_and_a_doubtful_one_names_its_keys() -> None:
    one, two, three = (Fixed({"k": (text,), "j": ABSENT}) for text in "abc")
    either = Either(((Stance.SURE, one), (Stance.UNSURE, two), (Stance.NETWORK, three)))
    everywhere = SearchMode(sure=True, admits=Stance.SURE | Stance.UNSURE | Stance.NETWORK)

    assert either.solve([], everywhere) == Found(one.values)
    assert either.solve(wants("StringEquals k b"), everywhere) == Found(two.values, ("k",))
    assert either.solve(wants("StringEquals k b"), SURELY) is None
    assert either.solve(wants("StringEquals k c", "Null j true"), everywhere) == Found(three.values)
    assert Either(((Stance.UNSURE, two),)).solve([], PERHAPS) == Found(two.values, ("j", "k"))
    assert Either(((Stance.UNSURE, Fixed({"k": None})),)).solve(wants("StringEquals k a"), PERHAPS) == Found(
        {"k": None}, ("k",)
    )
    assert either.keys == {"k", "j"}


def test_each_part_meets_its_own_wants() -> None:
    every = Every((Fixed({"k": ("a",)}), Fixed({"j": None}), Fixed({"i": None})))

    assert every.solve(wants("StringEquals k a"), SURELY) == Found({"k": ("a",), "j": None, "i": None})
    assert every.solve(wants("StringEquals j a", "StringEquals i a"), PERHAPS) == Found(
        {"k": ("a",), "j": None, "i": None}, ("j", "i")
    )
    assert every.solve(wants("StringEquals k b"), PERHAPS) is None
    assert every.keys == {"k", "j", "i"}
