"""A cold start over real HTTP: exactly the calls that it takes, and boto3 only where a call is made."""

from __future__ import annotations

import pytest

from benchmarks.cold_start import CASES, SOURCE, Case, guard

ROLE = ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]
CALLS = {
    "a compliant new function": ["Query", "GetFunctionConfiguration", *ROLE, "GetRolePolicy"],
    "a repaired permission": [
        *("Query", "GET resource policy", "ListTags", "PutItem", "UpdateItem", "PUT resource policy"),
        *("Publish", "PutItem"),
    ],
    "a repaired new function": [
        *("Query", "GetFunctionConfiguration", *ROLE, "GetPolicyVersion"),
        *("ListTags", "PutItem", "UpdateItem", "AttachRolePolicy", "Publish", "PutItem"),
    ],
}


@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: case.what)
def test_a_cold_start_makes_exactly_these_calls_and_loads_nothing_for_security_hub(case: Case) -> None:
    here = guard(case, SOURCE)
    here.code += NO_SECURITY_HUB
    # Some are made together, in whatever order.
    assert sorted(here.run()) == sorted(CALLS[case.what])


NO_SECURITY_HUB = """
assert not {"permission_guard.formats", "permission_guard.aws.securityhub"} & set(sys.modules)
"""


NO_BOTO3 = """
loaded = {name.split(".")[0] for name in sys.modules} & {"boto3", "s3transfer", "urllib3"}
assert not loaded, loaded
"""


def test_a_permission_that_its_event_shows_to_be_compliant_needs_no_boto3() -> None:
    here = guard(CASES[0], SOURCE)
    here.code += NO_BOTO3
    assert here.run() == []
