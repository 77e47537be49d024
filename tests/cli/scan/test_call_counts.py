"""A scan makes the fewest calls that can tell: counted on the wire."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from permission_guard.aws.inventory import PAGE
from permission_guard.fake_aws import Account, ApiError
from tests.aws.surveyed import params_of
from tests.cli.scanning import BOUND, account, run, scanned, wires


def large(functions: int) -> Account:
    """Every second function has two versions and an alias; every fourth has a policy."""
    made = account()
    for number in range(functions):
        name = f"f{number:04}"
        made.with_function(name, role="logs", aliases=["1", "2", "live"] if number % 2 else [])
        if number % 4 == 0:
            made.add_permission(name, BOUND)
    return made


@pytest.mark.parametrize("functions", [0, 1, 17, 18, 120])
def test_a_whole_account_costs_its_pages_its_roles_pages_one_policy_each_and_the_aliases(
    functions: int,
) -> None:
    there = wires(large(functions))
    (wire,) = there.wires
    wire.items = 3
    versions = 2 * (functions // 2)
    aliases = functions // 2
    result = run(there, workers=4)
    assert result.exit_code == 0
    assert Counter(there.calls) == Counter(
        {
            "GetCallerIdentity": 1,
            "ListFunctions": max(1, math.ceil((functions + versions) / PAGE)),
            # A page of policies, of which none is attached, and a page of the two roles.
            "GetAccountAuthorizationDetails": 2 if functions else 0,
            "ListAliases": functions,
            # There is none.
            "ListLayers": 1,
            "GetPolicy": functions + versions + aliases,
        }
    ) - Counter({"GetPolicy": 0})


def test_the_list_of_all_roles_costs_its_pages_and_is_read_once_for_all_regions() -> None:
    here, elsewhere = account(), account(region="eu-west-1")
    for one in (here, elsewhere):
        one.with_function("orders", role="logs")
    for number in range(7):
        here.with_role(f"role-{number}")
    there = wires(here, elsewhere)
    for wire in there.wires:
        wire.items = 4
    run(there, "--region", "us-east-1", "--region", "eu-west-1")
    # The first page has the policies, of which none is attached.
    assert Counter(there.calls)["GetAccountAuthorizationDetails"] == 1 + math.ceil(9 / 4)


def test_roles_that_cannot_log_cost_the_policy_to_attach_once() -> None:
    made = account()
    for number in range(3):
        made.with_function(f"f{number}", role="mute")
    there = wires(made)
    assert run(there, "--only", "role-can-write-logs", workers=3).exit_code == 1
    assert there.calls == [
        "GetCallerIdentity",
        "ListFunctions",
        "GetAccountAuthorizationDetails",
        "GetAccountAuthorizationDetails",
        "GetPolicyVersion",
        "DescribeStacks",
    ]


def test_a_version_that_was_published_with_another_role_is_evaluated_with_it_and_others_are_not() -> None:
    made = account()
    orders = made.with_function("orders", role="logs", aliases=["1", "2"])
    orders.version_roles["2"] = made.role_arn("mute")
    only = ("--only", "role-can-write-logs")
    found = [(one.qualifier, one.verdict.value, one.subject) for one in scanned(wires(made), *only).findings]
    assert sorted(found, key=str) == [
        ("2", "FAIL", made.role_arn("mute")),
        (None, "PASS", made.role_arn("logs")),
    ]
    (fault,) = (one for one in scanned(wires(made), *only).findings if one.qualifier)
    assert f"only {orders.arn}:2 has the role {made.role_arn('mute')}" in fault.obstacle
    assert "/[2]" in fault.proof


def test_policies_alone_cost_no_look_at_any_role() -> None:
    made = account()
    made.with_function("orders", role="mute", aliases=["live"])
    there = wires(made)
    assert run(there, "--only", "function-is-not-public").exit_code == 0
    assert there.calls == ["GetCallerIdentity", "ListFunctions", "GetPolicy", "ListAliases", "GetPolicy"]


def test_whether_a_log_group_exists_is_asked_only_if_all_hangs_on_it() -> None:
    made = account()
    streams = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    made.with_role("streams", logs={"Version": "2012-10-17", "Statement": [streams]})
    made.with_function("orders", role="streams")
    made.with_function("billing", role="logs")
    made.log_groups.add("/aws/lambda/orders")
    there = wires(made)
    assert run(there).exit_code == 0
    (asked,) = params_of(there.wires[0], "DescribeLogGroups")
    assert asked["logGroupNamePrefix"] == "/aws/lambda/orders"


def test_where_the_list_of_roles_is_refused_each_role_is_read_once_however_many_functions_have_it() -> None:
    made = account()
    for number in range(5):
        made.with_function(f"f{number}", role="logs")
    there = wires(made)
    there.wires[0].faults["GetAccountAuthorizationDetails"] = ApiError("AccessDenied", "no")
    assert run(there, "--only", "role-can-write-logs", workers=4).exit_code == 0
    assert Counter(there.calls) == Counter(
        {
            "GetCallerIdentity": 1,
            "ListFunctions": 1,
            "GetAccountAuthorizationDetails": 1,
            "GetRole": 1,
            "ListAttachedRolePolicies": 1,
            "ListRolePolicies": 1,
            "GetRolePolicy": 1,
        }
    )


def test_a_role_that_is_not_in_the_list_is_asked_for_by_itself() -> None:
    made = account()
    made.with_function("orders", role="gone")
    there = wires(made)
    result = run(there, "--only", "role-can-write-logs")
    assert result.exit_code == 1
    assert "does not exist" in result.stdout
    assert sorted(there.calls[4:]) == [
        "DescribeStacks",
        "GetRole",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
    ]
