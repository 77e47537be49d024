"""`scan --repair`: what would be done is shown, agreed to, done, and can be undone where there is a journal."""

from __future__ import annotations

from functools import partial

import pytest
from click.testing import CliRunner

from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.table import Table
from permission_guard.cli import main
from permission_guard.cli.connection import STACK, connected
from permission_guard.document import Body, statements_of, with_statements
from permission_guard.grant import Grant
from permission_guard.iam.arn import named
from permission_guard.journal.entry import State
from permission_guard.outcome import Ending
from permission_guard.scan_json import read
from permission_guard.world import Account, ApiError
from tests.aws.surveyed import Wires
from tests.cli.scanning import BOUND, S3, account, run, wires
from tests.test_golden import golden
from tests.world.builders import BASIC

ORDERS = "arn:aws:lambda:us-east-1:111122223333:function:orders"
WRITES = {"AttachRolePolicy", "PutResourcePolicy", "AddPermission", "RemovePermission"}


def open_to_s3() -> Account:
    """A function that S3 may invoke for anybody, and one with a role that cannot log."""
    made = account()
    made.with_function("billing", role="mute")
    made.with_function("orders", role="logs", aliases=["live"])
    made.add_permission("orders:live", S3)
    return made


def guarded(*accounts: Account) -> Wires:
    """Accounts in which the guard's stack is deployed."""
    there = wires(*accounts)
    for wire in there.wires:
        wire.stacks[STACK] = {"JournalTableName": "journal"}
    return there


def kept(there: Wires, place: int = 0) -> DynamoJournal:
    return DynamoJournal(Table(there.wires[place].clients(), "journal"))


def writes(there: Wires) -> list[str]:
    return [call for call in there.calls if call in WRITES]


def conditions(made: Account) -> list[object]:
    return [one.get("Condition") for one in statements_of(made.functions["orders"].policies["live"][0])]


TO_THE_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_the_plan_is_shown_word_for_word_and_then_what_became_of_it() -> None:
    made = open_to_s3()
    there = guarded(made)
    result = run(there, "--repair", "--repair-existing", stdin="y\n")
    assert result.exit_code == 0
    assert result.stderr == golden("scan/repaired.txt", result.stderr)
    assert made.roles["mute"].attached == [BASIC]
    assert conditions(made) == [TO_THE_ACCOUNT]


def test_without_a_journal_a_person_is_told_before_he_is_asked_that_nothing_can_be_undone() -> None:
    made = open_to_s3()
    there = wires(made)
    result = run(there, "--repair", "--repair-existing", stdin="n\n")
    assert result.exit_code == 1
    assert result.stderr == golden("scan/no-journal.txt", result.stderr)
    assert writes(there) == []
    assert "TransactWriteItems" not in there.calls
    assert run(there, "--repair", "--repair-existing", "--yes").exit_code == 0
    assert conditions(made) == [TO_THE_ACCOUNT]


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_nothing_is_done_that_a_person_does_not_agree_to(answer: str) -> None:
    there = guarded(open_to_s3())
    result = run(there, "--repair", stdin=answer)
    assert result.exit_code == 1
    assert writes(there) == []


def test_nothing_is_done_if_nobody_is_there_to_be_asked() -> None:
    there = guarded(open_to_s3())
    result = run(there, "--repair")
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1] == "permission-guard: nobody is there to be asked; say --yes"
    assert writes(there) == []


def test_without_repair_nothing_is_written_anywhere() -> None:
    there = guarded(open_to_s3())
    assert run(there).exit_code == 1
    assert writes(there) == []
    assert {"Query", "PutItem", "TransactWriteItems", "DescribeStacks"} & set(there.calls) == set()


def test_each_repair_stands_in_the_journal_with_who_made_it_and_can_be_undone() -> None:
    made = open_to_s3()
    there = guarded(made)
    before = made.functions["orders"].policies["live"][0]
    result = run(there, "--repair", "--repair-existing", "--yes")
    (entry,) = kept(there).of(ORDERS).entries
    assert (entry.state, entry.told_as) == (State.TOLD, Ending.REPAIRED)
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
    assert "a person undid this repair" in " ".join(result.stderr.split())


def test_a_statement_that_callers_may_rely_on_is_left_unless_that_is_said() -> None:
    made = open_to_s3()
    there = guarded(made)
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 1
    assert writes(there) == ["AttachRolePolicy"]
    assert (
        "callers that cannot be listed may rely on the statement (--repair-existing repairs it)"
        in " ".join(result.stderr.split())
    )
    assert run(there, "--repair", "--repair-existing", "--yes").exit_code == 0


def test_a_rule_that_is_not_asked_for_repairs_nothing() -> None:
    there = guarded(open_to_s3())
    options = ("--repair", "--repair-existing", "--yes")
    assert run(there, *options, "--only", "role-can-write-logs").exit_code == 0
    assert writes(there) == ["AttachRolePolicy"]
    assert run(there, *options, "--only", "invoke-permission-names-its-source").exit_code == 0
    assert writes(there) == ["AttachRolePolicy", "PutResourcePolicy"]


def test_a_role_of_many_functions_is_mended_once_for_all_of_them() -> None:
    made = account()
    for number in range(3):
        made.with_function(f"f{number}", role="mute")
    there = guarded(made)
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 0
    assert writes(there) == ["AttachRolePolicy"]
    assert result.stderr.count("Repaired") == 1


def test_if_a_role_of_many_functions_cannot_be_mended_none_of_them_is() -> None:
    made = account()
    for number in range(2):
        made.with_function(f"f{number}", role="mute")
    there = guarded(made)
    there.wires[0].faults["AttachRolePolicy"] = ApiError("AccessDenied", "no")
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 1
    assert "Not done" in result.stderr
    assert "not done, because AWS refused (AccessDenied: no (AttachRolePolicy))" in " ".join(
        result.stderr.split()
    )


def test_what_somebody_changes_after_the_plan_was_shown_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = open_to_s3()
    there = guarded(made)

    def agreed(_question: str) -> bool:
        made.add_permission("orders:live", BOUND)
        return True

    monkeypatch.setattr("permission_guard.cli.scan.repair.agreed", agreed)
    result = run(there, "--repair", "--repair-existing", "--only", "invoke-permission-names-its-source")
    assert result.exit_code == 1
    assert "not done, because somebody changed it meanwhile" in " ".join(result.stderr.split())
    assert conditions(made)[0] is None


def test_where_aws_does_not_answer_the_rest_is_repaired_all_the_same() -> None:
    made = open_to_s3()
    there = guarded(made)
    there.wires[0].faults["AttachRolePolicy"] = ApiError("Throttling", "Rate exceeded")
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 1
    assert "not finished, because AWS cannot answer now; run it again" in " ".join(result.stderr.split())
    assert conditions(made) == [TO_THE_ACCOUNT]


def test_a_person_who_interrupts_the_repairs_is_told_that_one_may_have_been_made() -> None:
    made = open_to_s3()
    there = guarded(made)

    def before(call: str) -> None:
        if call == "AttachRolePolicy":
            raise KeyboardInterrupt

    made.before = before
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 130
    assert "Repaired   bound s3" in result.stderr
    assert result.stderr.splitlines()[-1] == (
        "permission-guard: interrupted; of the repairs that are not told above one may have been made all the same: "
        "scan again to see"
    )


def test_nothing_is_repaired_that_cannot_be_written_down_first() -> None:
    there = guarded(open_to_s3())
    there.wires[0].faults["Query"] = ApiError("AccessDeniedException", "no")
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 1
    assert writes(there) == []
    assert "nothing is repaired that cannot be written down first" in " ".join(result.stderr.split())
    assert "there is nothing that can be repaired" in " ".join(result.stderr.split())


def test_a_repair_that_cannot_be_noted_as_told_is_made_and_the_guard_will_tell_of_it() -> None:
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
    "throttled": ("Throttling", 2, "AWS cannot answer now: DescribeStacks: Throttling: no"),
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


def test_json_stays_json_and_says_what_was_found() -> None:
    result = run(guarded(open_to_s3()), "--repair", "--repair-existing", "--yes", "--format", "json")
    assert len([one for one in read(result.stdout).findings if one.verdict.value == "FAIL"]) == 2


def test_where_nothing_fails_nothing_is_asked() -> None:
    made = account()
    made.with_function("orders", role="logs")
    there = guarded(made)
    result = run(there, "--repair")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "DescribeStacks" not in there.calls


def test_where_there_is_only_add_permission_the_plan_shows_what_that_can_say() -> None:
    made = open_to_s3()
    made.has_resource_policy_calls = False
    there = guarded(made)
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 0
    assert writes(there) == ["AddPermission", "RemovePermission", "AttachRolePolicy"]


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


def test_a_doubt_is_no_fault_and_is_not_among_what_is_left() -> None:
    made = open_to_s3()
    sns: Body = {"Principal": {"Service": "sns.amazonaws.com"}, "Resource": f"{ORDERS}:live"}
    doubt: Body = {"Effect": "Allow", "Action": "lambda:InvokeFunction", **sns}
    text = made.functions["orders"].policies["live"][0]
    doubtful: Body = {**doubt, "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}
    made.put_resource_policy(f"{ORDERS}:live", with_statements(text, [*statements_of(text), doubtful]), None)
    result = run(guarded(made), "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 2
    assert "Left" not in result.stderr


def test_a_policy_by_which_no_repair_is_proved_is_left_with_the_reason() -> None:
    made = account()
    made.with_function("orders", role="logs")
    made.add_permission("orders", Grant("them", "lambda:InvokeFunction", "999988887777"))
    result = run(guarded(made), "--repair", "--yes")
    assert result.exit_code == 1
    assert "Left" in result.stderr
