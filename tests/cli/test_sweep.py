"""`sweep`: one message in the queue of sweep tasks, read as the guard reads it, and one line that says so."""

from __future__ import annotations

import json
from functools import partial

import pytest
from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.sweep import sent
from permission_guard.events.record import Record
from permission_guard.events.sweep_task import SweepAll, SweepFunction, task_of
from permission_guard.events.trigger import Installation
from permission_guard.fake_aws import ApiError
from permission_guard.iam import FunctionArn
from tests.aws.deployed import Deployed, physical, queue_url
from tests.template import ACCOUNT, REGION

ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
LOOK = "The results are in the guard's log and in the next digest."


def run(there: Deployed, *arguments: str) -> Result:
    place = () if REGION in " ".join(arguments) else ("--region", REGION)
    obj = partial(sent, session_of=there.session)
    return CliRunner().invoke(main, ["sweep", *place, *arguments], obj=obj, catch_exceptions=False)


def received(there: Deployed) -> object:
    """The one message that was sent, as the guard reads it."""
    (message,) = there.waiting
    assert message["QueueUrl"] == queue_url(physical("SweepTasks"))
    body = Record.of(json.loads(message["MessageBody"]), "event")
    return task_of(body, "id", Installation(ACCOUNT, REGION, "guard"))


def test_without_a_function_a_sweep_of_every_function_is_asked_for() -> None:
    there = Deployed()
    result = run(there)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"Sent: evaluate every function in {REGION} of account {ACCOUNT}, unless a sweep started within the last hour. {LOOK}\n"
    )
    assert received(there) == SweepAll("id")
    assert there.calls == ["GetCallerIdentity", "DescribeStacks", "SendMessageBatch"]


@pytest.mark.parametrize(
    "name", ["orders", "orders:live", f"{ACCOUNT}:function:orders", ORDERS, f"{ORDERS}:1"]
)
def test_a_function_is_evaluated_with_its_role_its_versions_and_its_aliases(name: str) -> None:
    there = Deployed()
    result = run(there, name)
    assert (result.exit_code, result.stdout) == (0, f"Sent: evaluate {ORDERS}. {LOOK}\n")
    assert received(there) == SweepFunction(FunctionArn.parse(ORDERS), "id", roles=(None,), all_versions=True)


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
        'Stack "other" was not found in eu-west-1 (account 123456789012). Pass --stack-name or --region.',
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_meant_is_not_sent(kind: str) -> None:
    arguments, code, line = REFUSED[kind]
    there = Deployed()
    result = run(there, *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"permission-guard: {line}\n")
    assert there.waiting == []


def test_a_layer_version_is_not_sent() -> None:
    there = Deployed()
    result = run(there, f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3")
    assert result.exit_code == 3
    assert result.stderr.endswith(": a sweep evaluates functions\n")
    assert there.waiting == []


@pytest.mark.parametrize(
    ("code", "exit_code"), [("AccessDenied", 1), ("RequestThrottled", 2), ("Throttling", 2)]
)
def test_a_queue_that_does_not_take_the_message_is_reported(code: str, exit_code: int) -> None:
    there = Deployed()
    there.faults["SendMessageBatch"] = ApiError(code, "no")
    result = run(there)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert f"{code}: no" in result.stderr
