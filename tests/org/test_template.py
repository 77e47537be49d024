"""The template for StackSets is the one that SAM makes, but for where the code lies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from organization.template import PREFIX, expanded, for_stack_sets, written

KEY = "permission-guard/0f3c.zip"
SAM = expanded(f"s3://bucket/{KEY}")
MADE = for_stack_sets(KEY)
SECTIONS = [
    "Parameters",
    "Conditions",
    "Resources",
    "Outputs",
    "Description",
    "Rules",
    "Mappings",
    "Metadata",
]


def without_code(template: dict[str, Any]) -> dict[str, Any]:
    """All but where the code lies, and the parameter that says so."""
    copy: dict[str, Any] = json.loads(json.dumps(template))
    copy["Parameters"].pop(PREFIX, None)
    groups = copy["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    groups[:] = [group for group in groups if group["Parameters"] != [PREFIX]]
    del copy["Resources"]["Guard"]["Properties"]["Code"]
    del copy["Parameters"]["RollOut"]["AllowedValues"]
    return copy


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_the_one_that_sam_makes(section: str) -> None:
    assert without_code(MADE).get(section) == without_code(SAM).get(section)


def test_there_is_no_section_beside_these_and_above_all_no_macro() -> None:
    assert set(MADE) <= {*SECTIONS, "AWSTemplateFormatVersion"}
    for left in (
        '"Transform"',
        '"Fn::Transform"',
        "AWS::Serverless::",
        "Fn::ForEach",
        "AWS::LanguageExtensions",
    ):
        assert left not in json.dumps(MADE)


def test_every_parameter_output_and_resource_that_is_written_is_there() -> None:
    template = written()
    for section in ("Parameters", "Conditions", "Outputs", "Resources"):
        assert set(template[section]) <= set(MADE[section])


def test_the_code_lies_in_the_bucket_of_the_stacks_own_region() -> None:
    assert MADE["Resources"]["Guard"]["Properties"]["Code"] == {
        "S3Bucket": {"Fn::Sub": f"${{{PREFIX}}}-${{AWS::Region}}"},
        "S3Key": KEY,
    }


def test_only_the_prefix_has_no_default_because_nobody_can_guess_it() -> None:
    assert [name for name, body in MADE["Parameters"].items() if "Default" not in body] == [PREFIX]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eu-west-1"])
def test_one_template_serves_every_partition_and_region(region: str) -> None:
    assert expanded(f"s3://bucket/{KEY}", region) == SAM


def test_step_by_step_is_not_to_be_had_because_the_transform_decides_on_it() -> None:
    assert MADE["Parameters"]["RollOut"]["AllowedValues"] == ["AllAtOnce"]


def test_it_is_within_what_cloudformation_takes_from_a_bucket() -> None:
    """AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: 1 MB, 500 resources, 200 parameters."""
    assert len(json.dumps(MADE)) < 1_000_000
    assert len(MADE["Resources"]) <= 500
    assert len(MADE["Parameters"]) <= 200


GLOBAL = {"RoleName", "UserName", "GroupName", "InstanceProfileName", "ManagedPolicyName"}


def test_nothing_that_iam_knows_in_the_whole_account_has_a_name_of_ours() -> None:
    """The stacks of two regions of one account would collide."""
    named = [
        name
        for name, body in MADE["Resources"].items()
        if body["Type"].startswith("AWS::IAM::") and GLOBAL & set(body["Properties"])
    ]
    assert named == []


def test_the_dashboard_whose_name_is_the_accounts_says_its_region() -> None:
    boards = [
        body["Properties"]["DashboardName"]
        for body in MADE["Resources"].values()
        if body["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    assert boards
    assert all("${AWS::Region}" in json.dumps(name) for name in boards)
