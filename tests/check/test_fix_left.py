"""What --fix does not write, and why."""

from __future__ import annotations

import pytest

from permission_guard.template import Checked, CheckOptions, Trust, check, fixed
from permission_guard.template.edit import CannotEdit, Editor, NewProperty
from permission_guard.template.fix import harm
from tests.check.checking import permission, template
from tests.check.fixing import HEAD, ROLE, why_not

TAIL = "FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com"
LEFT = {
    "a dead permission": (
        permission(
            Principal="events.amazonaws.com",
            SourceArn="!Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default",
        ),
        "only you know who should call",
    ),
    "everybody": (permission(Principal='"*"'), "only you know who should have access"),
    "topics": (
        permission(Principal="sns.amazonaws.com"),
        "sns.amazonaws.com calls from other Regions too, and AddPermission accepts no * as Region: name the source in SourceArn",
    ),
    "a service that is not known": (
        permission(Principal="unheard-of.amazonaws.com"),
        "AWS does not document which source unheard-of.amazonaws.com sends: name the source",
    ),
    "properties under an alias": (
        f"Shared: &shared {{{TAIL}}}\n"
        + template("It: {Type: AWS::Lambda::Permission, Properties: *shared}\n"),
        "its Properties is an alias of another place",
    ),
    "properties that a merge brings": (
        f"Shared: &shared {{Properties: {{{TAIL}}}}}\n"
        + template("It: {<<: *shared, Type: AWS::Lambda::Permission}\n"),
        "it has no Properties of its own",
    ),
    "properties after a question mark": (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n      ? Principal\n      : s3.amazonaws.com\n"
        "      ? FunctionName\n      : !Ref Orders\n      ? Action\n      : lambda:InvokeFunction\n",
        "its properties do not begin on lines of their own",
    ),
}


@pytest.mark.parametrize(("text", "reason"), LEFT.values(), ids=LEFT)
def test_a_finding_that_is_not_fixed_says_why(text: str, reason: str) -> None:
    assert why_not(text) == reason


def test_a_list_from_an_intrinsic_function_is_not_edited() -> None:
    head = HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
    text = (
        head + ROLE + "      ManagedPolicyArns: !Split [',', 'arn:aws:iam::aws:policy/AmazonS3FullAccess']\n"
    )
    assert why_not(text, "Role") == "its ManagedPolicyArns is not written as a list"
    shared = "Shared: &shared [arn:aws:iam::aws:policy/AmazonS3FullAccess]\n"
    text = shared + head + ROLE + "      ManagedPolicyArns: *shared\n"
    assert why_not(text, "Role") == "its ManagedPolicyArns is an alias of another place"
    text = head + ROLE + "      ? ManagedPolicyArns\n      : - arn:aws:iam::aws:policy/AmazonS3FullAccess\n"
    assert why_not(text, "Role") == "the items of its ManagedPolicyArns do not begin on lines of their own"


def test_a_plan_is_not_edited() -> None:
    plan = (
        '{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "It", "mode": "managed", '
        '"type": "aws_lambda_permission", "values": {"function_name": "orders", "action": "lambda:InvokeFunction", '
        '"principal": "s3.amazonaws.com"}}]}}}'
    )
    assert (
        why_not(plan, file="plan.json") == "a plan is made from the configuration: change the configuration"
    )


def test_a_resource_that_sam_generates_is_not_edited() -> None:
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: python3.13\n      Handler: a.b\n      CodeUri: src/\n      Events:\n        It: {Type: AlexaSkill}\n"
    )
    assert why_not(text, "ApiItPermission") == "SAM generates it"


def test_a_property_from_a_merge_key_is_not_overwritten() -> None:
    shared = "Shared: &shared {ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonS3FullAccess]}\n"
    head = HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
    for merged in ("*shared", "[*shared]"):
        text = shared + head + ROLE + f"      <<: {merged}\n"
        assert why_not(text, "Role") == "its ManagedPolicyArns comes from another place by a merge key (<<)"


def test_a_line_that_makes_another_resource_worse_through_an_alias_is_not_written() -> None:
    text = (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties: &shared\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
        "  Rule: {Type: AWS::Events::Rule}\n  Nightly:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
        "      <<: *shared\n      Principal: !Ref AWS::AccountId\n"
    )
    assert why_not(text) == "adding the line makes Nightly worse"


def test_a_principal_that_depends_on_a_condition_is_not_fixed() -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}\n"
    text = head + permission(Principal="!If [IsProd, s3.amazonaws.com, elasticloadbalancing.amazonaws.com]")
    assert why_not(text) == "its Principal is not known"


def test_a_text_that_fixes_nothing_or_makes_a_finding_worse_is_refused() -> None:
    def evaluated(text: str) -> Checked:
        return check(text, "template.yaml", CheckOptions(), Trust())

    good, bad = evaluated(permission(SourceAccount="!Ref AWS::AccountId")), evaluated(permission())
    fault = next(one for one in bad.verdicts if one.owner == "It")
    assert harm(bad, good, [fault]) is None
    assert harm(bad, bad, [fault]) == "adding the line does not fix it"
    silent = evaluated(
        permission(SourceAccount="!Ref AWS::AccountId").replace("[arn:aws:iam", "['*', arn:aws:iam")
    )
    assert harm(bad, silent, [fault]) == "adding the line makes Role worse"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("3", "its Properties is not an object that a line can be added to"),
        ("{}", "its Properties is not an object that a line can be added to"),
        ("!Sub {a: b}", "its Properties is not an object that a line can be added to"),
        ("{SourceAccount: x}", "its SourceAccount has another value already"),
    ],
)
def test_properties_that_no_line_can_be_added_to_are_not_edited(properties: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        Editor(f"It: {{Properties: {properties}}}", is_json=False).insertion(
            ("It", "Properties"), NewProperty("SourceAccount", "y", '"y"')
        )


def test_of_two_faults_only_the_one_whose_line_makes_nothing_worse_is_fixed() -> None:
    text = (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties: &shared\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
        "  Rule: {Type: AWS::Events::Rule}\n  Nightly:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
        "      <<: *shared\n      Principal: !Ref AWS::AccountId\n"
        "  Other:\n    Type: AWS::Lambda::Permission\n    Properties:\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
    )
    after = fixed(text, "template.yaml", CheckOptions(), Trust()).text
    assert after == text + "      SourceAccount: !Ref AWS::AccountId\n"


def test_a_statement_of_a_policy_document_is_not_edited() -> None:
    text = template(
        "It:\n  Type: AWS::Lambda::ResourcePolicy\n  Properties:\n    ResourceArn: !GetAtt Orders.Arn\n    PolicyDocument:\n"
        "      Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'lambda:InvokeFunction', "
        "Resource: !GetAtt Orders.Arn}]\n"
    )
    assert why_not(text) == "it is a statement of a policy document: add the condition there"
