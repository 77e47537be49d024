"""The benchmarks of the guard measure what they say: exact calls over real HTTP, formulas that hold, a model that adds up."""

from __future__ import annotations

import pytest

from benchmarks import quick_sweep
from benchmarks.answers import Answers, aws
from benchmarks.cold_start import CASES, Case, guard_once
from benchmarks.events import measured
from benchmarks.fleet import Fleet
from benchmarks.sweep import LIMIT, formula, lambda_calls, simulated, swept

ROLE = ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]
CALLS = {
    "a compliant permission": [],
    "a compliant new function": ["Query", "GetFunctionConfiguration", *ROLE, "GetRolePolicy"],
    "a repaired permission": [
        *("Query", "GET resource policy", "PutItem", "PUT resource policy"),
        *("Publish", "PutItem"),
    ],
    "a repaired new function": [
        *("Query", "GetFunctionConfiguration", *ROLE, "GetPolicyVersion"),
        *("PutItem", "AttachRolePolicy", "Publish", "PutItem"),
    ],
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_cold_start_makes_exactly_these_calls(case: Case) -> None:
    answers = Answers(role_may_log=case.role_may_log)
    with aws(answers) as url:
        guard_once(case, url)
    # Those about a role are made together, in whatever order.
    assert sorted(answers.calls) == sorted(CALLS[case.what])


@pytest.mark.parametrize("functions", [1, 51])
def test_the_calls_of_a_sweep_are_those_of_the_formula(functions: int) -> None:
    assert swept(functions)[0] == formula(functions)


def test_the_formula_for_ten_thousand_functions() -> None:
    assert formula(10_000).total() == 111_400
    assert lambda_calls(10_000) == 40_201


def test_the_calls_of_a_quick_sweep_are_those_of_the_formula() -> None:
    assert quick_sweep.counted(151) == quick_sweep.formulas(151)
    assert [calls.total() for calls in quick_sweep.formulas(5_000).values()] == [617, 101, 103]


def test_a_sweep_takes_hardly_longer_than_lambdas_limit_makes_it() -> None:
    seconds, _throttled, again = simulated(2_000)
    assert seconds <= 1.3 * lambda_calls(2_000) / LIMIT
    assert again == 0


def test_a_fleet_is_its_regions_side_by_side() -> None:
    one, all_of_them = Fleet(1, 1, 5_000), Fleet(100, 17, 5_000)
    assert all_of_them.calls == 1_700 * one.calls
    assert sum(all_of_them.dollars(60.0).values()) == pytest.approx(1_700 * sum(one.dollars(60.0).values()))


def test_every_event_is_measured_beside_its_own_calls() -> None:
    figures = measured(1)
    assert [one.what.partition(" (")[2] for one in figures] == [
        *("0 calls)", "2 calls)", "6 calls)", "6 calls)", "10 calls)")
    ]
