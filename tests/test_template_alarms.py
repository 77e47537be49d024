"""The guard's own failures are told: what each alarm watches, and that it can reach the topic, and nobody else can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from docs.generate import DOCS
from permission_guard.iam import Answer, Context, IamPrincipal, Policy, Principal, Request, Service, decide
from permission_guard.settings import FRESH
from tests.template import ACCOUNT, REGION, resolved, written

STRANGER = "999999999999"
TEMPLATE = written()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
GUARD: dict[str, Any] = RESOURCES["Guard"]["Properties"]
ALARMS: dict[str, dict[str, Any]] = {
    name: body["Properties"] for name, body in RESOURCES.items() if body["Type"] == "AWS::CloudWatch::Alarm"
}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/alerts"


def watched(alarm: dict[str, Any]) -> tuple[str, str, tuple[Any, ...]]:
    """Namespace, metric and the values of its dimensions."""
    return alarm["Namespace"], alarm["MetricName"], tuple(one["Value"] for one in alarm["Dimensions"])


def test_each_way_in_which_the_guard_can_fail_has_its_alarm() -> None:
    assert {watched(alarm)[:2] for alarm in ALARMS.values()} == {
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/Lambda", "Duration"),
        ("AWS/Lambda", "AsyncEventAge"),
        ("AWS/Lambda", "DestinationDeliveryFailures"),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Events", "InvocationsFailedToBeSentToDlq"),
        ("AWS/DynamoDB", "SystemErrors"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
        ("AWS/SNS", "NumberOfNotificationsFailed"),
        ("PermissionGuard", "SelfTestsPassed"),
        ("PermissionGuard", "SweepsListed"),
    }


RULES = {
    *(f"Guard{name}" for name, body in GUARD["Events"].items() if body["Type"] == "EventBridgeRule"),
    *(
        name
        for name, body in RESOURCES.items()
        if body["Type"] == "AWS::Events::Rule" and "Condition" not in body
    ),
}
"""Every rule; those of a function are called so by SAM."""


def test_an_event_that_eventbridge_loses_is_told_whatever_rule_it_is_of() -> None:
    lost = [watched(one)[2] for one in ALARMS.values() if one["Namespace"] == "AWS/Events"]
    assert sorted(lost, key=str) == sorted((({"Ref": rule},) for rule in RULES), key=str)


def test_what_waits_too_long_is_told_once_it_is_longer_than_a_setting_or_a_retry_explains() -> None:
    waits = ALARMS["QueueWaits"]
    assert watched(waits)[2] == ({"Fn::GetAtt": ["Waiting", "QueueName"]},)
    longest = TEMPLATE["Parameters"]["SettleSeconds"]["MaxValue"]
    assert waits["Threshold"] > longest + RESOURCES["Waiting"]["Properties"]["VisibilityTimeout"]


SILENT = "GuardIsSilent"
"""The alarm for which silence is what is wrong."""


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_the_topic_says_what_to_do_and_all_but_one_take_silence_for_health(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Ref": "Alerts"}]
    assert alarm["TreatMissingData"] == ("breaching" if name == SILENT else "notBreaching")
    # CloudWatch's limit is 1,024 characters (API_PutMetricAlarm).
    assert 40 < len(alarm["AlarmDescription"]) <= 1024


def test_every_alarm_tells_when_it_is_over_but_the_one_that_would_raise_itself_by_that() -> None:
    silent = {name for name, alarm in ALARMS.items() if "OKActions" not in alarm}
    assert silent == {"AlertsNotDelivered"} == {list(ALARMS)[-1]}
    assert all(
        alarm.get("OKActions", [{"Ref": "Alerts"}]) == [{"Ref": "Alerts"}] for alarm in ALARMS.values()
    )


def test_an_event_on_which_the_guard_fails_for_good_raises_the_alarm_by_itself() -> None:
    tries = GUARD["EventInvokeConfig"]["MaximumRetryAttempts"] + 1
    assert ALARMS["GuardFails"]["Threshold"] == tries
    # Lambda tries again after one minute and after two more, and each try may take the whole time-out.
    within = timedelta(minutes=3) + tries * timedelta(seconds=GUARD["Timeout"])
    assert timedelta(seconds=ALARMS["GuardFails"]["Period"]) > within


def test_slowness_is_told_at_four_fifths_of_the_time_out() -> None:
    assert ALARMS["GuardIsSlow"]["Threshold"] == 0.8 * GUARD["Timeout"] * 1000


def test_waiting_events_are_told_while_half_the_time_is_left_in_which_they_are_repaired() -> None:
    assert timedelta(milliseconds=ALARMS["EventsWait"]["Threshold"]) == FRESH / 2


def test_the_page_on_operations_counts_the_alarms_that_cost_something() -> None:
    always = [name for name in ALARMS if "Condition" not in RESOURCES[name]]
    assert f"each of the {len(always)} alarms" in " ".join((DOCS / "operations.md").read_text().split())


# Who may publish, by the guard's own evaluator


def alarm_arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{account}:alarm:{name}"


def answered(
    document: dict[str, Any], action: str, resource: str, principal: Principal, **keys: str
) -> Answer:
    names = {"Alerts": TOPIC, "AlertsKey": KEY}
    policy = Policy.parse(resolved(document, {}, names), name="resource policy")
    context = Context.of({f"aws:{key}": value for key, value in keys.items()}, unlisted=())
    return decide(Request(action, resource, principal, context), resource=policy).answer


POLICIES = {
    "topic": (RESOURCES["AlertsPolicy"]["Properties"]["PolicyDocument"], "sns:Publish", TOPIC),
    "key, to encrypt": (RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"], "kms:GenerateDataKey", KEY),
    "key, to decrypt": (RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"], "kms:Decrypt", KEY),
}
CLOUDWATCH = Service("cloudwatch.amazonaws.com")
OWN_ALARM = alarm_arn("permission-guard-GuardFails-1A2B3C")


@pytest.mark.parametrize("policy", POLICIES)
def test_an_alarm_of_this_stack_may_use_the(policy: str) -> None:
    allowed = answered(*POLICIES[policy], CLOUDWATCH, SourceAccount=ACCOUNT, SourceArn=OWN_ALARM)
    assert allowed is Answer.ALLOWED


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("principal", "keys"),
    [
        (CLOUDWATCH, {"SourceAccount": ACCOUNT, "SourceArn": alarm_arn("another-stack-Alarm")}),
        (
            CLOUDWATCH,
            {"SourceAccount": STRANGER, "SourceArn": alarm_arn("permission-guard-Alarm", STRANGER)},
        ),
        (CLOUDWATCH, {"SourceAccount": STRANGER, "SourceArn": OWN_ALARM}),
        (CLOUDWATCH, {}),
        (Service("events.amazonaws.com"), {"SourceAccount": ACCOUNT, "SourceArn": OWN_ALARM}),
        (IamPrincipal(f"arn:aws:iam::{STRANGER}:role/stranger", STRANGER), {}),
    ],
    ids=["another-stack", "another-account", "a-lie", "no-source", "another-service", "a-stranger"],
)
def test_nobody_else_may_use_the(policy: str, principal: Principal, keys: dict[str, Any]) -> None:
    assert answered(*POLICIES[policy], principal, **keys) is Answer.NOT_ALLOWED


@pytest.mark.parametrize("policy", POLICIES)
def test_the_owner_keeps_its_rights_on_the(policy: str) -> None:
    role = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/admin", ACCOUNT)
    assert answered(*POLICIES[policy], role) is Answer.ALLOWED


def test_no_alarm_has_a_name_that_the_policies_do_not_know() -> None:
    assert [name for name, alarm in ALARMS.items() if "AlarmName" in alarm] == []


def test_the_topic_is_encrypted_with_a_key_that_alarms_can_use_and_the_guard_may_use_that_key_only() -> None:
    assert RESOURCES["Alerts"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlertsKey"}
    assert RESOURCES["AlertsKey"]["Properties"]["EnableKeyRotation"] is True
    (basics,) = RESOURCES["GuardRole"]["Properties"]["Policies"]
    found = [one for one in basics["PolicyDocument"]["Statement"] if one["Sid"] == "EncryptWhatItTells"]
    assert [one["Resource"] for one in found] == [{"Fn::GetAtt": ["AlertsKey", "Arn"]}]
