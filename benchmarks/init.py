"""INIT as Lambda's own runtime interface emulator reports it, of the built package and beside it of handlers that do less.

`python -m benchmarks.init [ROUNDS]`. The time is what passed and not CPU, because that is what the emulator says; of each, the least
of the rounds. boto3 stands in for what Lambda itself brings: as the package registry has it, compiled (`make bench` fetches it).
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.cold_start import STOCK, VARIABLES
from benchmarks.figures import Figure, show
from tests.embedded.runtime import BUILT, GUARD, Programs, programs, running_runtime

_REPORT: Final = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_EMPTY: Final = "def handler(event, context):\n    return {}\n"
_BOTO3: Final = """
import boto3
session = boto3.Session()
for name in ("lambda", "dynamodb", "iam"):
    session.client(name)
"""
_STRANGER: Final = {"source": "measuring", "detail-type": "nothing"}


def init(found: Programs, code: Path, handler: str) -> float:
    """Start a handler once, and return the milliseconds of its INIT."""
    with running_runtime(found, {**VARIABLES, "AWS_REGION": "eu-west-1"}, code, handler) as runtime:
        runtime.invoke(_STRANGER)
        said = _REPORT.search(runtime.log())
    if said is None:
        raise RuntimeError(runtime.log())
    return float(said.group(1))


def measured(found: Programs, rounds: int) -> list[Figure]:
    """Measure the package and the two floors, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        empty, boto3 = Path(folder) / "empty", Path(folder) / "boto3"
        empty.mkdir()
        (empty / "app.py").write_text(_EMPTY)
        shutil.copytree(STOCK if STOCK.is_dir() else BUILT, boto3)
        (boto3 / "app.py").write_text(_EMPTY + _BOTO3)
        cases = {
            "guard": (BUILT, GUARD["Handler"]),
            "empty": (empty, "app.handler"),
            "boto3": (boto3, "app.handler"),
        }
        least = dict.fromkeys(cases, float("inf"))
        for _ in range(rounds):
            for name, (code, handler) in cases.items():
                least[name] = min(least[name], init(found, code, handler))
    return [
        Figure("INIT", least["guard"], "ms", least["empty"], "an empty handler"),
        Figure("INIT", least["guard"], "ms", least["boto3"], "boto3 and lambda, dynamodb, iam"),
    ]


def main(rounds: int = 7) -> None:
    """Measure, print, and keep; say what is missing if that cannot be."""
    found = programs()
    if isinstance(found, str):
        sys.stdout.write(f"INIT is not measured: {found}\n")
        return
    show("init", measured(found, rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
