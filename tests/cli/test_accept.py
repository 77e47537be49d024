"""`accept`: it covers what is open now, says who and until when, and is ended by --remove."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.model.document import Body
from permission_guard.repair.outcome import Ending
from tests.cli.there import run
from tests.fake_aws.builders import ANN, TARGET, document, statement
from tests.undoing import Story, attached, repaired

NOW = datetime.now(UTC)
RULE = "cross-account-access"
REASON = "the partner calls it"


def open_to_a_partner() -> Story:
    story = Story(Account())
    story.put(
        document(statement("s3.amazonaws.com", sid="bound"), partner("one"), partner("two", "999988887777"))
    )
    return story


def partner(sid: str, account: str = "888899990000") -> Body:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "lambda:InvokeFunction",
        "Resource": TARGET,
    }


def held(story: Story) -> dict[str, Acceptance | None]:
    return {one.finding.subject.partition(" ")[2]: one.acceptance for one in story.journal.of(TARGET).entries}


def accepting(story: Story, *arguments: str) -> tuple[int, str, str]:
    result = run(story, "accept", *arguments)
    return (
        result.exit_code,
        " ".join(result.stdout.split()),
        result.stderr.removeprefix("permission-guard: ").strip(),
    )


def test_the_open_findings_of_the_rule_are_accepted_for_90_days_by_whoever_calls() -> None:
    story = open_to_a_partner()
    code, shown, error = accepting(story, "orders", "--rule", RULE, "--reason", REASON)
    assert (code, error) == (0, "")
    assert "2 findings accepted." in shown
    found = held(story)
    assert found["bound"] is None
    for sid in ("one", "two"):
        made = found[sid]
        assert made is not None
        assert (made.by, made.reason) == (ANN, REASON)
        assert made.until is not None
        assert made.until.date() == (NOW + timedelta(days=90)).date()


def test_a_later_finding_of_the_rule_is_not_covered_and_what_is_accepted_is_not_reported() -> None:
    story = open_to_a_partner()
    accepting(story, "orders", "--rule", RULE, "--statement", "one", "--reason", REASON)
    assert [sid for sid, one in held(story).items() if one] == ["one"]
    sent = len(story.notifier.sent)
    story.put(document(partner("one"), partner("three", "777766665555")))
    assert len(story.notifier.sent) == sent + 1
    assert held(story)["three"] is None


def test_it_is_listed_in_accept_and_in_the_journal() -> None:
    story = open_to_a_partner()
    until = (NOW + timedelta(days=30)).date().isoformat()
    accepting(story, "orders", "--rule", RULE, "--statement", "one", "--until", until, "--reason", REASON)
    for command in (["accept", "--list"], ["accept", "orders", "--list"], ["journal", "orders"]):
        assert f"until {until} by {ANN}: {REASON}" in run(story, *command).stdout
    assert run(open_to_a_partner(), "accept", "--list").stdout == "Nothing is accepted.\n"


@pytest.mark.parametrize("name", ["accepted", "undone", "put back"])
def test_remove_ends_what_was_accepted_and_what_was_undone(name: str) -> None:
    story = repaired() if name != "accepted" else open_to_a_partner()
    entry = story.journal.of(TARGET).entries[-1]
    if name == "accepted":
        accepting(story, "orders", "--rule", entry.finding.concern.value, "--reason", REASON)
    if name == "undone":
        run(story, "undo", entry.id, "--yes")
    code, shown, error = accepting(story, "--remove", entry.id)
    assert (code, error) == (0, "")
    assert shown == (
        f"Removed {entry.id}: at the next event or sweep of the function, the guard treats this like any other finding."
    )
    after = next(one for one in story.journal.of(TARGET).entries if one.fault == entry.fault)
    assert (after.acceptance, after.repairs) == (None, ())
    assert (after.state is State.GONE) is (name != "put back")
    if name == "put back":
        code, _, error = accepting(story, "--remove", entry.id)
        assert code == 1
        assert error == (
            f"Nothing to remove: {entry.id} is not accepted, not undone, and was not put back too often."
        )


def test_a_qualifier_covers_the_findings_about_it_alone() -> None:
    story = open_to_a_partner()
    code, _, error = accepting(story, f"{TARGET}:live", "--rule", RULE, "--reason", REASON)
    assert code == 1
    assert error.startswith(f"The journal has no such open finding of the rule {RULE}. None is open.")


def test_a_rule_without_an_open_finding_names_those_that_are() -> None:
    code, _, error = accepting(
        open_to_a_partner(), "orders", "--rule", "management-access", "--reason", REASON
    )
    assert code == 1
    assert f"{RULE}: {TARGET} one" in error


def test_a_role_that_cannot_log_is_accepted_too_and_not_repaired() -> None:
    story = Story(Account())
    story.fails("AttachRolePolicy")
    story.happens(Kind.FUNCTION_CREATED)
    story.works_again()
    assert accepting(story, "orders", "--rule", "role-can-write-logs", "--reason", REASON)[0] == 0
    story.happens(Kind.FUNCTION_CREATED)
    assert story.attached == []


ARGUMENTS = ("orders", "--rule", RULE, "--reason")
BAD = {
    ("orders",): "Pass FUNCTION, --rule and --reason; or --list; or --remove ENTRY.",
    (*ARGUMENTS, " "): "--reason needs 1 to 500 characters.",
    (*ARGUMENTS, "x" * 501): "--reason needs 1 to 500 characters.",
    (*ARGUMENTS, "x", "--until", "soon"): "--until: 'soon' is not a date like 2027-01-31.",
    (*ARGUMENTS, "x", "--until", "2020-01-01"): "--until: 2020-01-01 is not between today and",
    (*ARGUMENTS, "x", "--until", "2999-01-01"): "--until: 2999-01-01 is not between today and",
    (
        "orders",
        "--list",
        "--rule",
        RULE,
    ): "--list takes at most FUNCTION, and --remove ENTRY takes no other option.",
    ("orders", "--remove", "orders/0123456789abcdef"): "--list takes at most FUNCTION, and --remove ENTRY",
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input_is_one_line_and_changes_nothing(arguments: tuple[str, ...]) -> None:
    story = open_to_a_partner()
    before = story.journal.all()
    code, shown, error = accepting(story, *arguments)
    assert (code, shown) == (3, "")
    assert error.startswith(BAD[arguments])
    assert story.journal.all() == before


def test_all_attached_detaches_what_the_guard_attached_and_it_stays_off() -> None:
    story = attached()
    shown = run(story, "undo", "--all-attached", "--dry-run")
    assert (shown.exit_code, len(story.attached)) == (0, 1)
    assert run(story, "undo", "--all-attached", stdin="n\n").exit_code == 1
    assert len(story.attached) == 1
    result = run(story, "undo", "--all-attached", "--yes")
    assert (result.exit_code, story.attached) == (0, [])
    assert result.stdout.splitlines()[-1] == "1 detached, 0 not detached."
    assert (story.entry.state, story.entry.reported_as) == (State.UNDONE, Ending.REPORTED)
    story.happens(Kind.FUNCTION_CREATED)
    assert story.attached == []
    again = run(story, "undo", "--all-attached", "--yes")
    assert again.exit_code == 0
    assert again.stdout.endswith("No policy that the guard attached is still attached.\n")


def test_a_role_that_was_made_anew_keeps_what_somebody_else_attached() -> None:
    story = attached()
    story.account.roles["role"].id = "AROANEW"
    result = run(story, "undo", "--all-attached", "--yes")
    assert (result.exit_code, len(story.attached)) == (0, 1)
    assert "was deleted and created again" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("call", "error", "code"),
    [
        ("GetRole", "AccessDenied", 1),
        ("DetachRolePolicy", "AccessDenied", 1),
        ("DetachRolePolicy", "Throttling", 2),
        ("TransactWriteItems", "AccessDeniedException", 1),
        ("TransactWriteItems", "ThrottlingException", 2),
        ("TransactWriteItems", "ConditionalCheckFailedException", 2),
    ],
)
def test_what_cannot_be_detached_is_counted_at_the_end(call: str, error: str, code: int) -> None:
    story = attached()
    story.fails(call, error)
    result = run(story, "undo", "--all-attached", "--yes")
    assert result.exit_code == code
    assert "0 detached, 1 not detached." in result.stderr
    assert len(story.attached) == 1


def test_a_dry_run_fails_if_a_role_cannot_be_read() -> None:
    story = attached()
    story.fails("GetRole", "AccessDenied")
    result = run(story, "undo", "--all-attached", "--dry-run")
    assert (result.exit_code, len(story.attached)) == (1, 1)
    assert "0 detached, 1 not detached." in result.stderr


def test_with_credentials_that_have_expired_no_further_role_is_tried() -> None:
    story = attached()
    story.fails("TransactWriteItems", "ExpiredTokenException")
    result = run(story, "undo", "--all-attached", "--yes")
    assert (result.exit_code, len(story.attached)) == (3, 1)
    assert result.stderr.startswith("permission-guard: Your AWS credentials have expired: ")
