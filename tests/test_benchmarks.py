"""The benchmarks measure what they say: exact calls over real HTTP, and two evaluators that are asked the same."""

from __future__ import annotations

import json

import pytest

from benchmarks.cold_start import CASES, SOURCE, Case, guard
from benchmarks.evaluator import MOTO, ORDINARY, OURS, REQUESTS, managed

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


BEYOND_MOTO = ('"Condition"', '"NotResource"', "${")
"""What moto's evaluator does not judge without a caller and a context, or not at all."""


def test_both_evaluators_answer_alike_for_managed_policies_that_both_understand() -> None:
    plain = [document for document in managed() if not any(word in document for word in BEYOND_MOTO)]
    asked = [
        (document, request)
        for document in plain[::10]
        for request in REQUESTS
        # "Action names are case-insensitive"; to moto they are not.
        if request.action in document or request.action.lower() not in document.lower()
    ]

    ours = [OURS.read(document)(request) for document, request in asked]
    motos = [MOTO.read(document)(request) for document, request in asked]

    assert len(managed()) > 1_500
    assert {"allowed", "neither"} <= set(ours)
    assert ours == motos


def test_the_policy_of_ordinary_size_is_one() -> None:
    statements = json.loads(ORDINARY)["Statement"]
    answers = {OURS.read(ORDINARY)(request) for request in REQUESTS}

    assert (len(statements), sum("Condition" in one for one in statements)) == (5, 3)
    assert answers == {"allowed", "neither"}
