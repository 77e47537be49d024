"""What --fix does not write, and why."""

from __future__ import annotations

import pytest

from permission_guard.template import Checked, Said, Trust, check
from permission_guard.template.edit import CannotEdit, Line, with_line
from permission_guard.template.fix import harm
from tests.check.checking import permission, template
from tests.check.mending import HEAD, ROLE, why_not

TAIL = "FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com"
LEFT = {
    "a dead permission": (
        permission(
            Principal="events.amazonaws.com",
            SourceArn="!Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default",
        ),
        "no repair is known that is sure to keep the legitimate callers",
    ),
    "everybody": (
        permission(Principal='"*"'),
        (
            "StringEquals aws:PrincipalAccount = 000000000000 or StringEquals aws:SourceAccount = 000000000000 or ArnLike "
            "aws:SourceArn = arn:aws:*:*:000000000000:* is what is missing, but that takes several statements at once"
        ),
    ),
    "properties under an alias": (
        f"Shared: &shared {{{TAIL}}}\n"
        + template("It: {Type: AWS::Lambda::Permission, Properties: *shared}\n"),
        "its Properties stands elsewhere, under an alias",
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
def test_what_is_left_says_why(text: str, reason: str) -> None:
    assert why_not(text) == reason


def test_a_list_that_a_function_makes_is_left() -> None:
    head = HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
    text = (
        head + ROLE + "      ManagedPolicyArns: !Split [',', 'arn:aws:iam::aws:policy/AmazonS3FullAccess']\n"
    )
    assert why_not(text, "Role") == "its ManagedPolicyArns is not written as a list"
    shared = "Shared: &shared [arn:aws:iam::aws:policy/AmazonS3FullAccess]\n"
    text = shared + head + ROLE + "      ManagedPolicyArns: *shared\n"
    assert why_not(text, "Role") == "its ManagedPolicyArns stands elsewhere, under an alias"
    text = head + ROLE + "      ? ManagedPolicyArns\n      : - arn:aws:iam::aws:policy/AmazonS3FullAccess\n"
    assert why_not(text, "Role") == "the items of its ManagedPolicyArns do not begin on lines of their own"


def test_json_and_plans_are_left() -> None:
    json_text = (
        '{"Resources": {"It": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": "orders", '
        '"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}}}}'
    )
    assert why_not(json_text, file="template.json") == "lines are added to YAML only"
    plan = (
        '{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "It", "mode": "managed", '
        '"type": "aws_lambda_permission", "values": {"function_name": "orders", "action": "lambda:InvokeFunction", '
        '"principal": "s3.amazonaws.com"}}]}}}'
    )
    assert (
        why_not(plan, file="plan.json") == "a plan is made of the configuration: that is what must be changed"
    )


def test_what_sam_makes_is_left() -> None:
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: python3.13\n      Handler: a.b\n      CodeUri: src/\n      Events:\n        It: {Type: AlexaSkill}\n"
    )
    assert (
        why_not(text, "ApiItPermission") == "no repair is known that is sure to keep the legitimate callers"
    )


def test_a_permission_for_topics_is_left_because_no_permission_can_say_in_any_region() -> None:
    assert "AddPermission takes no 'arn:aws:sns:*:000000000000:*'" in why_not(
        permission(Principal="sns.amazonaws.com")
    )


def test_what_a_merge_brings_is_not_written_over() -> None:
    shared = "Shared: &shared {ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonS3FullAccess]}\n"
    head = HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
    for merged in ("*shared", "[*shared]"):
        text = shared + head + ROLE + f"      <<: {merged}\n"
        assert why_not(text, "Role") == "its ManagedPolicyArns stands elsewhere, and is merged (<<)"


def test_a_line_that_would_do_harm_through_an_alias_is_not_written() -> None:
    text = (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties: &shared\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
        "  Rule: {Type: AWS::Events::Rule}\n  Nightly:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
        "      <<: *shared\n      Principal: !Ref AWS::AccountId\n"
    )
    assert why_not(text) == "the lines that are missing would do harm to Nightly"


def test_what_says_otherwise_under_a_condition_is_left() -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}\n"
    text = head + permission(Principal="!If [IsProd, s3.amazonaws.com, elasticloadbalancing.amazonaws.com]")
    assert why_not(text) == "what it says depends on a condition that is not known"


def test_a_text_that_mends_nothing_or_does_harm_is_not_taken() -> None:
    def judged(text: str) -> Checked:
        return check(text, "template.yaml", Said(), Trust())

    good, bad = judged(permission(SourceAccount="!Ref AWS::AccountId")), judged(permission())
    fault = next(one for one in bad.verdicts if one.owner == "It")
    assert harm(bad, good, fault) is None
    assert harm(bad, bad, fault) == "the lines that are missing would not mend it"
    silent = judged(
        permission(SourceAccount="!Ref AWS::AccountId").replace("[arn:aws:iam", "['*', arn:aws:iam")
    )
    assert harm(bad, silent, fault) == "the lines that are missing would do harm to Role"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("3", "its Properties is no object that a line can be added to"),
        ("{}", "its Properties is no object that a line can be added to"),
        ("!Sub {a: b}", "its Properties is no object that a line can be added to"),
        ("{SourceAccount: x}", "its SourceAccount would have to be another one"),
    ],
)
def test_what_no_line_can_be_added_to_is_left(properties: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        with_line(f"It: {{Properties: {properties}}}", ("It", "Properties"), Line("SourceAccount", "y"))
