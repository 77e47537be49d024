"""The centre: the organisation's guards can send to it, nobody else can, and both templates mean the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from moto.events.models import EventPattern

from organization.template import CENTRAL
from organization.template import written as read
from permission_guard.iam import Answer, Context, IamPrincipal, Policy, Principal, Request, Service, decide
from tests.template import ACCOUNT, REGION, resolved, written

CENTRE = read(CENTRAL)
RESOURCES: dict[str, Any] = CENTRE["Resources"]
MEMBER = written()
ORGANIZATION = "o-a1b2c3d4e5"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:centre"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/centre"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/centre"
ARNS = {"Alerts": TOPIC, "AlertsKey": KEY, "Bus": BUS}
DOCUMENTS = {
    "topic": (RESOURCES["AlertsPolicy"]["Properties"]["PolicyDocument"], "sns:Publish", TOPIC),
    "key": (RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"], "kms:GenerateDataKey", KEY),
    "bus": (
        {"Version": "2012-10-17", "Statement": [RESOURCES["BusPolicy"]["Properties"]["Statement"]]},
        "events:PutEvents",
        BUS,
    ),
}
GUARD = IamPrincipal("arn:aws:iam::222222222222:role/StackSet-guard-GuardRole-1", "222222222222")


def answered(
    what: str, organization: str, *, principal: Principal = GUARD, via: str = f"sns.{REGION}.amazonaws.com"
) -> Answer:
    document, action, on = DOCUMENTS[what]
    policy = Policy.parse(resolved(document, {"OrganizationId": ORGANIZATION}, ARNS), name=what)
    context = Context.of({"aws:PrincipalOrgID": organization, "kms:ViaService": via})
    return decide(Request(action, on, principal, context), resource=policy).answer


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_guard_of_the_organisation_may_use_the(what: str) -> None:
    assert answered(what, ORGANIZATION) is Answer.ALLOWED


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_guard_of_another_organisation_and_a_service_for_anybody_may_not_use_the(what: str) -> None:
    assert answered(what, "o-9999999999") is not Answer.ALLOWED
    service = Service("events.amazonaws.com")
    assert answered(what, "o-9999999999", principal=service) is not Answer.ALLOWED


def test_the_key_serves_sns_and_nothing_else() -> None:
    assert answered("key", ORGANIZATION, via=f"s3.{REGION}.amazonaws.com") is not Answer.ALLOWED
    assert RESOURCES["Alerts"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlertsKey"}


def member(resource: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = MEMBER["Resources"][resource]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_what_the_key_lets_the_guards_do_is_what_their_role_allows_them() -> None:
    _, allowed = RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"]["Statement"]
    _, asked = member("MayTellTheCentre")
    assert allowed["Action"] == asked["Action"]


@pytest.mark.parametrize("name", ["CentralAlertsTopicArn", "CentralBusArn"])
def test_what_the_centre_puts_out_is_what_the_guards_take_in(name: str) -> None:
    assert name in CENTRE["Outputs"]
    pattern = MEMBER["Parameters"][name]["AllowedPattern"]
    assert re.fullmatch(pattern, {"CentralAlertsTopicArn": TOPIC, "CentralBusArn": BUS}[name])
    assert re.fullmatch(pattern, MEMBER["Parameters"][name]["Default"])
    assert not re.fullmatch(pattern, "alerts")


def test_the_alarms_that_the_guards_send_are_told_when_they_are_raised_and_when_they_are_over() -> None:
    rule = RESOURCES["AlarmRaisedOrOver"]["Properties"]
    pattern = EventPattern.load(json.dumps(rule["EventPattern"]))

    def told(state: str) -> bool:
        event: Any = {
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "detail": {"state": {"value": state}},
        }
        return pattern.matches_event(event)

    assert [told(state) for state in ("ALARM", "OK", "INSUFFICIENT_DATA")] == [True, True, False]
    (target,) = rule["Targets"]
    used = set(re.findall(r"<(\w+)>", target["InputTransformer"]["InputTemplate"]))
    assert used == set(target["InputTransformer"]["InputPathsMap"])
    sent = MEMBER["Resources"]["AlarmsToTheCentre"]["Properties"]["EventPattern"]
    assert (sent["source"], sent["detail-type"]) == (
        rule["EventPattern"]["source"],
        rule["EventPattern"]["detail-type"],
    )


def test_every_metric_that_the_dashboard_searches_is_one_that_a_guard_shows_too() -> None:
    board = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    guard = MEMBER["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    searched = set(re.findall(r'\\"(\w+)\\"', board))
    assert "Repaired" in searched
    assert {name for name in searched if f'["PermissionGuard", "{name}"' not in guard} == set()
    json.loads(re.sub(r"\$\{[\w.:]+\}", "x", board))
