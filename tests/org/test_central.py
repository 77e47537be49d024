"""The central topic: the organization's guards may publish to it, nobody else may, and both templates mean the same."""

from __future__ import annotations

import re
from typing import Any

import pytest

from organization.template import CENTRAL as PATH
from organization.template import written as read
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
from tests.template import ACCOUNT, REGION, resolved, written

CENTRAL = read(PATH)
RESOURCES: dict[str, Any] = CENTRAL["Resources"]
MEMBER = written()
ORGANIZATION = "o-a1b2c3d4e5"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:central"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/central"
ARNS = {"Alerts": TOPIC, "AlertsKey": KEY}
DOCUMENTS = {
    "topic": (RESOURCES["AlertsPolicy"]["Properties"]["PolicyDocument"], "sns:Publish", TOPIC),
    "key": (RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"], "kms:GenerateDataKey", KEY),
}
GUARD = IamPrincipal("arn:aws:iam::222222222222:role/StackSet-guard-GuardRole-1", "222222222222")


def answered(
    what: str, organization: str, *, principal: Principal = GUARD, via: str = f"sns.{REGION}.amazonaws.com"
) -> EvalDecision:
    document, action, on = DOCUMENTS[what]
    policy = Policy.parse(resolved(document, {"OrganizationId": ORGANIZATION}, ARNS), name=what)
    context = Context.of({"aws:PrincipalOrgID": organization, "kms:ViaService": via})
    return decide(Request(action, on, principal, context), resource=policy).answer


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_guard_of_the_organization_may_use_the(what: str) -> None:
    assert answered(what, ORGANIZATION) is EvalDecision.ALLOWED


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_guard_of_another_organization_and_a_service_for_anyone_may_not_use_the(what: str) -> None:
    assert answered(what, "o-9999999999") is not EvalDecision.ALLOWED
    service = ServicePrincipal("events.amazonaws.com")
    assert answered(what, "o-9999999999", principal=service) is not EvalDecision.ALLOWED


def test_the_key_serves_sns_and_nothing_else() -> None:
    assert answered("key", ORGANIZATION, via=f"s3.{REGION}.amazonaws.com") is not EvalDecision.ALLOWED
    assert RESOURCES["Alerts"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlertsKey"}


def member(resource: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = MEMBER["Resources"][resource]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_what_the_key_lets_the_guards_do_is_what_their_role_allows_them() -> None:
    _, allowed = RESOURCES["AlertsKey"]["Properties"]["KeyPolicy"]["Statement"]
    _, asked = member("MayAlertTheOrganization")
    assert allowed["Action"] == asked["Action"]


def test_the_output_of_the_central_stack_is_what_the_guards_take_in() -> None:
    assert "CentralAlertsTopicArn" in CENTRAL["Outputs"]
    parameter = MEMBER["Parameters"]["CentralAlertsTopicArn"]
    assert re.fullmatch(parameter["AllowedPattern"], TOPIC)
    assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"])
    assert not re.fullmatch(parameter["AllowedPattern"], "alerts")
