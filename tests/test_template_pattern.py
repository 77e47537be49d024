"""Which calls become messages: the template's own pattern, asked with moto's engine for EventBridge's patterns."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.events.models import EventPattern

from permission_guard.events.trigger import Ignored, Installation, Kind, trigger_of
from tests.samples import ACCOUNT, NAMES, home, read, sample
from tests.template import REGION, resolved, written

PATTERN: dict[str, Any] = resolved(written()["Resources"]["Changes"]["Properties"]["EventPattern"], {}, {})

DATED = {
    Kind.FUNCTION_CREATED: ("CreateFunction20150331",),
    Kind.FUNCTION_CHANGED: ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration20150331"),
    Kind.FUNCTION_DELETED: ("DeleteFunction20150331",),
    Kind.PERMISSION_ADDED: ("AddPermission20150331v2", "AddPermission20150331"),
    Kind.PERMISSION_REMOVED: ("RemovePermission20150331v2", "RemovePermission20150331"),
    Kind.POLICY_WRITTEN: ("PutResourcePolicy",),
    Kind.ALIAS_CREATED: ("CreateAlias20150331",),
    Kind.ALIAS_CHANGED: ("UpdateAlias20150331",),
    Kind.URL_CREATED: ("CreateFunctionUrlConfig",),
    Kind.URL_CHANGED: ("UpdateFunctionUrlConfig",),
    Kind.LAYER_SHARED: ("AddLayerVersionPermission20181031",),
}
"""The names under which CloudTrail records each call, older ones too (facts 1.3)."""
CALLS = [name for names in DATED.values() for name in names]
OTHERS = (
    "CreateFunctionCodeSigningConfig",
    "CreateEventSourceMapping20150331",
    "RemoveLayerVersionPermission20181031",
    "PublishVersion20150331",
    "DeleteFunctionUrlConfig",
    "DeleteFunctionConcurrency20171031",
    "DeleteFunctionEventInvokeConfig",
    "DeleteAlias20150331",
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionCodeSigningConfig",
    "UpdateFunctionEventInvokeConfig",
    "GetFunction20150331v2",
    "TagResource20170331v2",
    "DeleteResourcePolicy",
)
"""Calls that change no verdict, or take access away."""


def matches(event: Any, pattern: dict[str, Any] | None = None) -> bool:
    found: bool = EventPattern.load(json.dumps(PATTERN if pattern is None else pattern)).matches_event(event)
    return found


def event(name: str, **detail: object) -> dict[str, Any]:
    return {
        "source": "aws.lambda",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": REGION,
        "detail": {"eventSource": "lambda.amazonaws.com", "eventName": name, **detail},
    }


def test_every_call_that_can_change_a_verdict_matches_and_no_other() -> None:
    assert set(DATED) == set(Kind) - {Kind.SWEEP}
    assert [name for name in (*CALLS, *OTHERS) if matches(event(name))] == CALLS


def test_of_the_failed_calls_only_a_removal_that_found_no_statement_matches() -> None:
    errors = ("AccessDenied", "ResourceNotFoundException", "ResourceConflictException")
    found = {(name, error) for name in CALLS for error in errors if matches(event(name, errorCode=error))}
    assert found == {(name, "ResourceNotFoundException") for name in DATED[Kind.PERMISSION_REMOVED]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "aws.secretsmanager"},
        {"detail-type": "AWS Service Event via CloudTrail"},
        {"detail": {"eventSource": "lambda-web.amazonaws.com", "eventName": "PutResourcePolicy"}},
        {"account": "999999999999"},
        {"region": "us-east-1"},
    ],
)
def test_an_event_of_another_source_account_or_region_does_not_match(wrong: dict[str, Any]) -> None:
    assert matches(event("PutResourcePolicy"))
    assert not matches({**event("PutResourcePolicy"), **wrong})


ONLY_THE_CODE_CAN_TELL = {
    "a-permission-on-a-function-of-another-account",
    "a-version-was-deleted",
    "a-web-functions-policy-was-put",
    "the-guard-itself-added-a-condition",
}
"""What is said of these stands in forms that no pattern of this rule tells apart."""


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_event_matches_exactly_if_there_is_something_to_evaluate_or_only_the_code_decides(
    name: str,
) -> None:
    # The rule of each guard names its own Region.
    given = sample(name) | {"region": REGION}
    evaluated = not isinstance(read(sample(name)), Ignored)
    assert matches(given) == (evaluated or name in ONLY_THE_CODE_CAN_TELL)


@settings(max_examples=150)
@given(
    name=st.sampled_from([*(kind.value for kind in DATED), *OTHERS, "ListTags", "Invoke"]),
    suffix=st.sampled_from(["20150331", "20150331v2", "20270101v3"]),
)
def test_a_call_under_a_later_date_matches_wherever_the_code_would_evaluate_it(
    name: str, suffix: str
) -> None:
    given = sample("s3-permission-without-a-source")
    given["detail"]["eventName"] = name + suffix
    try:
        evaluated = not isinstance(trigger_of(given, home()), Ignored)
    except ValueError:  # its parameters are those of another call, so it is one that is evaluated
        evaluated = True
    assert matches(given) or not evaluated


def test_the_pattern_is_within_eventbridges_limit() -> None:
    assert len(json.dumps(PATTERN)) <= 2048


# The engine itself, and recorded events, where both are at hand

SHARED = Path(__file__).resolve().parents[2] / "shared"
VECTORS = Path(os.environ.get("PATTERN_VECTORS", SHARED / "eventbridge-pattern-vectors.json"))
RECORDED = Path(os.environ.get("RECORDED_EVENTS", SHARED / "recorded-events"))
MOTO_DIFFERS = {
    "exists true on empty array",
    "exists false on empty array",
    "exists true inside array of objects",
    "array consistency same object",
}
"""None of the fields that the template's pattern names is a list."""


@pytest.mark.skipif(
    not VECTORS.is_file(), reason="the vectors that AWS's own engine has answered are not at hand"
)
def test_the_engine_says_what_awss_own_engine_says() -> None:
    vectors = json.loads(VECTORS.read_text())
    asked = [one for one in vectors if one["want"] != "error"]
    wrong = {one["name"] for one in asked if matches(one["event"], one["pattern"]) != one["want"]}
    assert (len(asked) > 50, wrong) == (True, MOTO_DIFFERS)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded events are not at hand")
def test_recorded_events_match_exactly_if_the_code_would_evaluate_them() -> None:
    wrong = []
    for path in sorted(RECORDED.glob("[!_]*.json")):
        given = json.loads(path.read_text())
        account, region = given["detail"]["recipientAccountId"], given["detail"]["awsRegion"]
        found = trigger_of(given, Installation(account, region, "arn:aws:iam::111122223333:role/guard"))
        here = {**given, "account": ACCOUNT, "region": REGION}
        if matches(here) == isinstance(found, Ignored):
            wrong.append(path.name)
    assert wrong == []
