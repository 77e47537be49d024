"""Which test notices a mutant first: in turn one of the likeliest, and the next cheapest.

The likeliest are those in a file with the module's name, those that noticed other mutants of the function, and then one row
of each test. Only tests that run a statement which the mutant changes are tried.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TypeAlias

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from tests.mutation.copies import in_copies
from tests.mutation.statements import changed_lines

MEMORY = 3 << 30  # bytes; a mutant that does not stop may collect what it finds
# CPU seconds for one mutant, the likeliest tests first: a mutant that survives them counts as not noticed.
ENOUGH = float(os.environ.get("MUTANT_SECONDS", "20"))

Line: TypeAlias = tuple[str, int]
"""A file, and the number of a line in it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutant by its name in mutmut. `of` is its function, as `iam.arn.FunctionArn.parse`."""

    name: str
    of: str
    original: FunctionType
    changed: FunctionType

    def lines(self) -> frozenset[Line]:
        """A test that runs one of them may notice the mutant."""
        file = str(Path(self.original.__code__.co_filename).resolve())
        return frozenset((file, line) for line in changed_lines(self.original, self.changed))


@dataclass(frozen=True, slots=True)
class Calls:
    """What one test does without a mutant: its CPU time in seconds, and the lines that it runs."""

    seconds: float
    lines: frozenset[Line]


def watched(tests: Sequence[pytest.Item], caches: Sequence[Any]) -> list[Calls] | None:
    """What each test runs, with nothing in the caches; None if one fails."""
    coverage = Coverage(data_file=None, config_file=False, source=["mutants/src"])
    seconds = []
    coverage.start()
    for place, test in enumerate(tests):
        _clear(caches)
        coverage.switch_context(str(place))
        start = time.process_time()
        if _fails(test):
            return None
        seconds.append(time.process_time() - start)
    coverage.stop()
    data = coverage.get_data()
    lines: list[set[Line]] = [set() for _ in tests]
    for file in data.measured_files():
        for line, places in data.contexts_by_lineno(file).items():
            for one in filter(None, places):
                lines[int(one)].add((file, line))
    return [Calls(spent, frozenset(some)) for spent, some in zip(seconds, lines, strict=True)]


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests, what each of them runs without a mutant, the caches to be cleared before, and the functions by their code."""

    items: Sequence[pytest.Item]
    calls: Sequence[Calls]
    caches: Sequence[Any]
    functions: Mapping[CodeType, Sequence[FunctionType]]

    def names(self, place: int) -> tuple[str, str]:
        """A test's name, and that of its function, which may have many rows of parameters."""
        name = self.items[place].nodeid
        return name, name.partition("[")[0]

    def noticing(self, mutant: Mutant, before: Counter[str]) -> int | None:
        """Return the place of the test that notices a mutant first, -1 if there is none, and None if one does not end."""
        lines = mutant.lines()
        used = [place for place, one in enumerate(self.calls) if not lines.isdisjoint(one.lines)]
        used.sort(key=lambda place: self.calls[place].seconds)
        rows: Counter[str] = Counter()
        turns = {}
        for place in used:
            test, function = self.names(place)
            own = function.rpartition("/")[2].startswith(f"test_{mutant.of.split('.')[1]}")
            turns[place] = not own, -before[test], rows[function] / (1 + before[function])
            rows[function] += 1
        by_turn = sorted(used, key=turns.__getitem__)
        order = dict.fromkeys(chain.from_iterable(zip(by_turn, used, strict=True)))
        noticed: int | None = in_copies([lambda: self._first_failed(mutant, tuple(order))])[0]
        return noticed

    def _first_failed(self, mutant: Mutant, used: Sequence[int]) -> int:
        """Put the mutant in the original's place and run the tests. Returns the place of the first that fails, or -1."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        _clear(self.caches)
        function, changed = mutant.original, mutant.changed
        function.__defaults__, function.__kwdefaults__ = changed.__defaults__, changed.__kwdefaults__
        self._replace(function.__code__, changed.__code__)
        end = time.process_time() + ENOUGH
        for place in used:
            if time.process_time() > end:
                return -1
            # Ends this process, which then counts as noticed: a mutant may never end by itself.
            signal.setitimer(signal.ITIMER_PROF, 2 + 5 * self.calls[place].seconds)
            if _fails(self.items[place]):
                return place
        return -1

    def _replace(self, code: CodeType, changed: CodeType) -> None:
        """Change a function, and those that it made while modules were loaded."""
        for one in self.functions.get(code, ()):
            if len(one.__code__.co_freevars) == len(changed.co_freevars):
                one.__code__ = changed
        for before, after in zip(_inner(code), _inner(changed), strict=False):
            self._replace(before, after)


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _fails(test: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(test, log=False))


def _clear(caches: Sequence[Any]) -> None:
    for cache in caches:
        cache.cache_clear()
