"""The Lambda function itself: what it answers and raises, and what it leaves in the log and in the metrics."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from permission_guard import handler as entry
from permission_guard.events.record import BadEvent
from permission_guard.fake_aws import ApiError
from permission_guard.settings import NEEDED, SettingsError
from tests.aws.delivered import MOST_RECEIVES, Killed, Queues, at, handle, scheduled
from tests.aws.transport import Transport
from tests.samples import ACCOUNT, sample, scene

REGION = "eu-west-1"
OPEN, BOUND = "s3-permission-without-a-source", "s3-permission-for-one-bucket-of-this-account"
ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
AGE = 90
"""Seconds between a call and the first receipt of its message."""
Line = dict[str, Any]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the logger writes."""
    stream = StringIO()
    monkeypatch.setattr(entry.logger.registered_handler, "stream", stream)
    return stream


def lines(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


def queues(name: str, **settings: str) -> Queues:
    """The queues of a guard in whose account this has just happened."""
    return Queues(Transport(scene(sample(name)).account), settings)


def delivered(name: str, there: Queues) -> Queues:
    """Let the message of a sample event be received once."""
    there.send(at(sample(name), there.now - AGE))
    there.step()
    return there


def outcomes(there: Queues) -> list[str]:
    bodies = [json.loads(json.loads(sent["Message"])["default"]) for sent in there.wire.published]
    return [finding["action"]["outcome"] for body in bodies for finding in body["findings"]]


def test_a_fault_is_repaired_reported_logged_counted_and_timed(
    capsys: pytest.CaptureFixture[str], log: StringIO
) -> None:
    there = delivered(OPEN, queues(OPEN))
    assert (there.answers, outcomes(there)) == (["done"], ["REPAIRED"])
    # Written down before it is made, and when it is reported.
    writes = [call for call in there.wire.calls if not call.startswith(("Get", "List", "Query"))]
    # The first two are made at the same time.
    assert [*sorted(writes[:2]), *writes[2:]] == [
        "PutItem",
        "UpdateItem",
        "PutResourcePolicy",
        "Publish",
        "PutItem",
    ]
    (line,) = lines(log.getvalue())
    assert (line["message"], line["correlation_id"]) == ("reported", sample(OPEN)["detail"]["eventID"])
    assert line["alert"]["findings"][0]["action"]["outcome"] == "REPAIRED"
    (metrics,) = lines(capsys.readouterr().out)
    assert (metrics["Evaluated"], metrics["FailFindings"], metrics["Repaired"]) == ([1.0], [1.0], [1.0])
    assert AGE <= metrics["SecondsFromCallToRepair"][0] < AGE + 30
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("PermissionGuard", [["service"]])
    assert {"Name": "SecondsFromCallToRepair", "Unit": "Seconds"} in directive["Metrics"]


@pytest.mark.parametrize(
    ("name", "message"),
    {BOUND: "compliant", "the-guard-itself-added-a-condition": "ignored"}.items(),
)
def test_an_event_that_shows_by_itself_that_nothing_is_to_be_done_costs_no_call(
    name: str, message: str, log: StringIO
) -> None:
    there = delivered(name, queues(name))
    assert (there.answers, there.wire.calls) == (["done"], [])
    assert [line["message"] for line in lines(log.getvalue())] == [message]


def test_a_function_that_is_gone_is_only_noted(log: StringIO) -> None:
    there = queues("a-function-was-created-by-cloudformation")
    there.wire.account.functions.clear()
    delivered("a-function-was-created-by-cloudformation", there)
    (line,) = lines(log.getvalue())
    assert (there.answers, line["message"], line["function"]) == (["done"], "function is gone", ORDERS)


def test_in_observe_mode_the_alert_says_what_would_be_repaired_and_nothing_is_timed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = delivered("permission-for-everyone", queues("permission-for-everyone", MODE="Observe"))
    assert outcomes(there) == ["WOULD_REPAIR"]
    assert not {"PutResourcePolicy", "AddPermission"} & set(there.wire.calls)
    (metrics,) = lines(capsys.readouterr().out)
    assert metrics["WouldRepair"] == [1.0]
    assert "SecondsFromCallToRepair" not in metrics


@pytest.mark.parametrize("name", NEEDED)
def test_a_guard_that_lacks_one_of_its_variables_does_not_start_and_names_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = queues(OPEN, **{name: ""})
    there.send(sample(OPEN))
    there.step()
    assert (there.answers, there.wire.calls) == (["SettingsError"], [])
    for one in NEEDED:
        monkeypatch.setenv(one, "" if one == name else "given")
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        entry.environment(there.context.invoked_function_arn)


def test_a_setting_that_cannot_be_read_stops_every_run_and_is_named_in_the_log(log: StringIO) -> None:
    there = delivered(OPEN, queues(OPEN, MODE="Perhaps"))
    assert there.answers == ["SettingsError"]
    assert [line["why"] for line in lines(log.getvalue())] == [
        "MODE is 'Perhaps', not one of Enforce, Observe"
    ]


def test_an_event_that_is_no_message_is_refused_and_no_call_is_made() -> None:
    there = queues(OPEN)
    with there._here(), pytest.raises(BadEvent, match="Records is null"):
        handle(sample(OPEN), there.context)
    assert there.wire.calls == []


def test_what_cannot_be_read_is_logged_with_its_message_and_ends_as_a_dead_letter_and_each_time_as_an_error(
    log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    there = queues(OPEN)
    message = there.send({"source": "aws.lambda"})
    there.run()
    assert (there.answers, [one.id for one in there.dead]) == (["BadEvent"] * MOST_RECEIVES, [message.id])
    first = lines(log.getvalue())[0]
    assert (first["why"], first["queue_message"], first["receives"], first["body"]) == (
        "detail-type is missing",
        message.id,
        1,
        '{"source": "aws.lambda"}',
    )
    assert [line["MessagesFailed"] for line in lines(capsys.readouterr().out)] == [[1.0]] * MOST_RECEIVES


def test_what_aws_cannot_answer_now_is_retried_and_is_no_error(
    log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    there = queues(OPEN)
    there.wire.faults["GetResourcePolicy"] = ApiError("TooManyRequestsException", "Rate exceeded")
    delivered(OPEN, there)
    assert (there.answers, there.wire.calls[-1]) == (["again"], "ChangeMessageVisibility")
    assert [line["kind"] for line in lines(log.getvalue())] == ["RetryLater"]
    (metrics,) = lines(capsys.readouterr().out)
    assert metrics["RetryLater"] == [1.0]
    assert "MessagesFailed" not in metrics


def test_a_repair_that_aws_refuses_is_warned_of_in_the_log(log: StringIO) -> None:
    there = queues("permission-for-everyone")
    there.wire.faults["PutResourcePolicy"] = ApiError("PublicPolicyException", "blocked")
    delivered("permission-for-everyone", there)
    assert outcomes(there) == ["FAILED"]
    assert ("WARNING", "repair failed") in [
        (line["level"], line["message"]) for line in lines(log.getvalue())
    ]


def test_a_journal_that_fails_is_counted_and_its_calls_are_named(
    log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    there = queues(OPEN)
    there.wire.faults["Query"] = ApiError("InternalServerError", "down")
    delivered(OPEN, there)
    failed = [line for line in lines(log.getvalue()) if line["message"] == "journal failed"]
    assert [line["level"] for line in failed] == ["ERROR"]
    assert all("Query" in call for call in failed[0]["calls"])
    assert lines(capsys.readouterr().out)[0]["JournalFailures"] == [len(failed[0]["calls"])]


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_repair_of_an_earlier_run_is_counted_when_it_is_reported_and_not_timed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = queues(OPEN)

    def ends_before_the_alert(operation: str) -> None:
        if operation == "Publish":
            raise Killed

    there.wire.hold = ends_before_the_alert
    delivered(OPEN, there)
    assert (there.answers, outcomes(there)) == (["killed"], [])
    there.wire.hold = lambda _operation: None
    capsys.readouterr()
    there.run()
    assert outcomes(there) == ["REPAIRED"]
    (metrics,) = lines(capsys.readouterr().out)
    assert metrics["Repaired"] == [1.0]
    assert "SecondsFromCallToRepair" not in metrics


def test_a_sweep_counts_one_that_is_finished_and_a_digest_none_so_that_a_day_without_one_is_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = queues(BOUND)
    there.send(scheduled(ACCOUNT, REGION), "sweep-tasks")
    there.send(scheduled(ACCOUNT, REGION), "sweep-tasks")
    there.run()
    there.send(scheduled(ACCOUNT, REGION))
    there.run()
    counts = [line.get("SweepsFinished") for line in lines(capsys.readouterr().out)]
    # A second sweep within the hour does nothing; the task of the first one counts what was swept.
    assert counts == [[1.0], [0.0], None, [0.0]]
