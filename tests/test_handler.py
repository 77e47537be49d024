"""The Lambda function itself: what it returns, what it raises, and what it leaves in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permission_guard import handler as door
from permission_guard.ports import TryAgain
from permission_guard.record import BadEvent
from permission_guard.settings import SettingsError
from permission_guard.trigger import Ignored, Trigger, trigger_of
from permission_guard.world import ApiError
from tests.aws.guarded import QUEUE, TOPIC, WAITING
from tests.aws.transport import Transport
from tests.samples import ACCOUNT, GUARD_ROLE, NAMES, sample, scene

REGION = "eu-west-1"
Event = dict[str, Any]


@dataclass
class Context:
    """What Lambda passes beside the event."""

    function_name: str = "guard"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return how much of the five minutes is left."""
        return 299_000


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The variables that the template sets."""
    monkeypatch.setenv("ALERTS_TOPIC_ARN", TOPIC)
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", QUEUE)
    monkeypatch.setenv("GUARD_ROLE_ARN", GUARD_ROLE)
    monkeypatch.setenv("JOURNAL_TABLE", "journal")
    monkeypatch.setenv("WAITING_QUEUE_URL", WAITING)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    door.standby.cache_clear()
    yield
    door.standby.cache_clear()


def connected(event: Event, monkeypatch: pytest.MonkeyPatch) -> Transport:
    """Let the handler's clients end in an account in which the event has just happened."""
    wire = Transport(scene(event).account)
    monkeypatch.setattr("permission_guard.connected.Clients", wire.clients)
    return wire


def fresh(name: str) -> Event:
    """A sample event as if it had happened just now."""
    event = sample(name)
    event["detail"]["eventTime"] = datetime.now(UTC).isoformat()
    return event


def handled(event: object) -> dict[str, Any]:
    handle: Any = door.handler
    answer: dict[str, Any] = handle(event, Context())
    return answer


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the logger writes."""
    stream = StringIO()
    monkeypatch.setattr(door.logger.registered_handler, "stream", stream)
    return stream


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_fault_is_repaired_told_logged_and_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log: StringIO
) -> None:
    event = fresh("s3-was-let-in-without-a-source")
    wire = connected(event, monkeypatch)
    answer = handled(event)
    # Written down before it is made, and when somebody has been told.
    assert wire.calls == [
        *("Query", "GetResourcePolicy", "PutItem", "PutResourcePolicy", "Publish", "PutItem"),
    ]
    assert [finding["action"]["outcome"] for finding in answer["alert"]["findings"]] == ["REPAIRED"]
    (told,) = lines(log.getvalue())
    assert (told["message"], told["correlation_id"]) == ("told", event["id"])
    assert told["alert"] == answer["alert"]
    (metrics,) = lines(capsys.readouterr().out)
    assert (metrics["Judged"], metrics["FailFindings"], metrics["Repaired"]) == ([1.0], [1.0], [1.0])


def test_a_compliant_permission_is_only_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    event = fresh("s3-was-let-in-for-one-bucket-of-this-account")
    wire = connected(event, monkeypatch)
    assert handled(event) == {"compliant": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"}
    assert wire.calls == []


def test_a_function_that_is_gone_is_only_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    event = fresh("a-function-was-created-by-cloudformation")
    wire = connected(event, monkeypatch)
    wire.account.functions.clear()
    assert handled(event) == {"gone": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"}


def test_an_event_that_is_ignored_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    event = fresh("the-guard-itself-bound-a-permission")
    wire = connected(event, monkeypatch)
    assert handled(event) == {"ignored": "the guard made this call itself"}
    assert wire.calls == []


def test_in_observe_mode_nothing_could_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "Observe")
    event = fresh("anyone-was-let-in")
    wire = connected(event, monkeypatch)
    answer = handled(event)
    assert door.standby(ACCOUNT, REGION).connections.guard.actor is None
    assert (wire.calls[:2], wire.calls[-2:]) == (["Query", "GetResourcePolicy"], ["Publish", "PutItem"])
    # Between them every service is asked whether the "*" is there for it.
    assert all(call.startswith(("List", "Describe", "Get")) for call in wire.calls[2:-2])
    assert [finding["action"]["outcome"] for finding in answer["alert"]["findings"]] == ["WOULD_REPAIR"]


MALFORMED = {
    "is an object": ([], "event is a list, not an object"),
    "has a source": ({"detail-type": "AWS API Call via CloudTrail"}, "source is missing"),
    "has a detail": (
        {"source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail"},
        "detail is missing",
    ),
}


@pytest.mark.parametrize("law", MALFORMED)
def test_an_event_is_refused_by_the_field_that_is_wrong_unless_it(
    law: str, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    event, problem = MALFORMED[law]
    wire = connected(sample("anyone-was-let-in"), monkeypatch)
    with pytest.raises(BadEvent, match=problem):
        handled(event)
    assert wire.calls == []
    assert problem in [line.get("why") for line in lines(log.getvalue())]


BROKEN: dict[str, tuple[str, object, str]] = {
    "the time": ("eventTime", "yesterday", "detail.eventTime is no time with a zone: 'yesterday'"),
    "the zone": ("eventTime", "2026-11-20T10:15:30", "detail.eventTime is no time with a zone"),
    "the account": ("recipientAccountId", "12", "detail.recipientAccountId is no account id: '12'"),
    "the parameters": ("requestParameters", None, "detail.requestParameters is missing"),
    "the shape": ("requestParameters", "x", "detail.requestParameters is a text, not an object"),
    "the name": (
        "requestParameters",
        {"functionName": "no name!"},
        "detail.requestParameters.functionName not a",
    ),
    "the Sid": (
        "requestParameters",
        {"functionName": "orders"},
        "detail.requestParameters.statementId is missing",
    ),
    "the statement": (
        "responseElements",
        {"statement": "{"},
        "detail.responseElements.statement is not JSON",
    ),
    "the flag": ("readOnly", "perhaps", "detail.readOnly is a text, neither true nor false"),
    "the event's id": ("eventID", 7, "detail.eventID is a number, not a text"),
    "the name's kind": ("eventName", True, "detail.eventName is a Bool, not a text"),
    "the region": ("awsRegion", "", "detail.awsRegion is an empty text, not a text"),
    "the issuer": ("userIdentity", {"sessionContext": []}, "detail.userIdentity.sessionContext is a list"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_malformed_field_is_named(what: str) -> None:
    field, value, problem = BROKEN[what]
    event = sample("anyone-was-let-in")
    event["detail"][field] = value
    with pytest.raises(BadEvent) as caught:
        trigger_of(event, guard_role_arn=GUARD_ROLE)
    assert str(caught.value).startswith(problem)


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "Perhaps")
    with pytest.raises(SettingsError, match="MODE is 'Perhaps', not one of Enforce, Observe"):
        handled(sample("anyone-was-let-in"))


@pytest.mark.parametrize(
    "name",
    ["ALERTS_TOPIC_ARN", "DEAD_LETTER_QUEUE_URL", "GUARD_ROLE_ARN", "JOURNAL_TABLE", "WAITING_QUEUE_URL"],
)
def test_a_guard_that_could_tell_nobody_would_chase_itself_would_forget_or_could_not_sweep_does_not_start(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        handled(sample("anyone-was-let-in"))


def test_what_cannot_be_answered_now_is_raised_so_that_lambda_wakes_it_again(
    monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    event = fresh("anyone-was-let-in")
    wire = connected(event, monkeypatch)
    wire.faults["GetResourcePolicy"] = ApiError("TooManyRequestsException", "Rate exceeded")
    with pytest.raises(TryAgain):
        handled(event)
    kinds = [line.get("kind") for line in lines(log.getvalue())]
    assert "TryAgain" in kinds


def test_a_repair_that_aws_refuses_is_warned_of_in_the_log(
    monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    event = fresh("anyone-was-let-in")
    wire = connected(event, monkeypatch)
    wire.faults["PutResourcePolicy"] = ApiError("PublicPolicyException", "blocked")
    handled(event)
    assert ("WARNING", "repair failed") in [
        (line.get("level"), line.get("message")) for line in lines(log.getvalue())
    ]


def counted(capsys: pytest.CaptureFixture[str]) -> Event:
    """What the last run counted, in CloudWatch's embedded metric format."""
    return lines(capsys.readouterr().out)[-1]


def test_a_repair_is_timed_from_the_call_that_made_it_necessary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = fresh("s3-was-let-in-without-a-source")
    event["detail"]["eventTime"] = (datetime.now(UTC) - timedelta(seconds=90)).isoformat()
    connected(event, monkeypatch)
    handled(event)
    metrics = counted(capsys)
    (seconds,) = metrics["SecondsFromCallToRepair"]
    assert 90 <= seconds < 120
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert {"Name": "SecondsFromCallToRepair", "Unit": "Seconds"} in directive["Metrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("PermissionGuard", [["service"]])


def test_what_is_only_told_is_not_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODE", "Observe")
    event = fresh("anyone-was-let-in")
    connected(event, monkeypatch)
    handled(event)
    metrics = counted(capsys)
    assert metrics["WouldRepair"] == [1.0]
    assert "SecondsFromCallToRepair" not in metrics


def test_what_a_former_run_repaired_is_counted_when_it_is_told_and_not_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = fresh("s3-was-let-in-without-a-source")
    wire = connected(event, monkeypatch)
    wire.faults |= {call: ApiError("InternalError", "down") for call in ("Publish", "SendMessage")}
    with pytest.raises(TryAgain):
        handled(event)
    wire.faults.clear()
    handled(event)
    metrics = counted(capsys)
    assert metrics["Repaired"] == [1.0]
    assert "SecondsFromCallToRepair" not in metrics


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def paths(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from paths(inner, (*path, key))


@given(name=st.sampled_from(NAMES), pick=st.randoms(use_true_random=False), value=JSON, delete=st.booleans())
def test_one_field_gone_or_replaced_never_ends_in_anything_but_a_clear_answer(
    name: str, pick: Any, value: object, *, delete: bool
) -> None:
    event = deepcopy(sample(name))
    *way, last = pick.choice(sorted(paths(event)))
    inner: Any = event
    for key in way:
        inner = inner[key]
    inner[last] = value
    if delete:
        del inner[last]
    try:
        answer: object = trigger_of(event, guard_role_arn=GUARD_ROLE)
    except BadEvent as error:
        answer = error
    assert isinstance(answer, Trigger | Ignored | BadEvent)


@given(value=JSON)
def test_no_json_at_all_ends_in_anything_but_a_clear_answer(value: object) -> None:
    try:
        answer: object = trigger_of(value, guard_role_arn=GUARD_ROLE)
    except BadEvent as error:
        answer = error
    assert isinstance(answer, Ignored | BadEvent)
