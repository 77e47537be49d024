"""Scores the tests by mutation: `python -m tests.mutation [PATTERN ...]`, as in `make mutants`.

Prints every mutant that no test notices, as the lines that it changes, and each module's score. A mutant for which
`survivors.txt` has a reason is not tried and counts as a survivor. A pattern chooses functions: `iam.arn.*`.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from mutmut.__main__ import create_mutants
from mutmut.mutation.data import MutantLineSpans
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.utils.file_utils import copy_src_dir

from tests.mutation.noticing import Mutant
from tests.mutation.trial import Trial

SOURCE = Path("src/permission_guard")
REASONS = Path(__file__).with_name("survivors.txt")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why no test needs to notice some mutants: those of the functions that change a line to one that holds the text."""

    functions: str
    text: str
    why: str

    def explains(self, function: str, changed: Sequence[str]) -> bool:
        """Whether it speaks of a mutant."""
        return fnmatch(function, self.functions) and any(self.text in line for line in changed)


def reasons() -> list[Reason]:
    """Read them: three fields each, apart by ` :: `."""
    lines = REASONS.read_text(encoding="utf-8").splitlines()
    return [Reason(*line.split(" :: ")) for line in lines if line and not line.startswith("#")]


@cache
def written(path: Path) -> MutantLineSpans | None:
    """Where mutmut has written the mutants of a module."""
    return MutantLineSpans.load(path)


def difference(mutant: Mutant) -> list[str]:
    """The lines that a mutant changes, each behind its - or +."""
    module, _, name = mutant.name.rpartition(".")
    path = Path("src", *module.split("."))
    spans = written(path.with_suffix(".py") if not path.is_dir() else path / "__init__.py")
    if spans is None:
        raise FileNotFoundError(f"{module} has not been mutated")
    original = f"{name.rpartition('_')[0]}_orig"
    before, after = spans.read_function_sources((original, name))
    after = after.replace(name, original)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [f"{one[0]} {one[1:].strip()}" for one in lines if not one.startswith(("---", "+++", "@@"))]


def score(survivors: int, mutants: int) -> str:
    """How many mutants were killed, of how many."""
    killed = mutants - survivors
    return f"{killed:5} / {mutants:<5} {100 * killed / mutants:5.1f} %"


def main(patterns: Sequence[str]) -> int:
    """Print the survivors that have no reason, and below them the scores; 1 if there are any."""
    set_mutant_under_test("mutant_generation")
    copy_src_dir()
    with contextlib.redirect_stdout(io.StringIO()):  # each file is named
        create_mutants(os.cpu_count() or 1)
    set_mutant_under_test("")
    known = reasons()
    explained: list[Mutant] = []

    def is_known(mutant: Mutant) -> bool:
        changed = difference(mutant)
        found = any(reason.explains(mutant.of, changed) for reason in known)
        if found:
            explained.append(mutant)
        return found

    trial = Trial(patterns or ["*"], is_known)
    trial.run()
    if not trial.tried:
        return 1
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each of them waits for a process
        noticed = pool.map(trial.is_noticed_alone, trial.survivors)
        survivors = [one for one, fails in zip(trial.survivors, noticed, strict=True) if not fails]
    for one in survivors:
        print(one.name, *difference(one), sep="\n    ")
    survived = Counter(map(module, [*survivors, *explained]))
    tried = Counter(map(module, [*trial.tried, *explained]))
    for name in sorted(tried):
        print(score(survived[name], tried[name]), "", name)
    print(score(survived.total(), tried.total()), " together;", len(survivors), "survive without a reason")
    return int(bool(survivors))


def module(mutant: Mutant) -> str:
    """The module that a mutant changes: `iam/arn`."""
    return "/".join(mutant.name.split(".")[1:-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
