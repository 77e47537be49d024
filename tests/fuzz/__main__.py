"""Fuzzes every target for as long as is wanted, and prints the figures: `make fuzz`.

An input that finds a fault is written into `tests/fuzz/failures/`, where the suite plays it from then on: give it a name.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

SHARES: Final = {"event": 45, "policy": 10, "entry": 20, "explain": 25}
"""Of a hundred executions: a policy is judged, repaired and judged again in both families, which takes long."""
_STATE: Final = re.compile(
    r"^#(?P<number>\d+)\t.* corp: (?P<corpus>\d+)/\S+ .*rss: (?P<memory>\d+)Mb", re.MULTILINE
)
"""How libFuzzer tells how far it is."""


def main() -> int:
    """Run, and say what was run; 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--executions", type=int, default=1_000_000, help="how many, of all targets together")
    parser.add_argument("--only", choices=list(SHARES), help="one target")
    parser.add_argument(
        "--corpus",
        type=Path,
        default=Path(".tools/fuzz-corpus"),
        help="what reached new code, kept for the next run",
    )
    asked = parser.parse_args()
    shares = {asked.only: 100} if asked.only else SHARES
    return max(_run(name, asked.executions * share // 100, asked.corpus) for name, share in shares.items())


def _run(name: str, executions: int, corpus: Path) -> int:
    """Fuzz one target in a process of its own, and say what became of it."""
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(executions), str(corpus)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    states = list(_STATE.finditer(ended.stderr))
    if states:
        first, last = states[0], states[-1]
        print(
            f"{name}: {int(last['number']):,} executions in {time.monotonic() - started:,.0f} s, {last['corpus']} inputs "
            f"in the corpus, {first['memory']} MB at first and {last['memory']} MB at last",
            flush=True,
        )
    if ended.returncode:
        print(ended.stdout[-8_000:], ended.stderr[-8_000:], sep="\n")
    return 1 if ended.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
