"""One target, guided by coverage: `python -m tests.fuzz.guided TARGET EXECUTIONS CORPUS`. Atheris is libFuzzer.

It runs in an environment of its own (`.ci/requirements/fuzz.in`) and in a process of its own, which ends with it.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from random import Random
from typing import Final

import atheris

with atheris.instrument_imports(include=["permission_guard"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.loop import after
from tests.fuzz.mutation import written
from tests.fuzz.seeds import FAILURES

PATIENCE: Final = 120
"""Seconds of the clock after which an input counts as a hang. The gravest take three of CPU, ten times as long under a tracer on a busy machine."""
LONGEST: Final = 200_000
"""Bytes of an input."""
MEMORY: Final = 512
"""Megabytes above which memory has grown without bounds."""


def fuzz(name: str, executions: int, corpus: Path) -> None:
    """Fuzz one target, and end the process."""
    warnings.simplefilter("ignore")
    target = next(target for target in TARGETS if target.name == name)
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number}").write_text(written(seed))

    def take(data: bytes) -> None:
        target.take(data.decode("utf-8", "replace"))

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        made = after(data.decode("utf-8", "replace"), target, Random(seed)).encode("utf-8", "replace")
        return made if len(made) <= longest else data

    options = {
        "runs": executions,
        "timeout": PATIENCE,
        "max_len": LONGEST,
        "len_control": 0,
        "rss_limit_mb": MEMORY,
        "artifact_prefix": f"{FAILURES}/{name}-",
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup(["fuzz", *arguments, str(folder)], take, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
