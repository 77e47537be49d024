"""What --fix writes: the missing lines and nothing else, whatever the style of the file; proved, and only once."""

from __future__ import annotations

import pytest

from permission_guard.model.finding import Verdict
from permission_guard.template import Trust
from tests.check.checking import found, of, permission, template
from tests.check.fixing import ACCOUNT, BASIC, HEAD, ROLE, added, repaired


def test_the_account_is_added_beside_the_principal() -> None:
    text = permission(SourceArn="arn:aws:s3:::uploads")
    assert added(text) == [f"      {ACCOUNT}"]
    assert f"      Principal: s3.amazonaws.com\n      {ACCOUNT}\n" in repaired(text)
    assert of(found(repaired(text))).verdict is Verdict.PASS


STYLES = {
    "comments stay": (
        (
            "  It:  # why\n    Type: AWS::Lambda::Permission\n    Properties:\n"
            "      # who\n      Principal: 's3.amazonaws.com'  # S3\n      # what\n      Action: \"lambda:InvokeFunction\"\n"
            "      FunctionName: &name !Ref Orders\n"
        ),
        [f"      {ACCOUNT}"],
    ),
    "no line feed at the end": (
        (
            "  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
            "      FunctionName: !Ref Orders\n      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com"
        ),
        [f"      {ACCOUNT}"],
    ),
    "line feeds of Windows": (
        (
            "  It:\r\n    Type: AWS::Lambda::Permission\r\n    Properties:\r\n      Principal: s3.amazonaws.com\r\n"
            "      FunctionName: !Ref Orders\r\n      Action: lambda:InvokeFunction\r\n"
        ),
        [f"      {ACCOUNT}"],
    ),
    "a principal over several lines": (
        (
            "  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n      FunctionName: !Ref Orders\n"
            "      Principal: >-\n        s3.amazonaws.com\n      Action: lambda:InvokeFunction\n"
        ),
        [f"      {ACCOUNT}"],
    ),
    "a principal that is folded": (
        (
            "  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n      FunctionName: !Ref Orders\n"
            "      Principal:\n        !Sub s3.${AWS::URLSuffix}\n      Action: lambda:InvokeFunction\n"
        ),
        [f"      {ACCOUNT}"],
    ),
    "a principal that goes on": (
        (
            "  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n      FunctionName: !Ref Orders\n"
            '      Principal: "s3.amazonaws.\\\n        com"\n      Action: lambda:InvokeFunction\n'
        ),
        [f"      {ACCOUNT}"],
    ),
    "other indents": (
        (
            "  It:\n        Type: AWS::Lambda::Permission\n        Properties:\n               Principal: s3.amazonaws.com\n"
            "               FunctionName: !Ref Orders\n               Action: lambda:InvokeFunction\n"
        ),
        [f"               {ACCOUNT}"],
    ),
    "a principal from an alias": (
        (
            "  Base: &base {Type: AWS::SNS::Topic}\n  It:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
            "      <<: {Principal: s3.amazonaws.com}\n      FunctionName: !Ref Orders\n      Action: lambda:InvokeFunction\n"
        ),
        [f"      {ACCOUNT}"],
    ),
}


@pytest.mark.parametrize(("resource", "lines"), STYLES.values(), ids=STYLES)
def test_whatever_the_style_one_line_is_added_and_the_rest_stays(resource: str, lines: list[str]) -> None:
    assert added(HEAD + resource) == lines
    ending = "\r\n" if "\r\n" in resource else "\n"
    assert repaired(HEAD + resource).count("\r\n") == resource.count("\r\n") + (ending == "\r\n")
    assert repaired(HEAD + resource).endswith("\n") == resource.endswith("\n")


def test_between_braces_it_is_added_first_and_in_quotes() -> None:
    properties = "FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com}"
    text = template("It: {Type: AWS::Lambda::Permission, Properties: {" + properties + "}\n")
    assert repaired(text) == text.replace(
        "Properties: {FunctionName: !Ref Orders, Action",
        'Properties: {SourceAccount: !Ref "AWS::AccountId", FunctionName: !Ref Orders, Action',
    )


def test_two_permissions_that_share_their_properties_are_fixed_by_one_line() -> None:
    text = (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties: &shared\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
        "  Too: {Type: AWS::Lambda::Permission, Properties: *shared}\n"
    )
    assert added(text) == [f"      {ACCOUNT}"]


def test_a_source_that_is_a_pattern_is_written_with_what_cloudformation_knows() -> None:
    api = permission(Principal="apigateway.amazonaws.com")
    assert added(api) == [f"      {ACCOUNT}"]
    rule = permission(Principal="events.amazonaws.com")
    assert added(rule) == [
        '      SourceArn: !Sub "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"'
    ]


def test_with_other_trusted_accounts_no_source_condition_is_added() -> None:
    for trust in (Trust(("111122223333",)), Trust((), ("o-abcdefghij",))):
        assert added(permission(), trust=trust) == []


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("", ["      ManagedPolicyArns:", f"        - {BASIC}"]),
        (
            "      ManagedPolicyArns:\n      # for the table\n      - arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess # all\n",
            [f"      - {BASIC}"],
        ),
        (
            '      ManagedPolicyArns:\n        - "arn:aws:iam::aws:policy/\\\n          AmazonDynamoDBFullAccess"\n',
            [f"        - {BASIC}"],
        ),
    ],
)
def test_a_role_gets_the_policy_that_lets_it_log(before: str, lines: list[str]) -> None:
    text = HEAD[: HEAD.index("    Properties:\n      AssumeRole")] + ROLE + before
    assert added(text) == lines


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ManagedPolicyArns: []", f"ManagedPolicyArns: [{BASIC}]"),
        ("ManagedPolicyArns: [x]", "nothing"),
        (
            "ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonS3FullAccess]",
            f"ManagedPolicyArns: [{BASIC}, arn:aws:iam::aws:policy/AmazonS3FullAccess]",
        ),
    ],
)
def test_a_list_between_brackets_gets_one_more_item(before: str, after: str) -> None:
    text = HEAD[: HEAD.index("    Properties:\n      AssumeRole")] + ROLE + f"      {before}\n"
    assert repaired(text) == (text if after == "nothing" else text.replace(before, after))


def test_a_role_between_braces_gets_a_list_of_its_own() -> None:
    text = (
        HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
        + "    Properties: {AssumeRolePolicyDocument: {}}\n"
    )
    assert f"Properties: {{ManagedPolicyArns: [{BASIC}], AssumeRole" in repaired(text)
