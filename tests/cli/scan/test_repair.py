"""`scan --repair`: what would be done is shown, agreed to, done, and can be undone where there is a journal."""

from __future__ import annotations

import pytest

from permission_guard.fake_aws import ApiError
from permission_guard.model.document import Body, statements_of, with_statements
from permission_guard.repair.grant import Grant
from tests.cli.scan.repairing import ORDERS, TO_THE_ACCOUNT, conditions, guarded, open_to_s3, writes
from tests.cli.scanning import BOUND, account, run, wires
from tests.fake_aws.builders import BASIC
from tests.test_golden import golden


def test_the_plan_is_shown_word_for_word_and_then_what_became_of_it() -> None:
    made = open_to_s3()
    there = guarded(made)
    result = run(there, "--repair", "--repair-existing", stdin="y\n")
    assert result.exit_code == 0
    assert result.stderr == golden("scan/repaired.txt", result.stderr)
    assert made.roles["mute"].attached == [BASIC]
    assert conditions(made) == [TO_THE_ACCOUNT]


def test_without_a_journal_the_question_says_that_nothing_can_be_undone() -> None:
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


def test_nothing_is_done_if_standard_input_is_closed() -> None:
    there = guarded(open_to_s3())
    result = run(there, "--repair")
    assert result.exit_code == 3
    assert (
        result.stderr.splitlines()[-1]
        == "permission-guard: Cannot ask for confirmation: standard input is closed. Pass --yes."
    )
    assert writes(there) == []


def test_without_repair_nothing_is_written_anywhere() -> None:
    there = guarded(open_to_s3())
    assert run(there).exit_code == 1
    assert writes(there) == []
    assert {"Query", "PutItem", "TransactWriteItems"} & set(there.calls) == set()


def test_a_statement_that_callers_may_rely_on_is_left_without_repair_existing() -> None:
    made = open_to_s3()
    there = guarded(made)
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 1
    assert writes(there) == ["AttachRolePolicy"]
    assert "existing callers may rely on the statement (--repair-existing repairs it)" in " ".join(
        result.stderr.split()
    )
    assert run(there, "--repair", "--repair-existing", "--yes").exit_code == 0


def test_a_rule_that_is_not_asked_for_repairs_nothing() -> None:
    there = guarded(open_to_s3())
    options = ("--repair", "--repair-existing", "--yes")
    assert run(there, *options, "--only", "role-can-write-logs").exit_code == 0
    assert writes(there) == ["AttachRolePolicy"]
    assert run(there, *options, "--only", "invoke-permission-names-its-source").exit_code == 0
    assert writes(there) == ["AttachRolePolicy", "PutResourcePolicy"]


def test_a_role_of_many_functions_is_fixed_once_for_all_of_them() -> None:
    made = account()
    for number in range(3):
        made.with_function(f"f{number}", role="mute")
    there = guarded(made)
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 0
    assert writes(there) == ["AttachRolePolicy"]
    assert result.stderr.count("Repaired") == 1


def test_if_a_role_of_many_functions_cannot_be_fixed_none_of_them_is() -> None:
    made = account()
    for number in range(2):
        made.with_function(f"f{number}", role="mute")
    there = guarded(made)
    there.wires[0].faults["AttachRolePolicy"] = ApiError("AccessDenied", "no")
    result = run(there, "--repair", "--yes")
    assert result.exit_code == 1
    assert "Not done" in result.stderr
    assert "AWS refused it (AccessDenied: no (AttachRolePolicy))" in " ".join(result.stderr.split())


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
    assert "another change was made at the same time" in " ".join(result.stderr.split())
    assert conditions(made)[0] is None


def test_where_aws_does_not_answer_the_rest_is_repaired_all_the_same() -> None:
    made = open_to_s3()
    there = guarded(made)
    there.wires[0].faults["AttachRolePolicy"] = ApiError("Throttling", "Rate exceeded")
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 1
    assert "AWS could not be reached" in " ".join(result.stderr.split())
    assert conditions(made) == [TO_THE_ACCOUNT]


def test_an_interruption_of_the_repairs_says_that_one_may_have_been_made() -> None:
    made = open_to_s3()
    there = guarded(made)

    def before(call: str) -> None:
        if call == "AttachRolePolicy":
            raise KeyboardInterrupt

    made.before = before
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 130
    assert 'Repaired   Added a condition to statement "s3"' in result.stderr
    assert result.stderr.splitlines()[-1] == (
        "permission-guard: Interrupted. One repair that is not listed above may have been made: "
        "scan again to see."
    )


def test_nothing_is_repaired_that_cannot_be_written_down_first() -> None:
    there = guarded(open_to_s3())
    there.wires[0].faults["Query"] = ApiError("AccessDeniedException", "no")
    result = run(there, "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 1
    assert writes(there) == []
    assert "a repair must be written into it first" in " ".join(result.stderr.split())
    assert "nothing can be repaired automatically" in " ".join(result.stderr.split())


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


def test_a_doubt_is_no_fault_and_is_not_among_what_is_left() -> None:
    made = open_to_s3()
    sns: Body = {"Principal": {"Service": "sns.amazonaws.com"}, "Resource": f"{ORDERS}:live"}
    doubt: Body = {"Effect": "Allow", "Action": "lambda:InvokeFunction", **sns}
    text = made.functions["orders"].policies["live"][0]
    doubtful: Body = {**doubt, "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}
    made.put_resource_policy(f"{ORDERS}:live", with_statements(text, [*statements_of(text), doubtful]), None)
    result = run(guarded(made), "--repair", "--repair-existing", "--yes")
    assert result.exit_code == 2
    assert "Not fixed" not in result.stderr


def test_a_policy_by_which_no_repair_is_proved_is_left_with_the_reason() -> None:
    made = account()
    made.with_function("orders", role="logs")
    made.add_permission("orders", Grant("them", "lambda:InvokeFunction", "999988887777"))
    result = run(guarded(made), "--repair", "--yes")
    assert result.exit_code == 1
    assert "Not fixed" in result.stderr
