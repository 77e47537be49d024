"""The template for StackSets is the one that SAM makes, but for where the code lies."""

from __future__ import annotations

import json

import pytest

from organization.template import PREFIX, expanded, for_stack_sets, written

KEY = "permission-guard/0f3c.zip"
SAM = expanded(f"s3://bucket/{KEY}")
MADE = for_stack_sets(KEY)


def test_it_is_what_sam_makes_but_for_where_the_code_is() -> None:
    made, sam = json.loads(json.dumps(MADE)), json.loads(json.dumps(SAM))
    assert made["Parameters"].pop(PREFIX)
    for template in (made, sam):
        del template["Resources"]["Guard"]["Properties"]["Code"]
    assert made == sam


def test_nothing_of_a_macro_is_left_because_a_stack_set_of_an_organization_refuses_it() -> None:
    left = ('"Transform"', '"Fn::Transform"', "AWS::Serverless::", "Fn::ForEach", "AWS::LanguageExtensions")
    assert [one for one in left if one in json.dumps(MADE)] == []


def test_every_parameter_output_and_resource_that_is_written_is_there() -> None:
    template = written()
    for section in ("Parameters", "Conditions", "Outputs", "Resources"):
        assert set(template[section]) <= set(MADE[section])


def test_the_code_is_in_the_bucket_of_the_stacks_own_region() -> None:
    assert MADE["Resources"]["Guard"]["Properties"]["Code"] == {
        "S3Bucket": {"Fn::Sub": f"${{{PREFIX}}}-${{AWS::Region}}"},
        "S3Key": KEY,
    }


def test_only_the_prefix_has_no_default_because_nobody_can_guess_it() -> None:
    assert [name for name, body in MADE["Parameters"].items() if "Default" not in body] == [PREFIX]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eu-west-1"])
def test_one_template_serves_every_partition_and_region(region: str) -> None:
    assert expanded(f"s3://bucket/{KEY}", region) == SAM


GLOBAL = {"RoleName", "UserName", "GroupName", "InstanceProfileName", "ManagedPolicyName"}


def test_nothing_that_iam_knows_in_the_whole_account_has_a_name_of_ours() -> None:
    """The stacks of two regions of one account would collide."""
    named = [
        name
        for name, body in MADE["Resources"].items()
        if body["Type"].startswith("AWS::IAM::") and GLOBAL & set(body["Properties"])
    ]
    assert named == []
