"""The matrix as a page: one table for each scenario, a row for each call, a column for each kind of fault."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from tests.faults.denied import DENIED
from tests.faults.fault import Fault
from tests.faults.matrix import Call, Ended, Played, Told, calls_of, played
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import NOTHING_TO_UNDO, REFUSED, UNDONE

Cell = Callable[[Call, Fault], str]

LETTERS: Final = {
    "REPAIRED": "r",
    "RELEASED": "l",
    "FAILED": "f",
    "TOLD": "t",
    "REPAIRED LATER": "(r)",
    "RELEASED LATER": "(l)",
    UNDONE: "u",
    NOTHING_TO_UNDO: "n",
    REFUSED: "no",
}
_ABOUT: Final = (
    "Every AWS call of every kind of repair, and what becomes of the alert and of the repair if that one call goes wrong. "
    "The tests play each cell: the message is handled once with the fault in it, then again as the queue delivers it (twice more "
    "at most, and once even if nothing is left to do, because a message may be delivered twice). In every cell but those of "
    "*access denied*, what then stands in AWS and in the journal is exactly what stands there without the fault, the repair "
    "counts once, and people were told of it. In every cell, no caller and no right is lost at any moment, and nobody is let "
    "in who was not let in before (or, where a repair is undone, before the repair)."
)
_LEGEND: Final = (
    "A cell says what the first run told, and behind the arrow what the runs after it told: `r` repaired, `l` released, "
    "`f` not repaired now, `t` needs you, in brackets what the hourly digest tells, `u` (the command line) undone, `n` (the command line) there is nothing to undo any "
    "more, `-` nothing. `!` before it: the message is received again; `x`: the run died. Where people are told twice, the run "
    "died between telling and writing down that it was told, or SNS took the alert and its answer was lost. *dealt with twice "
    "at once*: another run with the same message deals with all of it just before the call."
)
_DENIED: Final = (
    "*access denied*: the right is gone for good, so the next run cannot help, and the cell says what is told instead. "
    "*message kept*: each run fails, so that the message ends in the dead-letter queue. Whatever it is, once the right "
    "is back the next event ends as if nothing had been wrong."
)
_COLUMNS: Final = tuple(Fault)


def cell(call: Call, fault: Fault) -> str:
    """Play one cell and return its text."""
    return cell_of(call, fault, played(call.scenario, call.place, fault))


def cell_of(call: Call, fault: Fault, there: Played) -> str:
    """Return the text of a cell that was played."""
    if fault is Fault.DENIED:
        return DENIED[call.scenario.name][call.place].words
    first, *rest = there.runs
    later = dict.fromkeys(word for run in rest for word in run.told)
    return f"{_run(first)} → {_words(tuple(later))}"


def _run(run: Told) -> str:
    told = _words(run.told)
    return run.ended.value if run.ended is not Ended.RETURNED and not run.told else f"{run.ended.value}{told}"


def _words(told: tuple[str, ...]) -> str:
    return " ".join(LETTERS[word] for word in dict.fromkeys(told)) or "-"


def page(text: Cell, note: str) -> str:
    """Return the page with these texts in its cells."""
    parts = ["# Faults", note]
    for paragraph in (_ABOUT, _LEGEND, _DENIED):
        parts += ["", textwrap.fill(paragraph, 110, break_on_hyphens=False, break_long_words=False)]
    for scenario in SCENARIOS:
        title = f"{scenario.name[0].upper()}{scenario.name[1:]}"
        parts += ["", f"## {title} ({scenario.step.__name__})", "", *_table(calls_of(scenario), text)]
    return "\n".join(parts) + "\n"


def _table(calls: tuple[Call, ...], text: Cell) -> Iterator[str]:
    rows = [("call", *(fault.value for fault in _COLUMNS))]
    rows += [(call.label, *(text(call, fault) for fault in _COLUMNS)) for call in calls]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def cells_in(text: str) -> dict[tuple[str, int, Fault], str]:
    """Return the cells of a page as it stands written, by scenario, place and fault."""
    found: dict[tuple[str, int, Fault], str] = {}
    tables = text.split("\n## ")[1:]
    for scenario, table in zip(SCENARIOS, tables, strict=True):
        rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
        for place, row in enumerate(rows):
            values = [value.strip() for value in row.strip("|").split("|")][1:]
            found |= {
                (scenario.name, place, fault): value for fault, value in zip(_COLUMNS, values, strict=True)
            }
    return found
