"""How a change takes over: by an alias, after a self-test, at once or step by step; and that no setting stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from permission_guard import __version__
from permission_guard import handler as door
from permission_guard.deployment import Deployment
from tests.template import expanded, resolved, written
from tests.test_deployment import ASKED

TEMPLATE = written()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
GUARD: dict[str, Any] = RESOURCES["Guard"]["Properties"]
SELF_TEST: dict[str, Any] = RESOURCES["SelfTest"]["Properties"]
ROLL_OUTS: list[str] = TEMPLATE["Parameters"]["RollOut"]["AllowedValues"]
AT_ONCE, *SHIFTING = ROLL_OUTS
ALIAS = {"Ref": "GuardAliaslive"}


def of(kind: str, **parameters: str) -> dict[str, Any]:
    """The resources of a kind as CloudFormation gets them."""
    return {name: body for name, body in expanded(**parameters)["Resources"].items() if body["Type"] == kind}


def published(**parameters: str) -> dict[str, Any]:
    (version,) = of("AWS::Lambda::Version", **parameters).items()
    return {"name": version[0], **version[1]["Properties"]}


@pytest.mark.parametrize("roll_out", ROLL_OUTS)
def test_whatever_wakes_the_guard_wakes_the_alias(roll_out: str) -> None:
    permissions = of("AWS::Lambda::Permission", RollOut=roll_out).values()
    assert [body["Properties"]["FunctionName"] for body in permissions] == [ALIAS] * 3
    (mapping,) = of("AWS::Lambda::EventSourceMapping", RollOut=roll_out).values()
    assert mapping["Properties"]["FunctionName"] == ALIAS
    targets = [
        body["Properties"]["Targets"][0]["Arn"] for body in of("AWS::Events::Rule", RollOut=roll_out).values()
    ]
    waiting = {"Fn::GetAtt": ["Waiting", "Arn"]}
    assert sorted(map(str, targets)) == sorted(map(str, [*[ALIAS] * 3, *[waiting] * 4]))


@pytest.mark.parametrize("roll_out", ROLL_OUTS)
def test_what_fails_behind_the_alias_is_tried_again_and_kept(roll_out: str) -> None:
    (config,) = of("AWS::Lambda::EventInvokeConfig", RollOut=roll_out).values()
    assert config["Properties"]["Qualifier"] == "live"
    assert config["Properties"]["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    }


def test_all_at_once_needs_no_code_deploy() -> None:
    (alias,) = of("AWS::Lambda::Alias").values()
    assert "UpdatePolicy" not in alias
    assert [body["Type"] for body in expanded()["Resources"].values() if "CodeDeploy" in body["Type"]] == []


@pytest.mark.parametrize("roll_out", SHIFTING)
def test_step_by_step_code_deploy_moves_the_alias_and_goes_back_on_one_error_of_the_new_version(
    roll_out: str,
) -> None:
    (alias,) = of("AWS::Lambda::Alias", RollOut=roll_out).values()
    assert list(alias["UpdatePolicy"]) == ["CodeDeployLambdaAliasUpdate"]
    (group,) = of("AWS::CodeDeploy::DeploymentGroup", RollOut=roll_out).values()
    properties = group["Properties"]
    assert properties["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": roll_out}
    assert properties["AlarmConfiguration"]["Fn::If"][1] == {
        "Enabled": True,
        "Alarms": [{"Name": {"Ref": "NewVersionFails"}}],
    }
    assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
    assert properties["ServiceRoleArn"]["Fn::If"][1] == {"Fn::GetAtt": ["ShiftingRole", "Arn"]}


def test_the_alarm_that_stops_a_roll_out_counts_the_errors_of_the_new_version_alone() -> None:
    made = expanded(RollOut=SHIFTING[0])["Resources"]
    dimensions = {one["Name"]: one["Value"] for one in made["NewVersionFails"]["Properties"]["Dimensions"]}
    (version,) = of("AWS::Lambda::Version", RollOut=SHIFTING[0])
    assert dimensions == {
        "FunctionName": {"Ref": "Guard"},
        "Resource": {"Fn::Sub": "${Guard}:live"},
        "ExecutedVersion": {"Fn::GetAtt": [version, "Version"]},
    }


def test_which_values_shift_is_said_the_same_in_the_map_and_in_the_condition() -> None:
    assert {name: shifts["Shifts"] for name, shifts in TEMPLATE["Mappings"]["RollOuts"].items()} == {
        AT_ONCE: "false",
        **dict.fromkeys(SHIFTING, "true"),
    }
    for name in ("ShiftingRole", "NewVersionFails"):
        assert RESOURCES[name]["Condition"] == "Shifts"


def test_code_deploy_may_move_this_alias_and_nothing_else() -> None:
    (policy,) = RESOURCES["ShiftingRole"]["Properties"]["Policies"]
    move, see = policy["PolicyDocument"]["Statement"]
    assert move["Resource"] == {"Fn::Sub": "${Guard.Arn}:*"}
    assert see["Action"] == "cloudwatch:DescribeAlarms"


# That a setting which changes is a version that takes over: docs/decisions/0028


def test_sam_alone_publishes_nothing_when_the_value_of_a_parameter_changes() -> None:
    assert published(Mode="Enforce") == published(Mode="Observe")


def test_so_the_description_of_a_version_stands_for_every_variable_of_the_function() -> None:
    assert published()["Description"] == {"Fn::Sub": "settings ${SelfTest.Settings}"}
    assert SELF_TEST["Variables"] == GUARD["Environment"]["Variables"]
    one, other = (
        Deployment.of({**ASKED, "ResourceProperties": {"Variables": {"MODE": mode}}})
        for mode in ("Enforce", "Observe")
    )
    assert one.digest != other.digest


def test_sam_publishes_a_version_when_anything_else_of_the_function_changes() -> None:
    assert GUARD["AutoPublishAliasAllProperties"] is True


def test_a_release_is_tried_before_it_takes_over() -> None:
    assert SELF_TEST["Version"] == __version__ == TEMPLATE["Outputs"]["Version"]["Value"]
    assert SELF_TEST["ServiceToken"] == {"Fn::GetAtt": ["Guard", "Arn"]}


def test_cloudformation_and_lambda_wait_longer_than_the_self_test_does() -> None:
    longest = sum(door._PAUSES)
    assert 2 * longest < SELF_TEST["ServiceTimeout"] <= GUARD["Timeout"]


def test_the_guard_may_ask_about_its_own_stack_and_no_other() -> None:
    (policy,) = RESOURCES["GuardRole"]["Properties"]["Policies"]
    (found,) = [
        one for one in policy["PolicyDocument"]["Statement"] if one["Sid"] == "SeeWhetherItsStackGoesBack"
    ]
    resource = resolved(found["Resource"], {}, {})
    assert resource == "arn:aws:cloudformation:eu-west-1:123456789012:stack/permission-guard/*"


# Signs of life


def alarm(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def test_silence_is_told_only_after_more_than_one_self_test_is_missing() -> None:
    due = GUARD["Events"]["SelfTestIsDue"]["Properties"]
    assert due["Schedule"] == "rate(1 hour)"
    silent = alarm("GuardIsSilent")
    assert (silent["Period"], silent["EvaluationPeriods"], silent["Threshold"]) == (3600, 3, 1)
    # Else the alarm would be there before the first sign of life, and go off at once.
    assert RESOURCES["GuardIsSilent"]["DependsOn"] == "SelfTest"


def test_a_missed_sweep_is_told_within_what_cloudwatch_looks_back_and_later_than_one_is_due() -> None:
    days = TEMPLATE["Parameters"]["SweepIsMissedAfterDays"]
    assert TEMPLATE["Parameters"]["SweepRate"]["Default"] == "rate(1 day)"
    assert days["Default"] == 1 + 2
    missed = alarm("SweepIsMissed")
    # API_PutMetricAlarm: periods of an hour and more, seven days altogether.
    assert missed["Period"] * days["MaxValue"] <= 604_800
    assert missed["EvaluationPeriods"] == {
        "Fn::If": ["SweepsAreMissed", {"Ref": "SweepIsMissedAfterDays"}, 1]
    }


def test_without_sweeps_or_without_days_the_alarm_can_never_go_off() -> None:
    assert alarm("SweepIsMissed")["ComparisonOperator"] == "LessThanThreshold"
    assert alarm("SweepIsMissed")["Threshold"] == {"Fn::If": ["SweepsAreMissed", 1, 0]}
    assert TEMPLATE["Conditions"]["SweepsAreMissed"] == {
        "Fn::And": [
            {"Condition": "Sweeps"},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "SweepIsMissedAfterDays"}, 0]}]},
        ]
    }
