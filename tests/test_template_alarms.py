"""The guard's own failures are reported: each alarm can reach the topic, nobody else can, and the dashboard shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from docs.generate.cost import METRICS
from permission_guard import handler
from permission_guard.iam import (
    Context,
    EvalDecision,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    ServicePrincipal,
    decide,
)
from tests.template import ACCOUNT, ARNS, REGION, resolved, written

RESOURCES: dict[str, Any] = written()["Resources"]
ALARMS: dict[str, dict[str, Any]] = {
    name: body["Properties"] for name, body in RESOURCES.items() if body["Type"] == "AWS::CloudWatch::Alarm"
}
UNTRUSTED = "999999999999"
SILENT_WHEN_OVER = {"AlertsNotDelivered", "DeadLettersGrowing"}
"""That the first is over could not be delivered either, and would raise it again; the second is over at once."""


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do_and_only_a_sweep_that_is_missing_is_reported_by_silence(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Ref": "Alerts"}]
    assert alarm.get("OKActions", []) == ([] if name in SILENT_WHEN_OVER else [{"Ref": "Alerts"}])
    assert alarm["TreatMissingData"] == ("breaching" if name == "NoSweepFinished" else "notBreaching")
    # CloudWatch's limit is 1,024 characters (API_PutMetricAlarm).
    assert len(alarm["AlarmDescription"]) <= 1024
    # The topic's policy knows an alarm by the name that CloudFormation gives it.
    assert "AlarmName" not in alarm


def test_what_the_guard_counts_itself_is_watched_and_shown_under_the_names_by_which_it_is_counted() -> None:
    dimensions = [{"Name": "service", "Value": handler.SERVICE}]
    own = [alarm for alarm in ALARMS.values() if alarm.get("Namespace") == handler.metrics.namespace]
    assert {(one["MetricName"] in METRICS, str(one["Dimensions"])) for one in own} == {
        (True, str(dimensions))
    }
    shown = [row for widget in WIDGETS for row in widget["properties"].get("metrics", ())]
    mine = {tuple(row[1:4]) for row in shown if row[0] == handler.metrics.namespace}
    assert {(name in METRICS, *rest) for name, *rest in mine} == {(True, "service", handler.SERVICE)}


WIDGETS: list[dict[str, Any]] = json.loads(
    resolved(RESOURCES["Dashboard"]["Properties"]["DashboardBody"], {}, {})
)["widgets"]


def test_the_dashboard_has_six_widgets_and_the_state_of_every_alarm() -> None:
    assert len(WIDGETS) == 6
    assert WIDGETS[0]["properties"]["alarms"] == [f"${{{name}.Arn}}" for name in ALARMS]
    assert max(one["x"] + one["width"] for one in WIDGETS) == 24
    # Dashboards belong to the account and not to a Region.
    assert (
        resolved(RESOURCES["Dashboard"]["Properties"]["DashboardName"], {}, {})
        == f"permission-guard-{REGION}"
    )


# Who may publish, by the guard's own evaluator


def answered(
    document: dict[str, Any], action: str, resource: str, principal: Principal, **keys: str
) -> EvalDecision:
    policy = Policy.parse(resolved(document, {}, ARNS), name="resource policy")
    context = Context.of({f"aws:{key}": value for key, value in keys.items()}, unlisted=())
    return decide(Request(action, resource, principal, context), resource=policy).answer


KEY_POLICY: dict[str, Any] = RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"]
POLICIES = {
    "topic": (RESOURCES["AlertsPolicy"]["Properties"]["PolicyDocument"], "sns:Publish", ARNS["Alerts"]),
    "key, to encrypt": (KEY_POLICY, "kms:GenerateDataKey", ARNS["AlertsKey"]),
    "key, to decrypt": (KEY_POLICY, "kms:Decrypt", ARNS["AlertsKey"]),
}
CLOUDWATCH = ServicePrincipal("cloudwatch.amazonaws.com")
OWN_ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:permission-guard-Failing-1A2B3C"


@pytest.mark.parametrize("policy", POLICIES)
def test_an_alarm_of_this_stack_and_the_owner_may_use_the(policy: str) -> None:
    asked = POLICIES[policy]
    assert answered(*asked, CLOUDWATCH, SourceAccount=ACCOUNT, SourceArn=OWN_ALARM) is EvalDecision.ALLOWED
    assert (
        answered(*asked, IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/admin", ACCOUNT)) is EvalDecision.ALLOWED
    )


OTHERS: dict[str, tuple[Principal, dict[str, Any]]] = {
    "an alarm of another stack": (
        CLOUDWATCH,
        {"SourceAccount": ACCOUNT, "SourceArn": OWN_ALARM.replace("permission-guard", "another")},
    ),
    "an alarm of another account": (
        CLOUDWATCH,
        {"SourceAccount": UNTRUSTED, "SourceArn": OWN_ALARM.replace(ACCOUNT, UNTRUSTED)},
    ),
    "an alarm for nobody": (CLOUDWATCH, {}),
    "another service": (
        ServicePrincipal("events.amazonaws.com"),
        {"SourceAccount": ACCOUNT, "SourceArn": OWN_ALARM},
    ),
    "an untrusted account": (IamPrincipal(f"arn:aws:iam::{UNTRUSTED}:role/any", UNTRUSTED), {}),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_may_use_them(who: str, policy: str) -> None:
    principal, keys = OTHERS[who]
    assert answered(*POLICIES[policy], principal, **keys) is EvalDecision.NOT_ALLOWED
