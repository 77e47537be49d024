"""Who did it and with what: from the records of CloudTrail that we have, and from others made of them."""

from __future__ import annotations

from typing import Any

import pytest

from permission_guard.events.actor import SWEEP, Actor
from permission_guard.events.tool import Tool, is_sid_of_terraform
from tests.samples import ACCOUNT, sample, triggered

Event = dict[str, Any]


def actor(event: Event) -> Actor:
    return triggered(event).actor


def deployed(*, role: str = "role/Deployer", sid: str | None = None, **tags: object) -> Event:
    """A call of CloudFormation's, by a role, with tags on the function or the Sid of a permission."""
    name = "s3-permission-without-a-source" if sid else "a-function-was-created-by-cloudformation"
    event = sample(name)
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:{role}"}
    event["detail"]["userIdentity"] = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ci",
        "sessionContext": {"sessionIssuer": issuer},
        "invokedBy": "cloudformation.amazonaws.com",
    }
    event["detail"]["requestParameters"] |= {"statementId": sid} if sid else {"tags": tags}
    return event


def made_by(agent: str, *, sid: str = "s3") -> Event:
    """A permission that was added with a user agent."""
    event = sample("s3-permission-without-a-source")
    event["detail"]["userAgent"] = agent
    event["detail"]["requestParameters"]["statementId"] = sid
    return event


SAMPLES = {
    "a-function-was-created-by-cloudformation": (
        Tool.CLOUDFORMATION,
        "CloudFormation (SAM, CDK and StackSets deploy through it)",
    ),
    "a-function-was-created-by-terraform": (Tool.TERRAFORM, "Terraform or OpenTofu"),
    "a-function-was-created-from-the-command-line": (Tool.CLI, "the AWS CLI"),
    "eventbridge-permission-without-a-source-from-the-console": (Tool.CONSOLE, "the AWS console"),
}


@pytest.mark.parametrize(("name", "made"), SAMPLES.items(), ids=SAMPLES)
def test_the_tool_behind_a_sample_is_named(name: str, made: tuple[Tool, str]) -> None:
    who = actor(sample(name))
    assert (who.tool, who.words) == made


AGENTS = {
    "APN/1.0 Pulumi/1.0 Pulumi-Aws/4.17.0 (+https://www.pulumi.com) aws-sdk-go/1.40.20": (Tool.PULUMI, "Pulumi"),
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/6.10.0 aws-sdk-go-v2/1.38.1": (
        Tool.TERRAFORM,
        "Terraform or OpenTofu",
    ),
    "OpenTofu/1.8 terraform-provider-aws/6.10.0": (Tool.OPENTOFU, "OpenTofu"),
    "aws-sam-cli/1.170.0 Boto3/1.44": (Tool.SAM, "the SAM CLI"),
    "aws-cdk/2.275.0 aws-sdk-js/3.900": (Tool.CDK, "the CDK CLI"),
    "aws-sdk-js/3.900 cdk-hotswap/success-aws-lambda": (Tool.CDK, "the CDK CLI"),
    "aws-cli/1.40.0 Python/3.11 Botocore/1.38": (Tool.CLI, "the AWS CLI"),
    "console.amazonaws.com": (Tool.CONSOLE, "the AWS console"),
    "AWS Internal": (Tool.CONSOLE, "the AWS console"),
    "aws-sdk-js/3.900": (Tool.SDK, "an AWS SDK for JavaScript"),
    "aws-sdk-java/2.30": (Tool.SDK, "an AWS SDK for Java"),
    "Boto3/1.44.5 md/Botocore#1.44.5": (Tool.SDK, "boto3"),
    "stratus-red-team": (Tool.UNKNOWN, "stratus-red-team"),
    "": (Tool.UNKNOWN, "an unknown tool"),
}  # fmt: skip


@pytest.mark.parametrize(("agent", "made"), AGENTS.items(), ids=AGENTS)
def test_a_user_agent_names_the_tool_and_not_the_sdk_that_it_is_made_of(
    agent: str, made: tuple[Tool, str]
) -> None:
    who = actor(made_by(agent))
    assert (who.tool, who.words) == made
    assert str(who).endswith(f"user/alice with {made[1]} from {who.address}")


GENERATED = "terraform-20260909184319967500000001"


def test_a_name_that_terraform_makes_up_is_a_likely_sign_of_it() -> None:
    assert actor(made_by("", sid=GENERATED)).tool is Tool.TERRAFORM
    assert actor(made_by("curl", sid=GENERATED)).words == "curl, likely Terraform (by the statement's name)"
    assert actor(made_by("aws-cli/2", sid=GENERATED)).tool is Tool.CLI
    assert not is_sid_of_terraform("terraform-s3")


def test_a_function_of_a_stack_names_the_stack_and_its_resource() -> None:
    who = actor(
        deployed(**{"aws:cloudformation:stack-name": "shop", "aws:cloudformation:logical-id": "Orders"})
    )
    assert (who.stack, who.resource) == ("shop", "Orders")


def test_sam_is_known_by_its_tag_but_only_from_cloudformation() -> None:
    sam = actor(deployed(**{"lambda:createdBy": "SAM"}))
    assert (sam.tool, sam.words) == (Tool.SAM, "SAM, through CloudFormation")
    event = sample("a-function-was-created-by-terraform")
    event["detail"]["requestParameters"]["tags"] = {"lambda:createdBy": "SAM"}
    assert actor(event).tool is Tool.TERRAFORM


@pytest.mark.parametrize("path", ["role/", "role/boundary/of/cdk/"])
def test_cdk_is_known_by_the_role_that_it_deploys_with(path: str) -> None:
    who = actor(deployed(role=f"{path}cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1"))
    assert (who.tool, who.words) == (Tool.CDK, "CDK, through CloudFormation")


def test_a_role_that_is_only_named_after_cdk_is_no_sign_of_it() -> None:
    assert actor(deployed(role="role/cdk-fans")).tool is Tool.CLOUDFORMATION


SIDS: dict[str, tuple[Tool, str | None, str | None]] = {
    "vj-backend-formatTextFunctionApiPermissionProd-jYLo8ECBABS5": (
        Tool.CLOUDFORMATION,
        "vj-backend",
        "formatTextFunctionApiPermissionProd",
    ),
    "shop-OrdersPermission-1ABCDEFGHIJKL": (Tool.CLOUDFORMATION, "shop", "OrdersPermission"),
    "shop-OrdersAllowUploads0F3C9A8B-aBcDeFgHiJkL": (Tool.CDK, "shop", "OrdersAllowUploads0F3C9A8B"),
    "by-hand": (Tool.CLOUDFORMATION, None, None),
    f"{'x' * 70}-OrdersPermission-1ABCDEFGHIJKL": (Tool.CLOUDFORMATION, None, None),
}


@pytest.mark.parametrize(("sid", "made"), SIDS.items(), ids=SIDS)
def test_cloudformations_name_of_a_statement_shows_the_stack_and_the_resource(
    sid: str, made: tuple[Tool, str | None, str | None]
) -> None:
    who = actor(deployed(sid=sid))
    assert (who.tool, who.stack, who.resource) == made


def test_what_is_guessed_is_reported_as_likely() -> None:
    who = actor(deployed(sid="shop-OrdersAllowUploads0F3C9A8B-aBcDeFgHiJkL"))
    assert who.words == "CloudFormation, likely from CDK (by the resource's name)"


def test_a_name_like_cloudformations_in_another_tools_call_shows_nothing() -> None:
    who = actor(made_by("aws-cli/2", sid="shop-OrdersPermission-1ABCDEFGHIJKL"))
    assert (who.stack, who.resource) == (None, None)


@pytest.mark.parametrize("tags", [None, [], "text", {"lambda:createdBy": 7}])
def test_tags_that_cannot_be_read_are_no_reason_to_drop_the_event(tags: object) -> None:
    event = deployed()
    event["detail"]["requestParameters"]["tags"] = tags
    assert actor(event).tool is Tool.CLOUDFORMATION


def test_an_aws_service_that_acts_by_itself_is_named_as_the_tool() -> None:
    event = sample("an-alias-was-moved")
    event["detail"]["userIdentity"] = {"type": "AWSService", "invokedBy": "codedeploy.amazonaws.com"}
    who = actor(event)
    assert (who.tool, who.words) == (Tool.SERVICE, "codedeploy.amazonaws.com")


def test_an_actor_without_words_is_shown_by_the_tools_name() -> None:
    assert str(Actor("alice", None, Tool.SDK, "192.0.2.1")) == "alice with sdk from 192.0.2.1"


def test_what_no_event_showed_was_found_by_the_sweep_with_no_tool_and_no_address() -> None:
    assert str(SWEEP) == "the guard's sweep"
