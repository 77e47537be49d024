"""The names of the log streams that Lambda can make from now on, as shapes.

In a function's default group `2023/02/08/[$LATEST]e569...` with 32 hexadecimal digits, in a custom group
"YYYY/MM/DD/<function_name>[<function_version>][<execution_environment_GUID>]"
(lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html), where the page leaves open whether the last brackets are part of it.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
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
    days = seq(_text(start), date(YEARS), _text("/"))

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
def date(years: range) -> Part:
    """Return the days of some years as YYYY/MM/DD."""
    common = [year for year in years if not isleap(year)]
    leap = [year for year in years if isleap(year)]
    kinds = ((leap, 29), (common, 28))
    return either(*(seq(either(*_years(found)), _day_of_year(days)) for found, days in kinds if found))


def _years(years: Sequence[int]) -> Iterator[Part]:
    """Yield the years by decades."""
    for decade in dict.fromkeys(year // 10 for year in years):
        last = Letters("".join(str(year % 10) for year in years if year // 10 == decade))
        yield seq(_text(str(decade)), one(last, TRACK))


def _day_of_year(february: int) -> Part:
    months = {31: ("01", "03", "05", "07", "08", "10", "12"), 30: ("04", "06", "09", "11"), february: ("02",)}
    return either(*(seq(_month(named), _day(days)) for days, named in months.items()))


def _month(named: Sequence[str]) -> Part:
    return seq(
        _text("/"),
        either(*(_text(month) for month in named)),
        _text("/"),
    )


def _day(last: int) -> Part:
    tens = {"0": "123456789", "1": "0123456789", "2": "0123456789"}
    tens["2"] = "".join(str(day % 10) for day in range(20, min(last, 29) + 1))
    if last >= 30:  # noqa: PLR2004  # the days of a month
        tens["3"] = "".join(str(day % 10) for day in range(30, last + 1))
    return either(*(seq(_text(ten), one(Letters(ones), TRACK)) for ten, ones in tens.items()))
