"""Sets of numbers as intervals: each end, and the empty ones."""

from __future__ import annotations

from permission_guard.access.span import LEAST, MOST, complement, union


def test_intervals_that_touch_or_overlap_are_one_and_empty_ones_are_none() -> None:
    assert union(((7, 9), (3, 3), (1, 2), (2, 4), (8, 12))) == ((1, 4), (7, 12))


def test_the_complement_is_everything_between_before_and_after() -> None:
    assert complement(((1, 4), (7, 12))) == ((LEAST, 1), (4, 7), (12, MOST))


def test_an_interval_that_reaches_an_end_leaves_nothing_beyond_it() -> None:
    assert complement(((LEAST, 4),)) == ((4, MOST),)
    assert complement(((4, MOST),)) == ((LEAST, 4),)
    assert complement(((LEAST, MOST),)) == ()
