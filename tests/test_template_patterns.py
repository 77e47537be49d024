"""Which calls wake the guard: the template's own patterns, asked with an engine that knows EventBridge's whole language."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard.door import asked_by
from permission_guard.role_change import HANDED_ON
from permission_guard.trigger import OF_IAM, Ignored, Kind, trigger_of
from tests.matching import matches
from tests.samples import GUARD_ROLE, NAMES, sample
from tests.template import resolved, written

RESOURCES: dict[str, Any] = written()["Resources"]
EVENTS: dict[str, Any] = RESOURCES["Guard"]["Properties"]["Events"]
PATTERNS: dict[str, dict[str, Any]] = resolved(
    {
        **{
            name: body["Properties"]["Pattern"]
            for name, body in EVENTS.items()
            if body["Type"] == "EventBridgeRule"
        },
        **{
            name: body["Properties"]["EventPattern"]
            for name, body in RESOURCES.items()
            if body["Type"] == "AWS::Events::Rule" and "EventPattern" in body["Properties"]
        },
    },
    {},
    {"GuardRole": GUARD_ROLE},
)
"""Every rule's pattern. SAM lets a rule below the function wake it; the others say what they wake."""
WAITS = {Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED, *OF_IAM}

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
    **{kind: (kind.value,) for kind in sorted(OF_IAM, key=str)},
}
"""The names under which CloudTrail records each call, older ones too (facts 1.3)."""
NAMED = [(kind, name) for kind, names in DATED.items() for name in names]
OTHERS = (
    "CreateFunctionCodeSigningConfig",
    "CreateEventSourceMapping20150331",
    "RemoveLayerVersionPermission20181031",
    "PublishLayerVersion20181031",
    "PublishVersion20150331",
    "DeleteFunctionUrlConfig",
    "DeleteFunctionConcurrency20171031",
    "DeleteFunctionEventInvokeConfig",
    "DeleteAlias20150331",
    "PutFunctionConcurrency20171031",
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionCodeSigningConfig",
    "UpdateFunctionEventInvokeConfig",
    "GetFunction20150331v2",
    "TagResource20170331v2",
    "DeleteResourcePolicy",
)
"""Calls that change no verdict, or take away what somebody else's rights would have to be proved without."""


def event(name: str, source: str | None = None, **detail: object) -> dict[str, Any]:
    service = "iam" if name in {kind.value for kind in OF_IAM} else "lambda"
    return {
        "source": source or f"aws.{service}",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventSource": f"{service}.amazonaws.com", "eventName": name, **detail},
    }


def woken_by(given: dict[str, Any]) -> list[str]:
    """The rules of the template that an event matches."""
    return [rule for rule, pattern in PATTERNS.items() if matches(pattern, given)]


def test_every_call_that_the_code_knows_has_its_name_here() -> None:
    assert set(DATED) == set(Kind) - {Kind.SWEEP}


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_every_call_that_can_change_a_verdict_wakes_the_guard_once_and_only_a_function_that_is_made_or_changed_waits(
    kind: Kind, name: str
) -> None:
    (rule,) = woken_by(event(name))
    assert (rule not in EVENTS) == (kind in WAITS)
    if kind in WAITS:
        (target,) = RESOURCES[rule]["Properties"]["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["Waiting", "Arn"]}


@pytest.mark.parametrize("name", OTHERS)
def test_calls_that_change_no_verdict_do_not_wake_it(name: str) -> None:
    assert woken_by(event(name)) == []


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_a_failed_call_does_not_wake_it(kind: Kind, name: str) -> None:
    assert kind in DATED
    assert woken_by(event(name, errorCode="AccessDenied")) == []


@pytest.mark.parametrize("kind", sorted(OF_IAM, key=str))
def test_what_the_guard_of_iams_home_hands_on_wakes_the_guards_of_the_other_regions(kind: Kind) -> None:
    assert woken_by(event(kind.value, HANDED_ON)) == ["RoleChanged"]
    assert woken_by(event(kind.value, "somebody")) == []
    assert woken_by(event(kind.value, HANDED_ON, errorCode="AccessDenied")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "aws.secretsmanager"},
        {"detail-type": "AWS Service Event via CloudTrail"},
        {"detail": {"eventSource": "lambda-web.amazonaws.com", "eventName": "PutResourcePolicy"}},
    ],
)
def test_what_is_no_call_to_lambda_does_not_wake_it(wrong: dict[str, Any]) -> None:
    assert woken_by(event("PutResourcePolicy")) == ["PermissionChanged"]
    assert woken_by({**event("PutResourcePolicy"), **wrong}) == []


def issued(arn: str) -> dict[str, object]:
    return {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn}}}


OWN = [
    name
    for kind, name in NAMED
    if kind in {Kind.PERMISSION_ADDED, Kind.PERMISSION_REMOVED, Kind.POLICY_WRITTEN}
]
"""The calls that the guard itself makes."""


@pytest.mark.parametrize("name", OWN)
def test_what_the_guard_itself_has_done_does_not_wake_it(name: str) -> None:
    assert woken_by(event(name, userIdentity=issued(GUARD_ROLE))) == []


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize(
    "identity",
    [
        issued(GUARD_ROLE + "2"),
        issued(GUARD_ROLE.replace("123456789012", "999999999999")),
        {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice"},
        {"type": "Root"},
        {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"},
        {"type": "AssumedRole", "sessionContext": {}},
        {},
        None,
    ],
)
def test_what_anybody_else_has_done_wakes_it_with_or_without_a_session(name: str, identity: object) -> None:
    assert woken_by(event(name, userIdentity=identity)) == ["PermissionChanged"]
    assert woken_by(event(name)) == ["PermissionChanged"]


ONLY_THE_CODE_CAN_TELL = {
    "a-function-of-another-account-was-opened",
    "a-version-was-deleted",
    "a-web-functions-policy-was-put",
}
"""What is said of these stands in the parameters of the call, by forms that no pattern can tell apart."""


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_event_wakes_the_guard_exactly_if_there_is_something_to_look_at_or_only_the_code_can_tell(
    name: str,
) -> None:
    asked = trigger_of(sample(name), guard_role_arn=GUARD_ROLE)
    is_looked_at = not isinstance(asked, Ignored)
    assert len(woken_by(sample(name))) == (is_looked_at or name in ONLY_THE_CODE_CAN_TELL)
    assert not (is_looked_at and name in ONLY_THE_CODE_CAN_TELL)


UNDATED = {Kind.POLICY_WRITTEN, Kind.URL_CREATED, Kind.URL_CHANGED}
DATES = ("20150331", "20150331v2", "20270101v3")
SUFFIXES = st.sampled_from(["", "2", *DATES, "UrlConfig", "Config"])


@settings(max_examples=150)
@given(
    name=st.sampled_from([*(kind.value for kind in DATED), *OTHERS, "ListTags", "Invoke"]), suffix=SUFFIXES
)
def test_whatever_a_call_is_named_no_two_rules_are_woken_and_a_later_date_of_what_the_code_looks_at_wakes_one(
    name: str, suffix: str
) -> None:
    given = sample("s3-was-let-in-without-a-source")
    given["detail"]["eventName"] = name + suffix
    rules = woken_by(given)
    assert len(rules) <= 1
    try:
        looked_at = not isinstance(trigger_of(given, guard_role_arn=GUARD_ROLE), Ignored)
    except ValueError:  # its parameters are those of another call, so it is one that is looked at
        looked_at = True
    undated = {kind.value for kind in UNDATED}
    if looked_at and (suffix in DATES or name + suffix in undated):
        assert rules != []


@pytest.mark.parametrize("rule", PATTERNS)
def test_a_pattern_fits_eventbridges_limit_with_the_longest_role_that_iam_allows(rule: str) -> None:
    longest = f"arn:aws-us-gov:iam::123456789012:role/{'r' * 64}"
    assert len(json.dumps(PATTERNS[rule]).replace(GUARD_ROLE, longest)) <= 2048


# The engine itself

SHARED = Path(__file__).resolve().parents[2] / "shared"
VECTORS = Path(os.environ.get("PATTERN_VECTORS", SHARED / "eventbridge-pattern-vectors.json"))
RECORDED = Path(os.environ.get("RECORDED_EVENTS", SHARED / "recorded-events"))


@pytest.mark.skipif(
    not VECTORS.is_file(), reason="the vectors that AWS's own engine has answered are not at hand"
)
def test_the_engine_says_what_awss_own_engine_says() -> None:
    vectors = json.loads(VECTORS.read_text())
    # A pattern that AWS refuses matches nothing here.
    assert [
        one["name"]
        for one in vectors
        if (matches(one["pattern"], one["event"]) or False) != (one["want"] is True)
    ] == []


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded events are not at hand")
def test_recorded_events_wake_the_guard_exactly_if_the_code_would_look_at_something_for_them() -> None:
    role = "arn:aws:iam::111122223333:role/permission-guard-GuardRole"
    wrong = []
    for path in sorted(RECORDED.glob("[!_]*.json")):
        given = json.loads(path.read_text())
        asked = asked_by(given, guard_role_arn=role)
        own = "itself" in path.name
        expected = 0 if isinstance(asked, Ignored) and not own else 1
        if not own and len(woken_by(given)) != expected:
            wrong.append(path.name)
    assert wrong == []
