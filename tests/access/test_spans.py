"""Sets of numbers as intervals: each end, and the empty ones; and which numbers a condition matches."""

from __future__ import annotations

import time
from itertools import combinations

import pytest

from permission_guard.access.span import (
    LAST_SECOND,
    LEAST,
    MOST,
    V6_START,
    Grid,
    Spans,
    as_address,
    as_moment,
    common,
    complement,
    matching,
    narrow,
    size,
    union,
)
from permission_guard.iam.condition import Condition


def test_intervals_that_touch_or_overlap_are_one_and_empty_ones_are_none() -> None:
    assert union(((7, 9), (3, 3), (1, 2), (2, 4), (8, 12))) == ((1, 4), (7, 12))
    assert union(((1, 9), (2, 3), (9, 8))) == ((1, 9),)


def test_the_complement_is_everything_between_before_and_after() -> None:
    assert complement(((1, 4), (7, 12))) == ((LEAST, 1), (4, 7), (12, MOST))
    assert complement(()) == ((LEAST, MOST),)


def test_an_interval_that_reaches_an_end_leaves_nothing_beyond_it() -> None:
    assert complement(((LEAST, 4),)) == ((4, MOST),)
    assert complement(((4, MOST),)) == ((LEAST, 4),)
    assert complement(((LEAST, MOST),)) == ()


SETS = [
    union(tuple(some)) for count in range(4) for some in combinations(((0, 2), (1, 3), (4, 5), (5, 8)), count)
]


def numbers(spans: Spans) -> set[int]:
    return {number for low, high in spans for number in range(low, high)}


@pytest.mark.parametrize("one", SETS)
def test_what_two_lists_have_in_common_are_the_numbers_of_both(one: Spans) -> None:
    for other in SETS:
        both = common(one, other)

        assert numbers(both) == numbers(one) & numbers(other)
        assert all(low < high for low, high in both)
        assert size(both) == len(numbers(both))


@pytest.mark.parametrize("one", SETS)
def test_the_bits_of_a_grid_stand_for_the_numbers(one: Spans) -> None:
    grid = Grid(range(-1, 10))
    for other in SETS:
        both = grid.mask(one) & grid.mask(other)

        assert both == grid.mask(common(one, other))
        if both:
            assert grid.least(both) == min(numbers(one) & numbers(other))
    assert grid.least(grid.mask(complement(one))) == LEAST


NOON = 1_787_400_000
AT_NOON = "2026-08-22T12:00:00Z"


@pytest.mark.parametrize(
    ("operator", "texts", "spans", "readable"),
    [
        ("NumericEquals", ("5",), ((5, 6),), True),
        ("NumericEquals", ("5.5",), (), True),
        ("NumericNotEquals", ("5", "-1"), ((-1, 0), (5, 6)), True),
        ("NumericLessThan", ("5",), ((LEAST, 5),), True),
        ("NumericLessThan", ("5.5",), ((LEAST, 6),), True),
        ("NumericLessThanEquals", ("5",), ((LEAST, 6),), True),
        ("NumericLessThanEquals", ("5.5",), ((LEAST, 6),), True),
        ("NumericGreaterThan", ("5",), ((6, MOST),), True),
        ("NumericGreaterThan", ("5.5",), ((6, MOST),), True),
        ("NumericGreaterThanEquals", ("5",), ((5, MOST),), True),
        ("NumericGreaterThanEquals", ("5.5",), ((6, MOST),), True),
        ("NumericEquals", ("soon", "5"), ((5, 6),), False),
        ("NumericEquals", (str(2 * MOST),), (), False),
        ("NumericEquals", (str(2 * LEAST),), (), False),
        ("DateEquals", (AT_NOON,), ((NOON, NOON + 1),), True),
        ("DateLessThan", (AT_NOON,), ((LEAST, NOON),), True),
        ("DateGreaterThanEquals", (str(NOON),), ((NOON, MOST),), True),
        ("DateEquals", ("soon",), (), False),
        ("IpAddress", ("10.0.0.0/31", "10.0.0.2"), ((10 << 24, (10 << 24) + 3),), True),
        ("NotIpAddress", ("::2/127",), ((V6_START + 2, V6_START + 4),), True),
        ("IpAddress", ("here",), (), False),
    ],
)
def test_a_condition_matches_the_whole_numbers_between_its_ends(
    operator: str, texts: tuple[str, ...], spans: Spans, *, readable: bool
) -> None:
    condition = Condition.compiled(operator, "k", texts, variables=False)

    assert matching(condition) == (spans, readable)


@pytest.mark.parametrize(
    ("texts", "spans"),
    [
        (["10.0.0.0/8"], ((10 << 24, 11 << 24),)),
        (["10.0.0.0/7"], ()),
        (["here", "0.0.0.0/8", "1.0.0.0/8"], ((0, 2 << 24),)),
        ([f"{first}.0.0.0/8" for first in range(127)], ((0, 127 << 24),)),
        ([f"{first}.0.0.0/8" for first in range(128)], ()),
        (["::/32"], ((V6_START, V6_START + (1 << 96)),)),
        (["::/31"], ()),
        (["::/127", "0.0.0.0/31"], ((0, 2), (V6_START, V6_START + 2))),
    ],
)
def test_narrow_ranges_that_together_are_less_than_half_of_all_addresses_are_named_networks(
    texts: list[str], spans: Spans
) -> None:
    assert narrow(texts) == spans


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0.0.0"), ((1 << 32) - 1, "255.255.255.255"), (V6_START, "::"), (V6_START + 1, "::1")],  # noqa: S104
)
def test_an_address_is_written_as_its_family_is(value: int, text: str) -> None:
    assert as_address(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOON, AT_NOON),
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:01Z"),
        (LEAST, "1970-01-01T00:00:00Z"),
        (LAST_SECOND, "9999-12-31T23:59:59Z"),
        (MOST, "9999-12-31T23:59:59Z"),
    ],
)
def test_a_time_is_written_as_aws_writes_it(value: int, text: str) -> None:
    assert as_moment(value) == text


def test_a_time_is_written_in_utc_wherever_the_program_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert as_moment(NOON) == AT_NOON
    time.tzset()
