"""The structure in numbers: lines, modules, the longest chain of imports, and the modules that an event walks through.

`python -m benchmarks.structure`. Lines are those of the files, without data. A chain is a path of imports at the top of modules, so that
each module of it must be understood before the one that imports it. What an event walks through are the modules of which a function runs.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final

from benchmarks.events import EVENTS
from tests.aws.guarded import guarded

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src" / "permission_guard"
ENTRY: Final = "handler"
LATER: Final = "connections"
"""What the handler imports inside a function, for an event that its own modules do not prove compliant."""


def modules() -> dict[str, Path]:
    """Return every module by its name below the package."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__").removesuffix("__init__")] = path
    return found


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return which modules each module imports when it is loaded."""
    every = modules()
    return {name: frozenset(_imported(path, every) - {name, ""}) for name, path in every.items()}


def _imported(path: Path, every: dict[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("permission_guard"):
            base = (node.module or "").removeprefix("permission_guard").removeprefix(".")
            names = {f"{base}.{alias.name}".removeprefix(".") for alias in node.names}
            found |= names & every.keys() or {base}
    return found


@cache
def longest_chain(start: str) -> tuple[str, ...]:
    """Return the longest chain of imports from a module. Raises RecursionError if there is a cycle."""
    return (start, *max(map(longest_chain, imports()[start]), key=len, default=()))


def carried() -> frozenset[str]:
    """Return the modules that the Lambda function can load: those that the handler imports, at once or later."""
    every, open_, found = modules(), [ENTRY], set[str]()
    while open_:
        name = open_.pop()
        if name in found:
            continue
        found.add(name)
        text = every[name].read_text()
        tree = ast.parse(text)
        open_ += [
            one
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("permission_guard.")
            for alias in node.names
            for one in (
                (node.module or "").removeprefix("permission_guard."),
                f"{node.module}.{alias.name}".removeprefix("permission_guard."),
            )
            if one in every
        ]
    return frozenset(found)


def walked() -> frozenset[str]:
    """Return the modules of which a function runs while one permission is repaired, in an account in memory."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(SOURCE)):
            found.add(frame.f_code.co_filename)

    there = guarded()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        EVENTS["a permission for a service, repaired"](there)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    names = {path: name for name, path in modules().items()}
    return frozenset(names[Path(one)] for one in found) - {"", "frozen"}


def lines(names: Iterable[str]) -> int:
    """Return how many lines modules have together."""
    every = modules()
    return sum(len(every[name].read_text().splitlines()) for name in names)


def main() -> None:
    """Measure, and print."""
    every, in_lambda = modules(), carried()
    chains = [(start, longest_chain(start)) for start in (ENTRY, LATER)]
    seen = sorted(name for name in walked() if not name.startswith("fake_aws"))
    said = (
        f"lines of src/permission_guard: {lines(every):,} in {len(every)} modules",
        f"of these the Lambda function has: {lines(in_lambda):,} in {len(in_lambda)} modules",
        *(f"longest chain of imports from {start}: {len(one)}: {' > '.join(one)}" for start, one in chains),
        f"modules that a repaired permission walks through: {len(seen)}: {', '.join(seen)}",
    )
    sys.stdout.write("\n".join(said) + "\n")


if __name__ == "__main__":
    main()
