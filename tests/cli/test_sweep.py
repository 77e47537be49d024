"""`sweep` with the whole guard behind its queues: a message, what it makes the guard do, and what the command shows of it."""

from __future__ import annotations

import json

import pytest

from permission_guard.cli.sweep import LOOK
from permission_guard.fake_aws import ApiError
from tests.aws.delivered import scheduled
from tests.followed import URL, There, opened
from tests.queued import ORDERS, REGION, queues
from tests.samples import ACCOUNT

EVERY = f"Sent: evaluate every function in {REGION} of account {ACCOUNT}."
NOTHING = "repaired 0 (last 24 h); accepted 0; unknown 0."


def test_a_sweep_of_every_function_is_followed_until_all_are_evaluated() -> None:
    there = There(queues(functions=2))
    opened(there)
    result = there.run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        EVERY,
        f"0 of 3 functions evaluated. Open: none; {NOTHING}",
        f"1 of 3 functions evaluated. Open: none; {NOTHING}",
        f"2 of 3 functions evaluated. Open: none; {NOTHING}",
        f"3 functions evaluated. Open: 1 HIGH; {NOTHING}",
        "For each finding: permission-guard journal",
    ]
    assert there.guard.messages == there.guard.dead == []


def test_on_a_terminal_each_line_of_progress_takes_the_place_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("permission_guard.cli.sweep.width", lambda: 40)
    shown = There().run().stdout.split(f"\r{' ' * 39}\r")
    assert shown[2:] == [
        "0 of 1 function evaluated. Open: none; ",
        f"1 function evaluated. Open: none; {NOTHING}\nFor each finding: permission-guard journal\n",
    ]


def test_json_has_the_numbers_alone_when_everything_is_evaluated() -> None:
    there = There()
    opened(there)
    body = json.loads(there.run("--json").stdout)
    assert body.pop("began").startswith("20")
    assert body.pop("id").startswith("sent-")
    assert body == {
        "schema": "permission-guard/sweep/1",
        "function": None,
        "started": True,
        "functions": 1,
        "evaluated": 1,
        "open": {"HIGH": 1},
        "unknown": 0,
        "repaired": 0,
        "accepted": 0,
        "unreadable": 0,
    }


ANOTHER = (
    "No sweep was started: another sweep began 12 minutes ago, and one begins at most once an hour. Run this again in 48"
    " minutes, or evaluate one function: permission-guard sweep FUNCTION. This is the other sweep:"
)


def test_within_an_hour_no_other_sweep_is_started_and_the_first_is_shown() -> None:
    there = There()
    assert there.run().exit_code == 0
    there.later(minutes=12)
    result = there.run()
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == [
        ANOTHER,
        f"1 function evaluated. Open: none; {NOTHING}",
        "For each finding: permission-guard journal",
    ]
    assert there.guard.wire.waiting == []
    assert json.loads(there.run("--json").stdout)["started"] is False
    there.later(minutes=48)
    assert there.run().exit_code == 0


def test_a_sweep_that_begins_just_before_ours_is_named_and_followed() -> None:
    there = There()

    def schedule() -> None:
        if not there.guard.answers:
            there.guard.send(scheduled(ACCOUNT, REGION), "sweep-tasks")

    there.pause = schedule
    result = there.run()
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.stdout.splitlines()][:2] == [
        "Sent",
        "No sweep was started",
    ]


def test_if_a_third_sweep_begins_the_command_says_so() -> None:
    there = There()
    there.guard.wire.faults["ListAliases"] = ApiError("TooManyRequestsException", "slow down")

    def hour() -> None:
        if there.guard.answers == ["done", "again"]:
            there.later(minutes=70)
            there.guard.send(scheduled(ACCOUNT, REGION), "sweep-tasks").visible_at = 0

    there.pause = hour
    result = there.run()
    assert (result.exit_code, result.stderr) == (
        2,
        "permission-guard: Another sweep has begun. Run the command again to follow it.\n",
    )


STUCK = (
    "The guard retries a function for about nine hours; its log says why"
    ' ("message not handled"). Run the command again later.\n'
)


def test_what_fails_for_a_quarter_of_an_hour_ends_the_following_and_not_the_sweep() -> None:
    there = There()
    there.guard.wire.faults["ListAliases"] = ApiError("TooManyRequestsException", "slow down")
    result = there.run()
    assert (result.exit_code, result.stderr) == (
        2,
        f"permission-guard: Nothing has changed for 15 minutes. 0 of 1 function evaluated. Open: none; {NOTHING} {STUCK}",
    )
    assert len(there.guard.messages) == 1


def test_a_guard_that_does_not_begin_is_a_case_for_the_doctor() -> None:
    there = There()
    there.guard.wire.faults["ListFunctions"] = ApiError("TooManyRequestsException", "slow down")
    assert "Listing the functions." in there.run().stdout
    silent = There()
    silent.pause = silent.guard.wire.waiting.clear
    assert silent.run().stderr.endswith(
        "The guard has not begun the sweep. Look for the reason: permission-guard doctor\n"
    )


def test_ctrl_c_ends_the_following_and_the_guard_goes_on() -> None:
    there = There()

    def interrupt() -> None:
        raise KeyboardInterrupt

    there.pause = interrupt
    result = there.run()
    assert (result.exit_code, result.stderr) == (
        130,
        "permission-guard: Stopped following. The guard goes on with what was sent; the journal shows the results.\n",
    )
    there.guard.take()
    there.guard.run()
    assert there.guard.answers == ["done", "done"]


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ([], [EVERY, f"If a sweep has begun within the last hour, none begins. {LOOK}"]),
        (["orders"], [f"Sent: evaluate {ORDERS}.", LOOK]),
    ],
)
def test_without_waiting_one_message_is_sent_and_no_table_is_read(
    arguments: list[str], lines: list[str]
) -> None:
    there = There()
    result = there.run(*arguments, "--no-wait")
    assert (result.exit_code, result.stdout.splitlines()) == (0, lines)
    assert set(there.guard.wire.calls) == {"GetCallerIdentity", "DescribeStacks", "SendMessageBatch"}
    assert [one["QueueUrl"] for one in there.guard.wire.waiting] == [URL]
    body = json.loads(there.run(*arguments, "--no-wait", "--json").stdout)
    assert body == {
        "schema": "permission-guard/sweep/1",
        "function": ORDERS if arguments else None,
        "id": there.guard.wire.waiting[1]["MessageId"],
    }


REFUSED = {
    "a name that is none": (["a b"], 3, "'a b' is not the name or ARN of a function."),
    "a function of another account": (
        ["999999999999:function:orders"],
        3,
        f"999999999999:function:orders belongs to account 999999999999. These credentials belong to account {ACCOUNT}.",
    ),
    "a function of another region": (
        [ORDERS.replace(REGION, "us-east-1"), "--region", REGION],
        3,
        f"--region is {REGION}, but {ORDERS.replace(REGION, 'us-east-1')} is in us-east-1.",
    ),
    "a stack that is not there": (
        ["--stack-name", "other"],
        3,
        f'Stack "other" was not found in {REGION} (account {ACCOUNT}). Pass --stack-name or --region.',
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_meant_is_not_sent(kind: str) -> None:
    arguments, code, line = REFUSED[kind]
    there = There()
    result = there.run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"permission-guard: {line}\n")
    assert there.guard.wire.waiting == []


def test_a_layer_version_is_not_sent() -> None:
    there = There()
    result = there.run(f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3")
    assert result.exit_code == 3
    assert result.stderr.endswith(": a sweep evaluates functions\n")
    assert there.guard.wire.waiting == []


@pytest.mark.parametrize(
    ("code", "exit_code"), [("AccessDenied", 1), ("RequestThrottled", 2), ("Throttling", 2)]
)
def test_a_queue_that_does_not_take_the_message_is_reported(code: str, exit_code: int) -> None:
    there = There()
    there.guard.wire.faults["SendMessageBatch"] = ApiError(code, "no")
    result = there.run()
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert f"{code}: no" in result.stderr
