"""What a measurement says: rows of a table, printed and kept as JSON in `.benchmarks/`."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".benchmarks"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, and what it is measured by: a floor in the same run, or the least that is possible."""

    what: str
    here: float
    unit: str
    floor: float
    by: str
    """What the floor is."""

    @property
    def ratio(self) -> float:
        """How many times the floor it is."""
        return self.here / self.floor if self.floor else float("inf")


def show(name: str, figures: list[Figure]) -> None:
    """Print the figures as a table and write them to `.benchmarks/NAME.json`."""
    rows = [("what", "here", "floor", "ratio")]
    rows += [
        (
            one.what,
            f"{one.here:,.4g} {one.unit}",
            f"{one.floor:,.4g} {one.unit} ({one.by})",
            f"{one.ratio:.2f}",
        )
        for one in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    sys.stdout.write(f"\n{name}\n" + "\n".join(line.rstrip() for line in lines) + "\n")
    FOLDER.mkdir(exist_ok=True)
    kept = {
        "name": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "figures": [{**asdict(one), "ratio": round(one.ratio, 3)} for one in figures],
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")
