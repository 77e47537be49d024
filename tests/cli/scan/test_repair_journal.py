"""`scan --repair` and the journal: what was repaired stands there, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from click.testing import CliRunner

from permission_guard.cli import main
from permission_guard.cli.connection import connected
from permission_guard.fake_aws import ApiError
from permission_guard.iam.arn import named
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Ending
from tests.aws.surveyed import Wires
from tests.cli.scan.repairing import ORDERS, guarded, kept, open_to_s3, writes
from tests.cli.scanning import account, run, wires


def test_each_repair_stands_in_the_journal_with_who_made_it_and_can_be_undone() -> None:
    made = open_to_s3()
    there = guarded(made)
    before = made.functions["orders"].policies["live"][0]
    result = run(there, "--repair", "--repair-existing", "--yes")
    (entry,) = kept(there).of(ORDERS).entries
    assert (entry.state, entry.reported_as) == (State.REPORTED, Ending.REPAIRED)
    assert entry.cause.actor.principal == "arn:aws:sts::111122223333:assumed-role/admin/alice"
    assert entry.cause.qualifier == "live"
    (command,) = [line for line in result.stderr.splitlines() if line.endswith(entry.fault)]
    connect = partial(connected, session_of=there.opens)
    arguments = [*command.split()[2:], "--yes"]
    assert CliRunner().invoke(main, arguments, obj=connect, catch_exceptions=False).exit_code == 0
    assert made.functions["orders"].policies["live"][0] == before


def test_what_a_person_has_undone_is_left_alone() -> None:
    made = open_to_s3()
    there = guarded(made)
    run(there, "--repair", "--repair-existing", "--yes")
    (entry,) = kept(there).of(ORDERS).entries
    connect = partial(connected, session_of=there.opens)
    CliRunner().invoke(main, ["undo", f"{ORDERS}/{entry.fault}", "--yes"], obj=connect)
    there.wires[0].calls.clear()
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 1
    assert writes(there) == []
    assert "undid this repair" in " ".join(result.stderr.split())


def test_a_repair_that_cannot_be_noted_as_reported_is_made_and_the_guard_reports_it_later() -> None:
    made = open_to_s3()
    there = guarded(made)
    wire = there.wires[0]
    # Planned is written, told is not.
    wire.later["PutItem"] = (1, ApiError("ThrottlingException", "Rate exceeded"))
    options = ("--repair", "--repair-existing", "--yes", "--only", "invoke-permission-names-its-source")
    assert run(there, *options).exit_code == 0
    (entry,) = kept(there).of(ORDERS).entries
    assert entry.state is State.PLANNED


ENDS = {
    "denied": ("AccessDenied", 1, "AWS refused: AccessDenied: no (DescribeStacks)"),
    "throttled": (
        "Throttling",
        2,
        "Could not reach AWS: DescribeStacks: Throttling: no. Run the command again.",
    ),
}


@pytest.mark.parametrize("kind", ENDS)
def test_whether_there_is_a_journal_must_be_known(kind: str) -> None:
    error, code, line = ENDS[kind]
    there = guarded(open_to_s3())
    there.wires[0].faults["DescribeStacks"] = ApiError(error, "no")
    result = run(there, "--repair", "--yes")
    assert (result.exit_code, result.stderr) == (code, f"permission-guard: {line}\n")
    assert writes(there) == []


def test_a_table_that_is_named_is_taken_without_a_look_at_the_stack() -> None:
    there = wires(open_to_s3())
    assert run(there, "--repair", "--repair-existing", "--yes", "--table", "journal").exit_code == 0
    assert "DescribeStacks" not in there.calls
    assert len(kept(there).of(ORDERS).entries) == 1


def test_the_functions_of_two_regions_are_repaired_each_with_its_own_journal() -> None:
    west = account(region="eu-west-1")
    west.with_function("west", role="logs")
    west.add_permission("west", Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com"))
    there = guarded(open_to_s3(), west)
    both = ("--region", "us-east-1", "--region", "eu-west-1")
    assert run(there, *both, "--repair", "--repair-existing", "--yes").exit_code == 0
    home, other = (kept(there, place).all() for place in range(2))
    assert {named(one.subject, partition="", region="", account="")[0].name for one in home} == {
        "billing",
        "orders",
    }
    assert [one.cause.subject.name for one in other] == ["west"]


def accepted_by_ann() -> Wires:
    there = guarded(open_to_s3())
    run(there, "--repair", "--repair-existing", "--yes")
    journal = kept(there)
    (entry,) = journal.of(ORDERS).entries
    until = datetime.now(UTC) + timedelta(days=30)
    held = Acceptance("ann", datetime.now(UTC), until, "meant")
    journal.write((replace(entry, state=State.REPORTED, reported_as=Ending.REPORTED, acceptance=held),))
    made = open_to_s3()
    there.wires[0].account.functions = made.functions
    return there


def test_what_was_accepted_is_shown_with_who_until_when_and_why_and_counts_for_no_verdict() -> None:
    there = accepted_by_ann()
    result = run(there)
    assert result.exit_code == 0
    assert " by ann: meant)" in result.stdout
    assert "0 FAIL" in result.stdout
    assert ", 1 accepted in " in result.stdout
    page = run(there, "--format", "html").stdout
    assert "<dt>Accepted</dt>" in page
    assert "Nothing to fix" in page
    sarif = run(there, "--format", "sarif").stdout
    assert '"kind": "external"' in sarif


def test_credentials_that_expire_while_the_journal_is_read_end_the_scan() -> None:
    there = accepted_by_ann()
    there.wires[0].faults["DescribeStacks"] = ApiError("ExpiredTokenException", "expired")
    result = run(there)
    assert result.exit_code == 3
    assert "Your AWS credentials have expired: ExpiredTokenException: expired" in result.stderr


def test_a_journal_that_cannot_be_read_is_noted_and_nothing_is_taken_for_accepted() -> None:
    there = accepted_by_ann()
    there.wires[0].faults["DescribeStacks"] = ApiError("AccessDenied", "no")
    result = run(there)
    assert result.exit_code == 1
    assert "What was accepted in 111122223333/us-east-1: not read: AccessDenied: no" in result.stdout
