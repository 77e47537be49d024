"""The names of the log streams that Lambda can make from now on, as shapes.

In a function's default group `2023/02/08/[$LATEST]e569...` with 32 hexadecimal digits, in a custom group
"YYYY/MM/DD/<function_name>[<function_version>][<execution_environment_GUID>]"
(lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html), where the page leaves open whether the last brackets are part of it.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import product
from typing import Final

from permission_guard.access.granted import TRACK, Resources
from permission_guard.access.letters import Letters
from permission_guard.access.shape import Part, either, maybe, one, seq, text
from permission_guard.frozen import frozen

YEARS: Final = range(2026, 2100)
"""Future years. They begin with the year of this edition, so that a verdict does not change with the clock."""

LATEST: Final = "$LATEST"
_ID: Final = "0123456789abcdef0123456789abcdef"
_HEX: Final = Letters("0123456789abcdef")
_DIGIT: Final = Letters("0123456789")
_FIRST_DIGIT: Final = Letters("123456789")
_LONGEST_NUMBER: Final = 8
"""Digits of a version number at most: under a hundred million versions of a function."""


@frozen
class Streams:
    """The streams of one function in one group.

    `cases` divides `every` by what is not known in advance: which versions will run ($LATEST, or published ones), and how
    AWS writes the rest of a name. Lambda will make streams of at least one case.
    """

    every: Resources
    cases: tuple[Resources, ...]


@lru_cache(maxsize=64)
def streams(group: str, functions: tuple[str, ...], versions: tuple[str | None, ...]) -> Streams:
    """Return the streams in a group, given by its ARN.

    `functions` are the names that may stand in a stream's name: none in a default group, one in a custom group,
    more where AWS does not document which. `versions` are those that may run; None stands for every published one.
    """
    start = f"{group}:log-stream:"
    names = functions or ("",)
    ends = (("", ""), ("[", "]")) if functions else (("", ""),)
    tails = [
        (
            seq(_text(f"{name}["), _version(version), _text(f"]{before}"), _digits(), _text(after)),
            f"{name}[{version or 1}]{before}{_ID}{after}",
        )
        for (before, after), version, name in product(ends, versions, names)
    ]
    days = seq(_text(start), _date(), _text("/"))

    def having(part: Part, example: str) -> Resources:
        return Resources(start, seq(days, part), f"{start}{YEARS[0]}/01/31/{example}")

    every = having(either(*(part for part, _ in tails)), tails[0][1])
    return Streams(every, tuple(having(*tail) for tail in tails))


def _text(characters: str) -> Part:
    return text(characters, TRACK)


def _digits() -> Part:
    return seq(*[one(_HEX, TRACK)] * len(_ID))


def _version(number: str | None) -> Part:
    if number is not None:
        return _text(number)
    more: Part = seq()
    for _ in range(_LONGEST_NUMBER - 1):
        more = maybe(seq(one(_DIGIT, TRACK), more))
    return seq(one(_FIRST_DIGIT, TRACK), more)


@cache
def _date() -> Part:
    """Return all days as YYYY/MM/DD."""
    leap, common = ([year for year in YEARS if isleap(year) is leap] for leap in (True, False))
    return either(*(seq(_any_of(map(str, years)), _day_of_year(years[0])) for years in (leap, common)))


def _day_of_year(year: int) -> Part:
    months: dict[int, list[str]] = {}
    for month in range(1, 13):
        months.setdefault(monthrange(year, month)[1], []).append(f"{month:02}")
    return either(
        *(
            seq(_text("/"), _any_of(alike), _text("/"), _any_of(f"{day:02}" for day in range(1, last + 1)))
            for last, alike in months.items()
        )
    )


def _any_of(numbers: Iterable[str]) -> Part:
    """Return any of some numbers, with one transition for those that differ in the last digit only."""
    ends: dict[str, str] = {}
    for number in numbers:
        ends[number[:-1]] = ends.get(number[:-1], "") + number[-1]
    return either(*(seq(_text(start), one(Letters(end), TRACK)) for start, end in ends.items()))
