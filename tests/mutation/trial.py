"""Tries mutants, each in a copy of one process that has collected the tests once.

mutmut makes the mutants and writes them beside the original of each function (pyproject.toml names the modules and the
tests). `mutmut run` would start pytest anew for each mutant, and ask in every call of a function which one is meant. Here
the code of a mutant takes the place of the original's, and the tests that call the function run until one fails: first
those that noticed other mutants of it, then the cheapest.
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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.configuration import config
from mutmut.mutation import trampoline

PACKAGE = "permission_guard."
ORIGINAL = "_mutmut_orig"
MEMORY = 3 << 30  # bytes; a mutant that does not stop may collect what it finds
LONGEST = 3600  # seconds, for all the tests in a process of their own
# CPU seconds of tests for one mutant, the likeliest first: a mutant that survives them counts as not noticed.
ENOUGH = float(os.environ.get("MUTANT_SECONDS", "20"))


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutant by its name in mutmut. `of` is its function, as `iam.arn.FunctionArn.parse`."""

    name: str
    of: str
    original: FunctionType
    changed: FunctionType


@dataclass(frozen=True, slots=True)
class Calls:
    """What one test does without a mutant: its CPU time in seconds, and the functions that it calls."""

    seconds: float
    functions: frozenset[str]


class Trial:
    """A plugin of pytest that runs the tests once for each mutant. `survivors` are those that no test noticed."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.tried: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self._patterns = patterns
        self._registered: list[tuple[FunctionType, dict[str, Any]]] = []
        self._terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
        self._loaded: set[CodeType] = set()

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
        names = {one.original.__code__: one.of for one in mutants}
        calls = _in_a_copy(lambda: _watched(session.items, caches, names))
        if calls is None:
            raise session.Failed("a test fails without any mutant, or could not be collected")
        gc.collect()
        gc.freeze()  # copies share what they do not collect
        noticing: dict[str, Counter[int]] = defaultdict(Counter)
        for mutant in mutants:
            before = noticing[mutant.of]
            used = [place for place, one in enumerate(calls) if mutant.of in one.functions]
            used.sort(key=lambda place: (-before[place], calls[place].seconds))
            noticed = _in_a_copy(lambda: _first_failed(mutant, session.items, used, calls, caches))  # noqa: B023
            self.tried.append(mutant)
            if noticed is not None and noticed >= 0:
                before[noticed] += 1
            elif noticed is not None:
                self.survivors.append(mutant)
            if len(self.tried) % 100 == 0:
                print(len(self.tried), "mutants,", len(self.survivors), "survive", file=self._terminal)
        return True

    def is_noticed_alone(self, mutant: Mutant) -> bool:
        """Whether a test fails in a process of its own, if the function runs while modules are loaded.

        Such a mutant changes what the modules are made of.
        """
        if mutant.original.__code__ not in self._loaded:
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


def _watched(
    tests: Sequence[pytest.Item], caches: Sequence[Any], names: Mapping[CodeType, str]
) -> list[Calls] | None:
    """What each test calls, with nothing in the caches; None if one fails."""
    watched = []
    for test in tests:
        _clear(caches)
        code: set[CodeType] = set()
        start = time.process_time()
        sys.setprofile(_recorder(code))
        failed = _fails(test)
        sys.setprofile(None)
        if failed:
            return None
        functions = frozenset(names[one] for one in code & names.keys())
        watched.append(Calls(time.process_time() - start, functions))
    return watched


def _first_failed(
    mutant: Mutant,
    tests: Sequence[pytest.Item],
    used: Sequence[int],
    calls: Sequence[Calls],
    caches: Sequence[Any],
) -> int:
    """Put the mutant in the original's place and run the tests. Returns the place of the first that fails, or -1."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _clear(caches)
    function, changed = mutant.original, mutant.changed
    function.__code__, function.__defaults__ = changed.__code__, changed.__defaults__
    function.__kwdefaults__ = changed.__kwdefaults__
    spent = 0.0
    for place in used:
        spent += calls[place].seconds
        if spent > ENOUGH:
            return -1
        # Ends this process, which then counts as noticed: a mutant may never end by itself.
        signal.setitimer(signal.ITIMER_PROF, 2 + 5 * calls[place].seconds)
        if _fails(tests[place]):
            return place
    return -1


def _fails(test: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(test, log=False))


def _clear(caches: Sequence[Any]) -> None:
    for cache in caches:
        cache.cache_clear()


def _in_a_copy(work: Callable[[], Any]) -> Any:
    """Return what the work returns in a copy of this process; None if the copy does not come to its end."""
    source, target = os.pipe()
    child = os.fork()
    if not child:
        try:
            result = pickle.dumps(work())
            with os.fdopen(target, "wb") as pipe:
                pipe.write(result)
        finally:
            os._exit(0)
    os.close(target)
    with os.fdopen(source, "rb") as pipe:
        result = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(result) if result else None  # noqa: S301  # its own copy wrote it


def _fail_alone(mutant: Mutant, tests: Sequence[str]) -> bool:
    run = subprocess.run(  # noqa: S603  # this interpreter, with the tests that pyproject.toml names
        [sys.executable, "-m", "pytest", *arguments(), *tests],
        env={**os.environ, "MUTANT_UNDER_TEST": mutant.name},
        capture_output=True,
        check=False,
        timeout=LONGEST,
    )
    return run.returncode != 0
