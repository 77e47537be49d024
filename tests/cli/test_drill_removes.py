"""`drill` removes everything that it made, however it ends, and has exactly the rights that its page names."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from docs.generate.drill_page import POLICY
from permission_guard.aws.drill import PREFIX
from permission_guard.fake_aws import ApiError
from tests.aws.deployed import environment
from tests.drilled import BASIC, NAME, Drilled, leave
from tests.template import REGION

RULES = "role-can-write-logs,invoke-permission-names-its-source"
DENIED = ApiError("AccessDeniedException", "no")
CLEAN_UP = f"Run: permission-guard drill --clean-up --region {REGION}"


def operations() -> list[str]:
    """The calls of a good drill, each once, in order."""
    there, made = Drilled(), []
    there.interrupt = lambda operation, when: made.append(operation) if when == "before" else None
    there.run()
    return list(dict.fromkeys(made))


CALLS = operations()
MAKES = ("CreateRole", "CreateFunction", "AddPermission")
REMOVES = ("DeleteFunction", "DetachRolePolicy", "DeleteRole")
NOT_NEEDED = {"GetCallerIdentity", "LookupEvents", *REMOVES}
"""What else fails, or fails otherwise, if it is refused."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", CALLS)
def test_ctrl_c_at_any_call_leaves_nothing(operation: str, when: str) -> None:
    there = Drilled()

    def interrupted(called: str, now: str) -> None:
        if (called, now) == (operation, when):
            there.interrupt = lambda _operation, _when: None
            raise KeyboardInterrupt

    there.interrupt = interrupted
    result = there.run()
    assert there.left == []
    if operation in {"DeleteRole", "DetachRolePolicy", "LookupEvents"}:  # the drill had ended
        assert result.exit_code == 0
    else:
        assert result.exit_code == 130
        assert re.fullmatch(
            r"permission-guard: Interrupted\.( Everything that the drill made is removed\.)?\n", result.stderr
        )


def test_ctrl_c_while_it_waits_leaves_nothing() -> None:
    there, looks = Drilled(), Counter[str]()

    def interrupted(operation: str, _when: str) -> None:
        looks[operation] += 1
        if looks["GetPolicy"] == 20:
            looks.clear()
            raise KeyboardInterrupt

    there.interrupt = interrupted
    result = there.run()
    assert (result.exit_code, there.left) == (130, [])


def test_ctrl_c_again_and_again_says_how_to_remove_what_is_left() -> None:
    there = Drilled()

    def interrupted(operation: str, _when: str) -> None:
        if operation in {"AddPermission", *REMOVES}:
            raise KeyboardInterrupt

    there.interrupt = interrupted
    result = there.run()
    assert (result.exit_code, result.stderr) == (130, f"permission-guard: Interrupted. {CLEAN_UP}\n")
    assert there.left == [NAME, NAME]


@pytest.mark.parametrize("operation", [one for one in CALLS if one not in NOT_NEEDED])
def test_a_refused_call_is_one_clear_error_and_leaves_nothing(operation: str) -> None:
    there = Drilled(faults={operation: DENIED})
    result = there.run()
    assert (result.exit_code, there.left) == (1, [])
    (line,) = result.stderr.splitlines()
    assert line == f"permission-guard: AWS refused: AccessDeniedException: no ({operation})"
    made = [one for one in there.calls if one in MAKES]
    # Whoever may not look makes nothing.
    assert made == list(MAKES[: MAKES.index(operation) + 1] if operation in MAKES else ())


@pytest.mark.parametrize("operation", ["DeleteFunction", "DeleteRole"])
def test_what_cannot_be_removed_is_named_and_a_later_clean_up_removes_it(operation: str) -> None:
    there = Drilled(faults={operation: DENIED, "AddPermission": DENIED})
    result = there.run()
    assert result.exit_code == 1
    assert result.stderr == (
        "permission-guard: AccessDeniedException: no (AddPermission). "
        f"{NAME} is still there: AccessDeniedException: no ({operation}). {CLEAN_UP}\n"
    )
    refused = there.run("--clean-up")
    assert refused.stderr == (
        f"permission-guard: {NAME} is still there: AccessDeniedException: no ({operation}).\n"
    )
    there.faults.clear()
    assert there.run("--clean-up").stdout == f"Removed {NAME}.\n"
    assert there.left == []


def test_expired_credentials_end_the_drill_and_name_what_is_left() -> None:
    there = Drilled()

    def expired(operation: str, when: str) -> None:
        if (operation, when) == ("AddPermission", "after"):
            for one in ("GetPolicy", "DeleteFunction"):
                there.faults[one] = ApiError("ExpiredTokenException", "expired")

    there.interrupt = expired
    result = there.run()
    assert result.exit_code == 1
    assert f"{NAME} is still there: ExpiredTokenException" in result.stderr
    assert result.stderr.endswith(f"{CLEAN_UP}\n")


def test_a_service_that_does_not_answer_for_two_minutes_ends_the_drill() -> None:
    there = Drilled(faults={"CreateFunction": ApiError("ServiceException", "no")})
    result = there.run()
    assert (result.exit_code, there.left) == (2, [])
    assert there.calls.count("CreateFunction") == 61


def test_clean_up_removes_what_drills_have_left_in_this_region_and_nothing_else() -> None:
    there = Drilled()
    leave(there, f"{PREFIX}a")
    leave(there, f"{PREFIX}b")
    there.account.roles[f"{PREFIX}b"].attached.append(BASIC)
    leave(there, f"{PREFIX}of-another-region", "us-east-1")
    there.account.with_role(f"{PREFIX}of-somebody")
    there.account.with_role("orders")
    result = there.run("--clean-up")
    assert (result.exit_code, result.stdout) == (0, f"Removed {PREFIX}a.\nRemoved {PREFIX}b.\n")
    assert there.left == ["orders", f"{PREFIX}of-another-region", f"{PREFIX}of-somebody"]
    assert there.run("--clean-up").stdout == "Earlier drills left nothing behind.\n"


REFUSED: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "rules that are ignored": (
        {"environment": environment(IGNORE=RULES)},
        [],
        "The stack ignores both rules of the drill (parameter Ignore): no alert would come.",
    ),
    "settings that cannot be used": (
        {"environment": environment(ALERTS_PER_HOUR="many")},
        [],
        (
            "the guard's settings could not be read: ALERTS_PER_HOUR is 'many', "
            "not a whole number from 1 to 10000. Run permission-guard doctor."
        ),
    ),
    "a stack that is not there": (
        {},
        ["--stack-name", "other"],
        f'Stack "other" was not found in {REGION} (account 123456789012). Pass --stack-name or --region.',
    ),
    "credentials that are rejected": (
        {"faults": {"GetCallerIdentity": DENIED}},
        [],
        "AWS rejected these credentials: AccessDeniedException: no (GetCallerIdentity)",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_drilled_is_one_line_and_nothing_is_made(kind: str) -> None:
    given, arguments, line = REFUSED[kind]
    there = Drilled(**given)
    result = there.run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", f"permission-guard: {line}\n")
    assert "CreateRole" not in there.calls


IAM = {
    "CreateRole",
    "ListAttachedRolePolicies",
    "DetachRolePolicy",
    "DeleteRole",
    "ListRoles",
    "ListRoleTags",
}
SERVICES = {
    **dict.fromkeys(("DescribeStacks", "DescribeStackResources"), "cloudformation"),
    "Query": "dynamodb",
    **dict.fromkeys(IAM, "iam"),
    "LookupEvents": "cloudtrail",
}
WITHOUT_A_CALL = {"iam:PassRole", "iam:TagRole", "lambda:TagResource"}
"""What CreateFunction and CreateRole need besides (Service Authorization Reference)."""


def test_the_policy_of_the_page_has_exactly_the_rights_that_the_command_uses() -> None:
    there, made = Drilled(), set[str]()
    there.interrupt = lambda operation, _when: made.add(operation)
    there.run()
    leave(there, NAME)
    there.account.roles[NAME].attached.append(BASIC)
    there.run("--clean-up")
    written = json.loads(POLICY.read_text())["Statement"]
    actions = {
        action
        for one in written
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    called = {f"{SERVICES.get(one, 'lambda')}:{one}" for one in made - {"GetCallerIdentity"}}
    assert actions == called | WITHOUT_A_CALL
