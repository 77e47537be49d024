"""`redrive` over the wire: what lies in the queue is shown, asked about, put back and deleted, in this order."""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner, Result

from permission_guard.aws.dead_letters import HOLD
from permission_guard.cli import main
from permission_guard.cli.redrive import opened
from permission_guard.world import ApiError
from tests.aws.deployed import DEAD_LETTERS, GUARD_ARN, STACK, TOPIC_ARN, Deployed, denied
from tests.aws.guarded import guarded
from tests.cli.test_doctor import rights
from tests.samples import sample
from tests.template import ACCOUNT, REGION
from tests.test_dead_letters import record
from tests.test_golden import golden

EVENT = sample("s3-was-let-in-without-a-source")
WAITING = "waiting"


def run(there: Deployed, *arguments: str, stdin: str = "") -> Result:
    obj = partial(opened, session_of=there.session)
    return CliRunner().invoke(
        main, ["redrive", "--region", REGION, *arguments], obj=obj, input=stdin, catch_exceptions=False
    )


def kept_alert() -> dict[str, Any]:
    """What the guard puts into the queue if SNS does not take an alert."""
    there = guarded()
    there.wire.faults["Publish"] = ApiError("AuthorizationError", "not authorized")
    there.let_in("s3.amazonaws.com")
    (kept,) = there.wire.queued
    body: dict[str, Any] = json.loads(kept["MessageBody"])
    return body


def failed(**more: Any) -> dict[str, Any]:
    """The record of an invocation of the guard that failed."""
    context = {"functionArn": f"{GUARD_ARN}:$LATEST", "condition": "RetriesExhausted"}
    return record(requestContext=context, **more)


def full() -> Deployed:
    """A queue with one message of each kind, and a queue that gave up one of them."""
    there = Deployed(gives_up=(WAITING,))
    there.put(DEAD_LETTERS, failed())
    said = {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not authorized", "TARGET_ARN": GUARD_ARN}
    there.put(DEAD_LETTERS, sample("a-function-was-deleted"), attributes=said)
    source = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{WAITING}"
    there.put(DEAD_LETTERS, sample("an-alias-was-moved"), own={"DeadLetterQueueSourceArn": source})
    there.put(DEAD_LETTERS, kept_alert())
    there.put(DEAD_LETTERS, "hello")
    return there


def left(there: Deployed) -> list[str]:
    return [one["MessageId"] for one in there.queues[DEAD_LETTERS]]


def writes(there: Deployed) -> list[str]:
    ours = {"Invoke", "SendMessage", "Publish", "DeleteMessage"}
    return [call for call in there.calls if call in ours]


def test_everything_that_has_a_way_back_goes_it_and_is_deleted_after_that() -> None:
    there = full()
    result = run(there, "--yes")
    assert result.stdout == golden("redrive/one-of-each.txt", result.stdout)
    assert result.stderr == "permission-guard: 1 of 5 left in the queue\n"
    assert result.exit_code == 1
    assert there.invoked == [(GUARD_ARN, EVENT), (GUARD_ARN, sample("a-function-was-deleted"))]
    assert json.loads(there.queues[WAITING][0]["Body"]) == sample("an-alias-was-moved")
    assert writes(there) == ["Invoke", "DeleteMessage"] * 2 + [
        *("SendMessage", "DeleteMessage"),
        *("Publish", "DeleteMessage"),
    ]
    assert left(there) == ["00000005"]
    assert there.hidden & set(left(there)) == set()


def test_an_alert_is_published_word_for_word_as_it_would_have_been() -> None:
    first = guarded()
    first.let_in("s3.amazonaws.com")
    there = Deployed()
    there.put(DEAD_LETTERS, kept_alert())
    assert run(there, "--yes").exit_code == 0
    (meant,), (sent,) = first.wire.published, there.published
    assert sent == {**meant, "TopicArn": TOPIC_ARN}


def test_an_older_alert_without_its_mail_is_published_all_the_same() -> None:
    there = Deployed()
    there.put(DEAD_LETTERS, {"undelivered": "no", "alert": {"schema": "x"}})
    assert run(there, "--yes").exit_code == 0
    (sent,) = there.published
    assert json.loads(sent["Message"]) == {"default": '{"schema": "x"}'}


def test_an_empty_queue_is_told() -> None:
    result = run(Deployed())
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Nothing    is in {DEAD_LETTERS}\n"


def test_a_dry_run_shows_all_and_changes_nothing() -> None:
    there = full()
    result = run(there, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.count("Way back") == 5
    assert writes(there) == []
    assert len(left(there)) == 5
    assert there.hidden == set()


@pytest.mark.parametrize(
    ("answer", "code", "line"),
    [("n\n", 1, "nothing was put back"), ("", 3, "nobody is there to be asked; say --yes")],
)
def test_without_a_yes_nothing_is_put_back_and_whoever_comes_next_sees_all(
    answer: str, code: int, line: str
) -> None:
    there = full()
    result = run(there, stdin=answer)
    assert result.exit_code == code
    assert result.stderr.startswith("Put them back? [y/N] ")
    assert result.stderr.endswith(f"permission-guard: {line}\n")
    assert (writes(there), there.hidden) == ([], set())


def test_a_yes_puts_back() -> None:
    there = Deployed()
    there.put(DEAD_LETTERS, failed())
    assert run(there, stdin="y\n").exit_code == 0
    assert left(there) == []


def test_a_long_queue_is_read_to_its_end_and_each_message_once() -> None:
    there = Deployed()
    for _ in range(23):
        there.put(DEAD_LETTERS, failed())
    result = run(there, "--yes")
    assert result.stdout.endswith("Put back   23 of 23; the guard deals with them now\n")
    assert (len(there.invoked), left(there)) == (23, [])
    calls = [params for call, params in there.sent if call == "ReceiveMessage"]
    assert len(calls) == 4
    assert {(one["MaxNumberOfMessages"], one["VisibilityTimeout"]) for one in calls} == {(10, HOLD)}


def test_a_message_that_sqs_gives_twice_is_put_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Deployed()
    there.put(DEAD_LETTERS, failed())
    monkeypatch.setattr(Deployed, "_received", lambda self, _: {"Messages": self.queues[DEAD_LETTERS]})
    assert run(there, "--yes").exit_code == 0
    assert len(there.invoked) == 1


def test_a_message_whose_successor_is_refused_stays_and_the_others_go() -> None:
    there = full()
    there.faults |= denied("Invoke")
    result = run(there, "--yes")
    assert result.exit_code == 1
    assert "Left       1: AWS refused: AccessDenied: User: alice is not authorized" in result.stdout
    assert result.stderr == "permission-guard: 3 of 5 left in the queue\n"
    assert left(there) == ["00000001", "00000002", "00000005"]
    assert there.hidden & set(left(there)) == set()


ENDS = {
    "throttled half-way": (
        "Publish",
        ApiError("Throttling", "Rate exceeded"),
        2,
        "3 of 5 put back, then AWS could not answer: Publish: Throttling: Rate exceeded",
        2,
    ),
    "not allowed to delete": (
        "DeleteMessage",
        ApiError("AccessDenied", "no"),
        1,
        "AWS refused: AccessDenied: no (DeleteMessage)",
        5,
    ),
    "not allowed to read": (
        "ReceiveMessage",
        ApiError("AccessDenied", "no"),
        1,
        "AWS refused: AccessDenied: no (ReceiveMessage)",
        5,
    ),
    "not allowed to see the stack": (
        "DescribeStacks",
        ApiError("AccessDenied", "no"),
        1,
        "AWS refused: AccessDenied: no (DescribeStacks)",
        5,
    ),
    "no stack": (
        "DescribeStacks",
        ApiError("ValidationError", "Stack with id permission-guard does not exist"),
        3,
        "ValidationError: Stack with id permission-guard does not exist (DescribeStacks)",
        5,
    ),
    "no good credentials": (
        "GetCallerIdentity",
        ApiError("ExpiredToken", "no"),
        3,
        "AWS does not take these credentials: ExpiredToken: no (GetCallerIdentity)",
        5,
    ),
}


@pytest.mark.parametrize("kind", ENDS)
def test_what_ends_it_is_one_line_and_no_message_is_lost(kind: str) -> None:
    call, error, code, line, remaining = ENDS[kind]
    there = full()
    there.faults[call] = error
    result = run(there, "--yes")
    assert result.exit_code == code
    assert result.stderr == f"permission-guard: {line}\n"
    assert len(left(there)) == remaining
    assert there.hidden & set(left(there)) == set()


def test_after_a_delete_that_was_refused_nothing_more_is_sent() -> None:
    there = full()
    there.faults["DeleteMessage"] = ApiError("AccessDenied", "no")
    run(there, "--yes")
    assert len(there.invoked) == 1


def test_an_invocation_that_was_not_accepted_is_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deployed, "_invoked", lambda *_: {"StatusCode": 200})
    there = full()
    assert run(there, "--yes").exit_code == 2
    assert len(left(there)) == 5


def test_an_interruption_leaves_every_message_for_whoever_comes_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted(io.BytesIO):
        def readline(self, _size: int | None = -1) -> bytes:
            raise KeyboardInterrupt

    there = full()
    monkeypatch.setattr(sys, "stdin", Interrupted())
    with pytest.raises(SystemExit) as ended:
        main(["redrive", "--region", REGION], obj=partial(opened, session_of=there.session))
    assert ended.value.code == 130
    assert (writes(there), there.hidden, len(left(there))) == ([], set(), 5)


def test_what_cannot_be_released_is_no_error_since_it_comes_free_by_itself() -> None:
    there = full()
    there.faults |= denied("ChangeMessageVisibility")
    assert run(there, "--dry-run").exit_code == 0


def test_the_stack_is_the_one_that_is_named() -> None:
    result = run(Deployed(), "--stack-name", "other")
    assert result.exit_code == 3
    assert STACK not in result.stderr.removeprefix("permission-guard: ")


def test_the_page_names_exactly_the_rights_that_putting_back_uses() -> None:
    there = full()
    run(there, "--yes")
    # SNS decrypts with the publisher's rights. The right is not called as its call (Service Authorization Reference, AWS Lambda).
    needed = {"InvokeFunction" if call == "Invoke" else call for call in there.calls}
    assert rights("## What you need to put dead letters back") == (needed - {"GetCallerIdentity"}) | {
        "Decrypt"
    }
