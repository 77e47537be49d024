"""`drill` over the wire: what it proves, what it says when the guard does nothing, and that it always leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result

from docs.generate.drill_page import POLICY
from permission_guard.aws.drill import PREFIX
from permission_guard.fake_aws import ApiError
from tests.aws.deployed import environment
from tests.drilled import BASIC, BEGAN, NAME, Drilled, leave
from tests.template import REGION

RULES = "role-can-write-logs,invoke-permission-names-its-source"
DENIED = ApiError("AccessDeniedException", "no")
CLEAN_UP = f"Run: permission-guard drill --clean-up --region {REGION}"


def body(result: Result) -> Any:
    return json.loads(result.stdout)


def waited(result: Result) -> dict[tuple[str, str], float | None]:
    """The seconds of each step."""
    return {(one["call"], one["what"]): one["seconds"] for one in body(result)["steps"]}


ROLE, STATEMENT = "role-can-write-logs", "invoke-permission-names-its-source"
ATTACHED = ("CreateFunction", "AWSLambdaBasicExecutionRole attached to the role")
LIMITED = ("AddPermission", "condition added to the statement")
DETACHED = ("DeleteFunction", "AWSLambdaBasicExecutionRole detached from the role")
REPAIRED = {
    ATTACHED: 60.0,
    ("CreateFunction", f"alert sent: {ROLE} REPAIRED"): 60.0,
    LIMITED: 14.0,
    ("AddPermission", f"alert sent: {STATEMENT} REPAIRED"): 14.0,
    DETACHED: 12.0,
    ("DeleteFunction", f"alert sent: {ROLE} RELEASED"): 12.0,
}


def test_a_guard_that_works_is_proved_with_the_seconds_of_each_step_and_nothing_is_left() -> None:
    there = Drilled()
    result = there.run("--json")
    assert (result.exit_code, result.stderr, there.left) == (0, "", [])
    assert waited(result) == REPAIRED
    assert body(result) | {"steps": None} == {
        "schema": "permission-guard/drill/1",
        "account": there.account.account,
        "region": REGION,
        "mode": "Enforce",
        "function": NAME,
        "verdict": "good",
        "steps": None,
        "learned": {
            "secondsToEvaluation": {"CreateFunction": 60, "AddPermission": 14},
            "hasPutResourcePolicy": True,
            "keepsSid": True,
            "movesRevisionId": True,
        },
        "likeliest": None,
    }
    assert len(there.published) == 3


def test_in_a_pipe_each_step_is_one_line() -> None:
    lines = Drilled().run().stdout.partition("\n\n")[0].splitlines()
    assert Counter(re.sub(r"^ *[0-9]+ s  ", "", line) for line in lines[1:]) == Counter(
        [
            "CreateFunction: its role has no policies",
            "AddPermission: s3.amazonaws.com, for any account",
            "DeleteFunction",
            *(what for _, what in REPAIRED),
        ]
    )


def test_a_terminal_that_shows_no_color_still_shows_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = Drilled().run(width=60).stdout.partition("FAULT")[0]
    *_, page = re.split(r"\x1b\[[0-9]+F\x1b\[J", shown)
    assert len(page.splitlines()) == 12
    assert max(map(len, page.splitlines())) < 60


def test_after_two_minutes_the_terminal_says_what_to_check() -> None:
    shown = Drilled(lost={"CreateFunction"}).run("--timeout", "2", width=80).stdout.partition("FAULT")[0]
    assert f" 118 s  ... waiting for: {ATTACHED[1]}\n" in shown
    *_, page = re.split(r"\x1b\[[0-9]+F\x1b\[J", shown)
    assert page.rstrip().splitlines()[-4:] == [
        f" 120 s  ... waiting for: {ATTACHED[1]}",
        f" 120 s  ... waiting for: alert sent: {ROLE} REPAIRED",
        "           If it does not come, see these lines of permission-guard doctor:",
        "           CloudTrail, rule, queue, function, settings, journal, rights",
    ]


def test_in_observe_the_alerts_come_and_nothing_changes() -> None:
    there = Drilled(environment=environment(MODE="Observe"))
    result = there.run("--json")
    assert waited(result) == {
        ("CreateFunction", f"alert sent: {ROLE} WOULD_REPAIR"): 60.0,
        ("AddPermission", f"alert sent: {STATEMENT} WOULD_REPAIR"): 14.0,
    }
    assert (result.exit_code, body(result)["verdict"], there.left) == (0, "good", [])
    assert "PutResourcePolicy" not in there.calls


def test_a_change_that_must_not_be_made_is_wrong() -> None:
    there = Drilled(environment=environment(MODE="Observe"))

    def attached(_operation: str, _when: str) -> None:
        if there.queues.now >= BEGAN.timestamp() + 60 and NAME in there.account.functions:
            there.account.roles[NAME].attached[:] = [BASIC]

    there.interrupt = attached
    result = there.run()
    assert result.exit_code == 1
    assert "\nChanged    What the guard must only report was changed.\n" in result.stdout
    assert "\nMissing" not in result.stdout


@pytest.mark.parametrize(
    ("settings", "ends"),
    [
        ({"ALERT_ONLY": RULES}, {(ROLE, "REPORTED"), (STATEMENT, "REPORTED")}),
        ({"IGNORE": ROLE}, {(STATEMENT, "REPAIRED")}),
        ({"IGNORE": STATEMENT}, {(ROLE, "REPAIRED"), (ROLE, "RELEASED")}),
        (
            {"TRUSTED_ORGANIZATION_IDS": "o-abcdefghij"},
            {(ROLE, "REPAIRED"), (ROLE, "RELEASED"), (STATEMENT, "REPORTED")},
        ),
    ],
)
def test_what_is_waited_for_is_what_the_guard_does_with_the_settings_of_the_stack(
    settings: dict[str, str], ends: set[tuple[str, str]]
) -> None:
    result = Drilled(environment=environment(**settings)).run("--json")
    alerts = {tuple(what.split()[2:]) for _, what in waited(result) if what.startswith("alert sent: ")}
    assert (result.exit_code, alerts) == (0, ends)


def test_where_put_resource_policy_is_missing_the_statement_is_repaired_under_another_sid() -> None:
    there = Drilled()
    there.account.has_resource_policy_calls = False
    result = there.run("--json")
    assert (result.exit_code, waited(result)) == (0, REPAIRED)
    learned = body(result)["learned"]
    assert (learned["hasPutResourcePolicy"], learned["keepsSid"]) == (False, False)


def test_a_role_that_lambda_cannot_assume_yet_is_tried_again() -> None:
    there = Drilled(assumable=(BEGAN + timedelta(seconds=9)).timestamp())
    assert there.run().exit_code == 0
    assert there.calls.count("CreateFunction") == 6


def test_a_role_to_which_the_guard_attaches_its_policy_while_it_is_removed_is_removed_all_the_same() -> None:
    there = Drilled(lost={"CreateFunction"}, conflicts=2)
    assert there.run("--timeout", "1").exit_code == 1
    assert there.left == []


@pytest.mark.parametrize("operation", ["CreateRole", "CreateFunction", "AddPermission"])
def test_a_call_that_was_sent_twice_because_its_answer_was_lost_is_made_once(operation: str) -> None:
    there = Drilled(sent_twice={operation})
    result = there.run()
    assert (result.exit_code, there.left) == (0, [])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "CloudTrail": ({"is_logging": False}, "The trail management is switched off"),
    "rule": ({"rule": {"State": "DISABLED"}}, "is DISABLED: it sends nothing."),
    "queue": ({"mapping": {"State": "Disabled"}}, "is Disabled: its messages wait."),
    "function": ({"concurrency": {"ReservedConcurrentExecutions": 0}}, "it never runs"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_come_within_the_time_is_named_with_the_likeliest_reason(name: str) -> None:
    given, what = WRONG[name]
    there = Drilled(lost={"CreateFunction", "AddPermission"}, **given)
    result = there.run("--json", "--timeout", "3")
    assert (result.exit_code, there.left) == (1, [])
    assert set(waited(result).values()) == {None}
    likeliest = body(result)["likeliest"]
    assert likeliest["name"] == name
    assert what in likeliest["what"]
    assert likeliest["todo"]


def test_a_wrong_check_comes_before_one_that_could_not_be_made() -> None:
    there = Drilled(lost={"CreateFunction"}, rule={"State": "DISABLED"})
    there.faults["DescribeTrails"] = DENIED
    assert "Likely     rule: " in there.run("--timeout", "2").stdout


@pytest.mark.parametrize("faults", [{}, {"DescribeStackResources": DENIED}])
def test_without_a_reason_the_guards_log_is_named(faults: dict[str, Exception]) -> None:
    there = Drilled(lost={"CreateFunction"})

    def refused(operation: str, when: str) -> None:
        if (operation, when) == ("DeleteRole", "after"):
            there.faults |= faults

    there.interrupt = refused
    result = there.run("--timeout", "2")
    assert "Likely     permission-guard doctor sees no reason. Read the guard's log.\n" in result.stdout
    assert f"Missing    {ATTACHED[1]}, within 2 minutes\n" in result.stdout


def test_an_alert_that_sns_does_not_accept_is_no_proof() -> None:
    there = Drilled(key={"KeyState": "Disabled"})
    there.faults["Publish"] = ApiError("KMSDisabledException", "no")
    result = there.run("--timeout", "2")
    assert (result.exit_code, there.left) == (1, [])
    for line in (
        f"Missing    alert sent: {ROLE} REPAIRED, within 2 minutes",
        "Journal    permission-guard-drill-3f9a1c02/5219fa8c05b5d31b: REPAIRED",
        "Likely     An alert waits for the digest: SNS refused it, or AlertsPerHour is used up.",
        "Likely     key: The key of the alerts, permission-guard-AlertsKey-1A2B3C, is Disabled:",
    ):
        assert line in result.stdout


def test_a_change_that_the_guard_may_not_make_is_shown_as_the_journal_has_it() -> None:
    there = Drilled()
    there.faults["AttachRolePolicy"] = DENIED
    result = there.run("--timeout", "2")
    assert result.exit_code == 1
    assert "Journal    permission-guard-drill-3f9a1c02/5219fa8c05b5d31b: FAILED\n" in result.stdout


def test_looks_that_are_not_answered_are_made_again() -> None:
    there = Drilled()

    def throttled(operation: str, when: str) -> None:
        if (operation, when) == ("AddPermission", "after"):
            there.faults["GetPolicy"] = ApiError("TooManyRequestsException", "Rate exceeded")
        if there.calls.count("GetPolicy") > 10:
            there.faults.clear()

    there.interrupt = throttled
    result = there.run("--json")
    assert result.exit_code == 0
    # Nobody has seen which revision the repair has changed.
    assert "movesRevisionId" not in body(result)["learned"]


def operations() -> list[str]:
    """The calls of a good drill, each once, in order."""
    there, made = Drilled(), []
    there.interrupt = lambda operation, when: made.append(operation) if when == "before" else None
    there.run()
    return list(dict.fromkeys(made))


CALLS = operations()
MAKES = ("CreateRole", "CreateFunction", "AddPermission")
REMOVES = ("DeleteFunction", "DetachRolePolicy", "DeleteRole")


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
    if operation in {"DeleteRole", "DetachRolePolicy"}:  # the drill had ended
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


@pytest.mark.parametrize("operation", [one for one in CALLS if one not in {"GetCallerIdentity", *REMOVES}])
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
