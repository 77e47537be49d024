"""Tries mutants, each in a copy of one process that has collected the tests once.

mutmut makes the mutants and writes them beside the original of each function (pyproject.toml names the modules and the
tests). `mutmut run` would start pytest anew for each mutant, and ask in every call of a function which one is meant. Here
the code of a mutant takes the place of the original's, and tests run until one fails.
"""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from mutmut.configuration import config
from mutmut.mutation import trampoline

from tests.mutation.copies import in_copies
from tests.mutation.noticing import Line, Mutant, Tests, watched

PACKAGE = "permission_guard."
ORIGINAL = "_mutmut_orig"
LONGEST = 3600  # seconds, for all the tests in a process of their own


class Trial:
    """A plugin of pytest that runs the tests once for each mutant that is not known to survive.

    `survivors` are those that no test noticed.
    """

    def __init__(self, patterns: Sequence[str], is_known: Callable[[Mutant], bool]) -> None:
        self.tried: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self._patterns = patterns
        self._is_known = is_known
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
        mutants = [one for one in self._mutants() if not self._is_known(one)]
        (calls,) = in_copies([lambda: watched(session.items, caches)])
        if calls is None:
            raise session.Failed("a test fails without any mutant, or could not be collected")
        self._run = frozenset().union(*(one.lines for one in calls))
        by_code: dict[CodeType, list[FunctionType]] = defaultdict(list)
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                by_code[one.__code__].append(one)
        gc.collect()
        gc.freeze()  # copies share what they do not collect
        functions = sorted({one.of for one in mutants})
        shares = [set(functions[place :: os.cpu_count() or 1]) for place in range(os.cpu_count() or 1)]
        parts = [[one for one in mutants if one.of in share] for share in shares]
        tests = Tests(session.items, calls, caches, by_code)
        noticed = in_copies([functools.partial(self._try, part, tests) for part in parts])
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

    def _try(self, mutants: Sequence[Mutant], tests: Tests) -> list[bool]:
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

        It runs only then, or makes functions then.
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


def _fail_alone(mutant: Mutant, tests: Sequence[str]) -> bool:
    run = subprocess.run(  # noqa: S603  # this interpreter, with the tests that pyproject.toml names
        [sys.executable, "-m", "pytest", *arguments(), *tests],
        env={**os.environ, "MUTANT_UNDER_TEST": mutant.name},
        capture_output=True,
        check=False,
        timeout=LONGEST,
    )
    return run.returncode != 0
