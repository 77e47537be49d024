"""The matrix as a page: one table for each scenario, a row for each call, a column for each kind of fault."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from tests.faults.denied import DENIED
from tests.faults.fault import Fault
from tests.faults.matrix import Call, Ended, Played, RunResult, calls_of, played
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import NOTHING_TO_UNDO, REFUSED, UNDONE

Cell = Callable[[Call, Fault], str]

LETTERS: Final = {
    "REPAIRED": "r",
    "RELEASED": "l",
    "FAILED": "f",
    "REPORTED": "a",
    "REPAIRED LATER": "(r)",
    "RELEASED LATER": "(l)",
    UNDONE: "u",
    NOTHING_TO_UNDO: "n",
    REFUSED: "no",
}
_ABOUT: Final = (
    "Every AWS call of every kind of repair, and what becomes of the alert and of the repair if that one call fails. "
    "The tests run each cell: the message is handled once with the fault, then again as the queue delivers it (at most twice more, "
    "and once even if nothing is left to do, because a message may be delivered twice). In every cell except those of "
    "*access denied*, AWS and the journal end in the same state as without the fault, the repair counts once, and it is reported. "
    "In every cell, no caller loses access at any moment, and no caller gains access that it did not have before (or, where a "
    "repair is undone, before the repair)."
)
_LEGEND: Final = (
    "A cell shows what the first run reported, and after the arrow what the later runs reported: `r` repaired, `l` released, "
    "`f` not repaired now, `a` alert only. What the hourly digest reports is in brackets. From the command line: `u` undone, `n` "
    "nothing left to undo. `-` is nothing. `!`: the message is received again; `x`: the run was killed. An alert is sent twice where "
    "the run was killed after sending it and before noting that in the journal, or where SNS took it and its answer was lost. "
    "*handled twice at once*: another run with the same message handles all of it just before the call."
)
_DENIED: Final = (
    "*access denied*: the right stays missing, so a later run cannot help, and the cell shows what is reported instead. "
    "*message kept*: each run fails, so the message ends in the dead-letter queue. Once the right is granted again, the next "
    "event is handled as usual."
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
    later = dict.fromkeys(word for run in rest for word in run.reported)
    return f"{_run(first)} → {_words(tuple(later))}"


def _run(run: RunResult) -> str:
    reported = _words(run.reported)
    return (
        run.ended.value
        if run.ended is not Ended.RETURNED and not run.reported
        else f"{run.ended.value}{reported}"
    )


def _words(reported: tuple[str, ...]) -> str:
    return " ".join(LETTERS[word] for word in dict.fromkeys(reported)) or "-"


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
    """Return the cells of a page, by scenario, place and fault."""
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
