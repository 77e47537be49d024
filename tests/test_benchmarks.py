"""The benchmarks measure what they say: exact calls over real HTTP, and two evaluators that are asked the same."""

from __future__ import annotations

import pytest

from benchmarks.cold_start import CASES, SOURCE, Case, guard

ROLE = ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]
CALLS = {
    "a compliant permission": [],
    "a compliant new function": ["Query", "GetFunctionConfiguration", *ROLE, "GetRolePolicy"],
    "a repaired permission": [
        *("Query", "GET resource policy", "PutItem", "UpdateItem", "PUT resource policy"),
        *("Publish", "PutItem"),
    ],
    "a repaired new function": [
        *("Query", "GetFunctionConfiguration", *ROLE, "GetPolicyVersion"),
        *("PutItem", "UpdateItem", "AttachRolePolicy", "Publish", "PutItem"),
    ],
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_cold_start_makes_exactly_these_calls(case: Case) -> None:
    # Some are made together, in whatever order.
    assert sorted(guard(case, SOURCE).run()) == sorted(CALLS[case.what])
