"""Tries mutants, each in a copy of one process that has collected the tests once.

mutmut makes the mutants and writes them beside the original of each function (pyproject.toml names the modules and the
tests). `mutmut run` would start pytest anew for each mutant, and ask in every call of a function which one is meant. Here
the code of a mutant takes the place of the original's, and the tests that run the statement that it changes run until one
fails: in turn one that noticed other mutants of the function or is the next row of another test, and the next cheapest.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, TypeAlias

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from mutmut.configuration import config
from mutmut.mutation import trampoline

from tests.mutation.statements import changed_lines

PACKAGE = "permission_guard."
ORIGINAL = "_mutmut_orig"
MEMORY = 3 << 30  # bytes; a mutant that does not stop may collect what it finds
LONGEST = 3600  # seconds, for all the tests in a process of their own
# CPU seconds of tests for one mutant, the likeliest first: a mutant that survives them counts as not noticed.
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


class Trial:
    """A plugin of pytest that runs the tests once for each mutant. `survivors` are those that no test noticed."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.tried: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self._patterns = patterns
        self._registered: list[tuple[FunctionType, dict[str, Any]]] = []
        self._terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
        self._loaded: set[CodeType] = set()
        self._run: frozenset[Line] = frozenset()

    def run(self) -> None:
        """Collect the tests, which loads the mutants, and try them. pytest prints why nothing was tried."""
        setattr(trampoline, "wrap_in_trampoline", self._register)  # noqa: B010  # mutmut's asks in each call
        sys.setprofile(_recorder(self._loaded))
        pytest.main([*arguments(), *config().pytest_add_cli_args_test_selection], plugins=[self])

    def _register(
        self, mutants: dict[str, Any], *_: object, **__: object
    ) -> Callable[[FunctionType], FunctionType]:
        def register(function: FunctionType) -> FunctionType:
            self._registered.append((function, mutants))
            return function

        return register

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        sys.setprofile(None)
        caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
        mutants = list(self._mutants())
        (calls,) = _in_copies([lambda: _watched(session.items, caches)])
        if calls is None:
            raise session.Failed("a test fails without any mutant, or could not be collected")
        self._run = frozenset().union(*(one.lines for one in calls))
        gc.collect()
        gc.freeze()  # copies share what they do not collect
        functions = sorted({one.of for one in mutants})
        shares = [set(functions[place :: os.cpu_count() or 1]) for place in range(os.cpu_count() or 1)]
        parts = [[one for one in mutants if one.of in share] for share in shares]
        tests = _Tests(session.items, calls, caches)
        noticed = _in_copies([functools.partial(self._try, part, tests) for part in parts])
        if None in noticed:
            raise session.Failed("a process that tries mutants has ended early")
        self.tried = [one for part in parts for one in part]
        self.survivors = [
            one
            for part, fate in zip(parts, noticed, strict=True)
            for one, seen in zip(part, fate, strict=True)
            if not seen
        ]
        return True

    def _try(self, mutants: Sequence[Mutant], tests: _Tests) -> list[bool]:
        """Whether a test notices it, for each mutant."""
        noticing: dict[str, Counter[str]] = defaultdict(Counter)
        fates = []
        for mutant in mutants:
            noticed = tests.noticing(mutant, noticing[mutant.of])
            if noticed is not None and noticed >= 0:
                noticing[mutant.of].update(tests.names(noticed))
            fates.append(noticed is None or noticed >= 0)
            if len(fates) % 100 == 0:
                print(
                    len(fates),
                    "of",
                    len(mutants),
                    "mutants,",
                    fates.count(False),
                    "survive",
                    file=self._terminal,
                )
        return fates

    def is_noticed_alone(self, mutant: Mutant) -> bool:
        """Whether a test fails in a process of its own, if what is changed takes effect while modules are loaded.

        Such a mutant changes what the modules are made of: it runs only then, or makes functions then.
        """
        code = mutant.original.__code__
        makes = any(isinstance(one, CodeType) for one in code.co_consts)
        if code not in self._loaded or not (makes or mutant.lines().isdisjoint(self._run)):
            return False
        part = mutant.of.partition(".")[0]
        selections = ([f"tests/{part}"], config().pytest_add_cli_args_test_selection)
        return any(_fail_alone(mutant, tests) for tests in selections)

    def _mutants(self) -> Iterable[Mutant]:
        for function, mutants in self._registered:
            name = f"{function.__module__.removeprefix(PACKAGE)}.{function.__qualname__}"
            for mutant, changed in mutants.items():
                if mutant != ORIGINAL and any(fnmatch(name, pattern) for pattern in self._patterns):
                    plain = getattr(changed, "__func__", changed)  # behind a classmethod
                    yield Mutant(f"{function.__module__}.{mutant}", name, function, plain)


def arguments() -> list[str]:
    """What pytest is told so that it loads the mutants."""
    return ["-q", "-x", "--tb=native", "-o", "pythonpath=mutants/src .", *config().pytest_add_cli_args]


def _recorder(code: set[CodeType]) -> Callable[[FrameType, str, object], None]:
    def record(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            code.add(frame.f_code)

    return record


def _watched(tests: Sequence[pytest.Item], caches: Sequence[Any]) -> list[Calls] | None:
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
class _Tests:
    """The tests, what each of them runs without a mutant, and the caches to be cleared before."""

    items: Sequence[pytest.Item]
    calls: Sequence[Calls]
    caches: Sequence[Any]

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
            turns[place] = -before[test], rows[function] / (1 + before[function])
            rows[function] += 1
        by_turn = sorted(used, key=turns.__getitem__)
        order = dict.fromkeys(chain.from_iterable(zip(by_turn, used, strict=True)))
        noticed: int | None = _in_copies([lambda: self._first_failed(mutant, tuple(order))])[0]
        return noticed

    def _first_failed(self, mutant: Mutant, used: Sequence[int]) -> int:
        """Put the mutant in the original's place and run the tests. Returns the place of the first that fails, or -1."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        _clear(self.caches)
        function, changed = mutant.original, mutant.changed
        function.__code__, function.__defaults__ = changed.__code__, changed.__defaults__
        function.__kwdefaults__ = changed.__kwdefaults__
        spent = 0.0
        for place in used:
            spent += self.calls[place].seconds
            if spent > ENOUGH:
                return -1
            # Ends this process, which then counts as noticed: a mutant may never end by itself.
            signal.setitimer(signal.ITIMER_PROF, 2 + 5 * self.calls[place].seconds)
            if _fails(self.items[place]):
                return place
        return -1


def _fails(test: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(test, log=False))


def _clear(caches: Sequence[Any]) -> None:
    for cache in caches:
        cache.cache_clear()


def _in_copies(works: Iterable[Callable[[], Any]]) -> list[Any]:
    """Return what each work returns in a copy of this process; None for a copy that does not come to its end."""
    running = [_begun(work) for work in works]
    results = []
    for child, source in running:
        with os.fdopen(source, "rb") as pipe:
            result = pipe.read()
        os.waitpid(child, 0)
        results.append(pickle.loads(result) if result else None)  # noqa: S301  # its own copy wrote it
    return results


def _begun(work: Callable[[], Any]) -> tuple[int, int]:
    """Begin it in a copy. Returns the copy's process, and the end of a pipe to read its result from."""
    source, target = os.pipe()
    child = os.fork()
    if child:
        os.close(target)
        return child, source
    try:
        result = pickle.dumps(work())
        with os.fdopen(target, "wb") as pipe:
            pipe.write(result)
    finally:
        os._exit(0)


def _fail_alone(mutant: Mutant, tests: Sequence[str]) -> bool:
    run = subprocess.run(  # noqa: S603  # this interpreter, with the tests that pyproject.toml names
        [sys.executable, "-m", "pytest", *arguments(), *tests],
        env={**os.environ, "MUTANT_UNDER_TEST": mutant.name},
        capture_output=True,
        check=False,
        timeout=LONGEST,
    )
    return run.returncode != 0
