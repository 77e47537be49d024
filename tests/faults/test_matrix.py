"""The fault matrix: whatever becomes of whichever call, the next run ends where the first would have ended."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from docs.generate.pages import DOCS, NOTE
from permission_guard.repair.step import STEPS
from tests.faults.denied import DENIED, Where
from tests.faults.fault import Fault
from tests.faults.matrix import RUNS, Call, Ended, Played, calls_of, calm, cells, played
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import LATER, NOTHING_TO_UNDO, UNDONE, Scenario
from tests.faults.table import cell_of, cells_in, page
from tests.faults.watching import LOGS, TRUSTED

PAGE: Final = DOCS / "faults.md"
WRITTEN: Final = cells_in(PAGE.read_text()) if PAGE.exists() else {}
CELLS: Final = tuple(cells())


def named(cell: tuple[Call, Fault]) -> str:
    call, fault = cell
    return f"{call.scenario.name}/{call.place} {call.label}/{fault.value}"


def test_each_step_has_a_scenario() -> None:
    assert {scenario.step for scenario in SCENARIOS} == set(STEPS)


def test_each_right_that_a_step_needs_is_used_in_a_scenario_of_it() -> None:
    for step in STEPS:
        made = {call.name for scenario in SCENARIOS if scenario.step is step for call in calls_of(scenario)}
        assert {right.split(":")[1] for right in step.permissions} <= made


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_each_call_has_a_verdict_where_access_is_denied(scenario: Scenario) -> None:
    assert len(DENIED[scenario.name]) == len(calls_of(scenario))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_where_nothing_is_wrong_one_run_does_it_all_and_a_second_adds_nothing(scenario: Scenario) -> None:
    without = calm(scenario)
    first, second = without.runs
    assert [run.ended for run in without.runs] == [Ended.RETURNED] * 2
    assert second.reported == without.later.reported == ()
    assert without.start != without.end == without.last
    assert first.reported or scenario.name.startswith("leave")


@pytest.mark.parametrize("cell", CELLS, ids=map(named, CELLS))
def test_cell(cell: tuple[Call, Fault]) -> None:
    call, fault = cell
    cell_played = played(call.scenario, call.place, fault)

    harms_nobody(cell_played, calm(call.scenario))
    if fault is Fault.DENIED:
        is_told_instead(call, cell_played)
    else:
        ends_as_without_the_fault(call, fault, cell_played)
    assert WRITTEN[call.scenario.name, call.place, fault] == cell_of(call, fault, cell_played), (
        "run: make docs"
    )


def harms_nobody(there: Played, without: Played) -> None:
    """Nobody who gets in is kept out at any moment, nobody gets in who did not; the same of the role's rights."""
    first, last, wanted = there.moments[0], there.moments[-1], without.moments[-1]
    for moment in there.moments:
        assert first.inside & TRUSTED <= moment.inside, "a trusted caller is refused"
        assert first.inside & last.inside <= moment.inside, "a caller is refused for a moment"
        assert moment.inside <= first.inside | wanted.inside, "a caller is let in"
        assert first.rights & last.rights <= moment.rights, "a right is lost for a moment"
        assert moment.rights - first.rights <= LOGS, "a right is gained"


def ends_as_without_the_fault(call: Call, fault: Fault, there: Played) -> None:
    without = calm(call.scenario)
    assert there.runs[-1].ended is Ended.RETURNED
    assert (there.end, there.last) == (without.end, without.last)
    assert there.later.reported == ()
    reported = Counter(_word(word) for word in there.reported)
    assert set(without.reported) <= set(reported) <= {*without.reported, "FAILED"}
    for word in without.reported:
        assert reported[word] <= 2 * without.reported.count(word)
    assert (there.runs[0].ended is Ended.DIED) <= (fault in {Fault.KILLED_BEFORE, Fault.KILLED_AFTER})


def _word(reported: str) -> str:
    """What was told, at once or with the digest."""
    word = reported.removesuffix(LATER)
    return UNDONE if word == NOTHING_TO_UNDO else word


def is_told_instead(call: Call, there: Played) -> None:
    """What is right instead, and, once the right is back, what is right without the fault."""
    without, right = calm(call.scenario), DENIED[call.scenario.name][call.place]
    assert set(there.reported) == right.reported
    # Once, or by every run; or another alert from the next run, which may not read either.
    assert any(run.reported for run in there.runs[1:]) == (
        right.always or right.reported >= {"FAILED", "REPORTED"}
    )
    if right.reported & {"FAILED", "REPORTED"}:
        assert "AccessDenied" in there.said
    if "message kept" in right.words:
        assert [run.ended for run in there.runs] == [Ended.AGAIN] * RUNS
    stands = there.end.stands
    match right.where:
        case Where.BEFORE:
            assert stands == there.start.stands
        case Where.AFTER:
            assert stands == without.end.stands
        case Where.BETWEEN:
            assert stands not in {there.start.stands, without.end.stands}
            assert set(stands[0]) <= {*there.start.statements, *without.end.statements}
    assert there.last.stands == without.last.stands
    assert there.last.repaired == without.last.repaired
    assert set(without.reported) <= {*map(_word, there.reported), *there.later.reported}


def test_the_page_says_what_each_cell_is() -> None:
    text = PAGE.read_text()

    assert page(lambda call, fault: WRITTEN[call.scenario.name, call.place, fault], NOTE) == text, (
        "run: make docs"
    )
