"""Says what `make mutants` found: each module's score, and every mutant that no test noticed, as the lines it changes.

`python -m tests.mutation`, in the folder in which mutmut ran.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans
from mutmut.stats import status_by_exit_code

KILLED = {"killed", "timeout"}
SOURCE = Path("src/permission_guard")


@dataclass(frozen=True, slots=True)
class Module:
    """A module that was mutated: its path, and the status of each of its mutants by name."""

    path: Path
    statuses: Mapping[str, str]

    @property
    def score(self) -> str:
        """How many mutants were killed, of how many."""
        killed = sum(status in KILLED for status in self.statuses.values())
        return f"{killed:5} / {len(self.statuses):<5} {100 * killed / len(self.statuses):5.1f} %"

    def survivors(self) -> Iterator[str]:
        """Each mutant that was not killed: its status, its name, and the lines it changes."""
        spans = MutantLineSpans.load(self.path)
        if spans is None:
            raise FileNotFoundError(f"{self.path} has not been mutated: run `mutmut run`")
        for name, status in self.statuses.items():
            if status not in KILLED:
                mutant = name.rpartition(".")[-1]
                original = f"{mutant.rpartition('_')[0]}_orig"
                before, after = spans.read_function_sources((original, mutant))
                yield "\n".join((f"{status}: {name}", *changed(before, after.replace(mutant, original))))


def changed(before: str, after: str) -> Iterator[str]:
    """The lines that differ, each behind its - or +."""
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"    {line[0]} {line[1:].strip()}"


def modules() -> Iterator[Module]:
    """Every module that has mutants, in the order of their paths."""
    for meta in sorted(Path("mutants", SOURCE).rglob("*.py.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        if codes:
            path = meta.relative_to("mutants").with_suffix("")
            yield Module(path, {name: status_by_exit_code[code] for name, code in codes.items()})


def main() -> int:
    """Print the survivors, and below them the scores; 1 if there are no mutants."""
    found = list(modules())
    for module in found:
        for survivor in module.survivors():
            print(survivor)
    for module in found:
        print(f"{module.score}  {module.path.relative_to(SOURCE)}")
    everything = Module(
        SOURCE, {name: status for module in found for name, status in module.statuses.items()}
    )
    if everything.statuses:
        print(f"{everything.score}  together")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
