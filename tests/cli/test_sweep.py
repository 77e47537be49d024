"""`sweep` with the whole guard behind its queues: a message, what it makes the guard do, and what the command shows of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.clock import Clock
from permission_guard.cli.connection import STACK
from permission_guard.cli.following import SweepSurroundings
from permission_guard.cli.sweep import LOOK
from permission_guard.fake_aws import ApiError
from tests.aws.delivered import Queues, scheduled
from tests.queued import ORDERS, REGION, orders, permission_added, queues
from tests.samples import ACCOUNT

URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/sweep-tasks"
EVERY = f"Sent: evaluate every function in {REGION} of account {ACCOUNT}."
NOTHING = "repaired 0 (last 24 h); accepted 0; unknown 0."


@dataclass
class There:
    """A deployed guard that handles one message while the command pauses, and a person with credentials."""

    guard: Queues = field(default_factory=queues)
    pause: Callable[[], None] = lambda: None
    """What else happens while the command pauses."""

    def __post_init__(self) -> None:
        outputs = {"JournalTableName": "journal", "SweepTasksQueueUrl": URL}
        self.guard.wire.stacks[STACK] = outputs

    def sleep(self, seconds: float) -> None:
        """Let the guard work; its calls are not the person's."""
        own = tuple(self.guard.wire.calls)
        self._work(seconds)
        self.guard.wire.calls[:] = own

    def _work(self, seconds: float) -> None:
        self.pause()
        self.guard.now += seconds
        self.guard.take()
        if any(one.visible_at <= self.guard.now for one in self.guard.messages):
            with redirect_stdout(io.StringIO()):  # the guard's metrics
                self.guard.step()

    def run(self, *arguments: str) -> Result:
        place = () if REGION in " ".join(arguments) else ("--region", REGION)
        clock = Clock(lambda: datetime.fromtimestamp(self.guard.now, UTC), self.sleep)
        around = SweepSurroundings(self.guard.wire.session, clock)
        self.guard.wire.calls.clear()
        return CliRunner().invoke(main, ["sweep", *place, *arguments], obj=around, catch_exceptions=False)

    def later(self, **time: float) -> None:
        self.guard.now += timedelta(**time).total_seconds()


def opened(there: There) -> None:
    """Open `orders` for S3 without an event."""
    permission_added(there.guard, "s3")


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


@pytest.mark.parametrize(
    "name", ["orders", "orders:live", f"{ACCOUNT}:function:orders", ORDERS, f"{ORDERS}:1"]
)
def test_a_function_is_evaluated_with_its_aliases_and_shown_with_its_entries(name: str) -> None:
    there = There()
    orders(there.guard).qualifiers.add("live")
    opened(there)
    result = there.run(name)
    head, row = result.stdout.splitlines()[2:]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:2] == [f"Sent: evaluate {ORDERS}.", f"Evaluated: {ORDERS}."]
    assert head.startswith("ENTRY ")
    assert row.startswith("orders/")
    assert row.endswith(" REPORTED")


def test_a_function_without_a_finding_has_no_entry_and_one_that_is_gone_is_not_done() -> None:
    there = There()
    assert there.run("orders").stdout.endswith(f"Evaluated: {ORDERS}.\nThe journal has no entries.\n")
    result = there.run("ordres")
    assert (result.exit_code, result.stderr) == (
        1,
        f"permission-guard: Function {ORDERS.replace('orders', 'ordres')} does not exist.\n",
    )
    assert json.loads(there.run("ordres", "--json").stdout)["exists"] is False
    assert there.run("orders", "--json").stdout.count(ORDERS) == 1


def test_a_function_whose_message_is_a_dead_letter_is_evaluated_by_the_command() -> None:
    there = There()
    there.guard.wire.faults["GetResourcePolicy"] = ApiError("TooManyRequestsException", "slow down")
    there.guard.send(permission_added(there.guard, "s3"))
    there.guard.run()
    assert len(there.guard.dead) == 1
    there.guard.wire.faults.clear()
    body = json.loads(there.run("orders", "--json").stdout)
    assert [(one["state"], one["reported_as"]) for one in body["entries"]] == [("reported", "REPORTED")]
    # Its event is lost, and no sweep has seen the function before: the statement counts as existing.
    assert body["entries"][0]["existing"] is True


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
