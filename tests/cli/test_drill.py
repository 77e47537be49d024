"""`drill` over the wire: what it proves, what it says when the guard does nothing, and that it always leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result

from permission_guard.fake_aws import ApiError
from tests.aws.deployed import environment
from tests.drilled import BASIC, BEGAN, NAME, Drilled
from tests.template import REGION

RULES = "role-can-write-logs,invoke-permission-names-its-source"
DENIED = ApiError("AccessDeniedException", "no")


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
            "events": {
                "CreateFunction": {"name": "CreateFunction20150331", "seconds": 60},
                "AddPermission": {"name": "AddPermission20150331v2", "seconds": 14},
            },
            "hasPutResourcePolicy": True,
            "keepsSid": True,
            "movesRevisionId": True,
            "sharesRevisionId": True,
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
    assert "LookupEvents" not in there.calls


def test_the_event_of_the_guards_own_write_is_named_once_the_event_history_has_it() -> None:
    there = Drilled(recorded={"GetResourcePolicy20260709", "PutResourcePolicy20260709"})
    learned = body(there.run("--json"))["learned"]
    assert learned["events"]["PutResourcePolicy"] == {"name": "PutResourcePolicy20260709", "seconds": None}
    assert learned["showsPolicy"] is True
    shown = Drilled(recorded=there.recorded).run().stdout
    assert "Learned    PutResourcePolicy: its event is PutResourcePolicy20260709.\n" in shown
    assert "Unknown" not in shown


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({}, "CloudTrail's event history does not have it yet"),
        ({"LookupEvents": DENIED}, "CloudTrail's event history could not be read: AccessDeniedException"),
    ],
)
def test_an_event_that_is_not_known_is_said_with_the_command_that_shows_it_later(
    faults: dict[str, Exception], why: str
) -> None:
    result = Drilled(faults=faults).run()
    assert result.exit_code == 0
    assert f"Unknown The event of PutResourcePolicy: {why}" in " ".join(result.stdout.split())
    look = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue="
    assert f"           {look}permission-guard-Guard-1A2B3C --region {REGION}\n" in result.stdout


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
