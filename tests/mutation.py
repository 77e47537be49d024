"""Says what `make mutants` found: every mutant that no test noticed, as the lines it changes, and each module's score.

`python -m tests.mutation [--again]`, in the folder in which mutmut ran. `--again` first tries each survivor once more,
in a process of its own: mutmut tries them all in copies of one process, in which whatever is called while the modules
are imported was called before the copy was made, and so without the mutant.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mutmut.configuration import config
from mutmut.mutation.data import MutantLineSpans, SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

KILLED = {"killed", "timeout"}
NOTICED = 1  # pytest's exit code where a test failed
LIMIT = 300  # seconds; all the tests together take about ten


@dataclass(frozen=True, slots=True)
class Module:
    """A module that was mutated, with what mutmut noted of its mutants."""

    path: Path
    notes: SourceFileMutationData

    @property
    def tried(self) -> int:
        """How many mutants have been tried."""
        return sum(code is not None for code in self.notes.exit_code_by_key.values())

    @property
    def survivors(self) -> dict[str, str]:
        """The status of each mutant that was tried and not killed, by its name."""
        codes = self.notes.exit_code_by_key.items()
        statuses = {name: status_by_exit_code[code] for name, code in codes if code is not None}
        return {name: status for name, status in statuses.items() if status not in KILLED}

    def changes(self, name: str) -> Iterator[str]:
        """The lines that a mutant changes, each behind its - or +."""
        spans = MutantLineSpans.load(self.path)
        if spans is None:
            raise FileNotFoundError(f"{self.path} has not been mutated: run `mutmut run`")
        mutant = name.rpartition(".")[-1]
        original = f"{mutant.rpartition('_')[0]}_orig"
        before, after = spans.read_function_sources((original, mutant))
        after = after.replace(mutant, original)
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
            if not line.startswith(("---", "+++", "@@")):
                yield f"{line[0]} {line[1:].strip()}"


def modules() -> list[Module]:
    """Every module of which mutants have been tried, in the order of their paths."""
    found = [Module(path, SourceFileMutationData(path=path)) for path in sorted(walk_mutatable_files())]
    for module in found:
        module.notes.load()
    return [module for module in found if module.tried]


def is_noticed(mutant: str) -> bool:
    """Whether a test fails, or nothing can even be imported, in a process that has the mutant from its beginning."""
    tests = config().pytest_add_cli_args_test_selection
    try:
        run = subprocess.run(  # noqa: S603  # this interpreter, with the tests that pyproject.toml names
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "--rootdir=.",
                *config().pytest_add_cli_args,
                *tests,
            ],
            env={**os.environ, "MUTANT_UNDER_TEST": mutant},
            cwd="mutants",
            capture_output=True,
            check=False,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        return True
    return run.returncode != 0


def try_again(found: list[Module]) -> None:
    """Try each survivor once more, and note those that are noticed now."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for module in found:
            names = list(module.survivors)
            for name, noticed in zip(names, pool.map(is_noticed, names), strict=True):
                if noticed:
                    module.notes.exit_code_by_key[name] = NOTICED
            module.notes.save()


def score(survivors: int, mutants: int) -> str:
    """How many mutants were killed, of how many."""
    killed = mutants - survivors
    return f"{killed:5} / {mutants:<5} {100 * killed / mutants:5.1f} %"


def main() -> int:
    """Print the survivors, and below them the scores; 1 if there are no mutants."""
    found = modules()
    if not found:
        print("there are no mutants: run `make mutants`", file=sys.stderr)
        return 1
    if "--again" in sys.argv:
        try_again(found)
    for module in found:
        for name, status in module.survivors.items():
            print(f"{status}: {name}", *module.changes(name), sep="\n    ")
    for module in found:
        print(score(len(module.survivors), module.tried), "", module.path)
    print(
        score(sum(len(module.survivors) for module in found), sum(module.tried for module in found)),
        " together",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
