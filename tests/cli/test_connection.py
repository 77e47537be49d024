"""From a command to the journal of a deployed stack: where it is found, and what is reported if it cannot be used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from permission_guard.aws.login import SWEEP_TASKS_OUTPUT, TABLE_OUTPUT
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account, ApiError
from permission_guard.journal.entry import State
from permission_guard.model.document import statements_of
from tests import template
from tests.cli.wired import Wired
from tests.embedded.rights import rights
from tests.fake_aws.builders import TARGET
from tests.followed import There
from tests.undoing import S3, Story, attached, repaired, repaired_by_add_permission


def test_a_repair_is_undone_over_the_wire_and_the_table_says_so() -> None:
    there = Wired(repaired())
    (entry,) = there.journal.all()
    assert there.run("undo", entry.id, "--yes").exit_code == 0
    assert S3.statement(TARGET) in statements_of(there.story.text)
    (after,) = there.journal.of(TARGET).entries
    assert (after.state, after.version) == (State.UNDONE, entry.version + 1)
    assert there.run("accept", "--remove", entry.id).exit_code == 0
    (after,) = there.journal.of(TARGET).entries
    assert after.state is State.GONE
    assert entry.id in there.run("journal").stdout


def test_the_stack_is_asked_for_the_table_unless_the_table_is_named() -> None:
    there = Wired(repaired())
    there.run("journal", "orders")
    assert there.wire.calls == ["GetCallerIdentity", "DescribeStacks", "Query"]
    there.wire.calls.clear()
    there.run("journal", "--table", "journal")
    assert there.wire.calls == ["GetCallerIdentity", "Scan"]


def test_the_region_of_an_arn_is_the_one_that_is_asked() -> None:
    there = Wired(repaired(), region="eu-west-1")
    assert there.run("journal", TARGET).stdout.count("orders/") == 1
    assert there.run("journal", "orders").stdout == "The journal has no entries.\n"


UNUSABLE = {
    "no such stack": (
        ["--stack-name", "other"],
        'Stack "other" was not found in us-east-1 (account 111122223333). Pass --stack-name or --region.',
    ),
    "no such table": (
        ["--table", "other"],
        "Table other was not found in us-east-1 (account 111122223333). Pass --region or --table.",
    ),
    "no such profile": (["--profile", "nobody"], "The config profile (nobody) could not be found"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_is_not_there_is_reported(kind: str) -> None:
    options, line = UNUSABLE[kind]
    assert Wired(repaired()).reported("journal", "orders", *options) == (3, line)


def test_a_stack_without_a_journal_is_reported() -> None:
    there = Wired(repaired())
    for outputs in ({}, {"AlertsTopicArn": "arn:aws:sns:us-east-1:111122223333:alerts"}):
        there.wire.stacks["old"] = outputs
        assert there.reported("journal", "--stack-name", "old") == (
            3,
            'Stack "old" in us-east-1 has no output JournalTableName. It is not the guard\'s stack, or is another version.',
        )


def test_an_interruption_is_reported() -> None:
    there = Wired(repaired())

    def interrupted(_operation: str) -> None:
        raise KeyboardInterrupt

    there.wire.hold = interrupted
    assert there.reported("journal") == (130, "Interrupted.")


def test_aws_that_cannot_be_reached_is_reported() -> None:
    there = Wired(repaired())
    there.wire.faults["GetCallerIdentity"] = EndpointConnectionError(endpoint_url="https://sts.example")
    assert there.reported("journal") == (
        2,
        'Could not reach AWS: Could not connect to the endpoint URL: "https://sts.example". Run the command again.',
    )


@pytest.mark.parametrize(
    ("call", "arguments"),
    [("DescribeStacks", ["journal", "orders"]), ("Query", ["journal", "orders"]), ("Scan", ["journal"])],
)
def test_access_that_is_denied_is_reported(call: str, arguments: list[str]) -> None:
    there = Wired(repaired())
    there.wire.faults[call] = ApiError("AccessDeniedException", "not authorized")
    assert there.reported(*arguments) == (1, f"AWS refused: AccessDeniedException: not authorized ({call})")


def test_an_item_that_was_edited_so_that_it_cannot_be_read_is_reported() -> None:
    there = Wired(repaired())
    (item,) = there.wire.table.items.values()
    item["entry"] = {"S": "{}"}
    code, line = there.reported("journal")
    assert code == 1
    assert line.startswith("AWS refused: EntryUnreadable: in the journal's item")


def test_the_guards_template_has_the_output_that_is_asked_for() -> None:
    assert {TABLE_OUTPUT, SWEEP_TASKS_OUTPUT} <= set(template.written()["Outputs"])


def test_a_change_of_the_journal_by_somebody_else_ends_a_command_that_can_be_run_again() -> None:
    there = Wired(reported())
    there.wire.faults["PutItem"] = ApiError("ConditionalCheckFailedException", "no")
    code, line = there.reported(*ACCEPT)
    assert code == 2
    assert line.startswith("Another change was made at the same time: ")
    assert line.endswith(" Run the command again.")


SERVICES = {
    "DescribeStacks": "cloudformation",
    **dict.fromkeys(("Query", "Scan", "PutItem"), "dynamodb"),
    **dict.fromkeys(("GetRole", "ListAttachedRolePolicies", "DetachRolePolicy"), "iam"),
    "SendMessage": "sqs",
}
"""Whose each call is, if it is not Lambda's."""


def called(calls: list[str]) -> set[str]:
    """The rights that calls need. The call for several messages has no right of its own, and the login needs none."""
    names = {call.removesuffix("Batch") for call in calls} - {"GetCallerIdentity"}
    return {f"{SERVICES.get(name, 'lambda')}:{name}" for name in names}


def reported() -> Story:
    """A role cannot write logs, and could not be repaired."""
    story = Story(Account())
    story.fails("AttachRolePolicy")
    story.happens(Kind.FUNCTION_CREATED)
    story.works_again()
    return story


ACCEPT = ["accept", "orders", "--rule", "role-can-write-logs", "--reason", "batch jobs"]
USED: dict[str, tuple[tuple[Callable[[], Story], ...], list[str]]] = {
    "journal FUNCTION": ((repaired,), ["journal", "orders"]),
    "accept FUNCTION --list": ((repaired,), ["accept", "orders", "--list"]),
    "journal": ((repaired,), ["journal"]),
    "accept --list": ((repaired,), ["accept", "--list"]),
    "accept FUNCTION": ((reported,), ACCEPT),
    "accept --remove": ((repaired,), ["accept", "--remove", "ENTRY"]),
    "undo of a statement": ((repaired, repaired_by_add_permission), ["undo", "ENTRY", "--yes"]),
    "undo on a role": ((attached,), ["undo", "ENTRY", "--yes"]),
    "undo --all-attached": ((attached,), ["undo", "--all-attached", "--yes"]),
}


@pytest.mark.parametrize("command", USED)
def test_the_page_names_exactly_the_rights_that_a_command_uses(command: str) -> None:
    stories, arguments = USED[command]
    calls: list[str] = []
    for make in stories:
        there = Wired(make())
        (entry,) = there.journal.all()
        there.wire.calls.clear()
        assert there.run(*(entry.id if one == "ENTRY" else one for one in arguments)).exit_code == 0
        calls += there.wire.calls
    assert sorted(called(calls)) == sorted(rights(command))


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("sweep", []), ("sweep FUNCTION", ["orders"]), ("sweep --no-wait", ["--no-wait"])],
)
def test_the_page_names_exactly_the_rights_that_a_sweep_uses(command: str, arguments: list[str]) -> None:
    sweep = There()
    assert sweep.run(*arguments).exit_code == 0
    assert sorted(called(sweep.guard.wire.calls)) == sorted(rights(command))
