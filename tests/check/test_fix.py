"""What --fix writes: the missing lines and nothing else, whatever the style of the file; proved, and only once."""

from __future__ import annotations

import difflib

import pytest

from permission_guard.finding import Verdict
from permission_guard.template import Checked, Said, Trust, check, fixed
from permission_guard.template.edit import CannotEdit, Line, with_line
from permission_guard.template.fix import harm
from tests.check.checking import FUNCTION, found, of, permission, template

ACCOUNT = "SourceAccount: !Ref AWS::AccountId"
BASIC = '!Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"'
HEAD = f"Resources:{FUNCTION}"


def mended(text: str, trust: Trust | None = None) -> str:
    return fixed(text, "template.yaml", Said(), trust or Trust()).text


def added(text: str, trust: Trust | None = None) -> list[str]:
    """The lines that are added; nothing else may differ, and nothing is added twice."""
    after = mended(text, trust)
    changes = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert [line for line in changes if line[0] == "-"] == []
    assert mended(after, trust) == after
    return [line[2:] for line in changes]


def why_not(text: str, subject: str = "It", file: str = "template.yaml") -> str:
    """Why a fault is left as it is."""
    done = fixed(text, file, Said(), Trust())
    assert done.text == text
    (reason,) = (
        one.explanation.mend
        for one in done.checked.verdicts
        if one.owner == subject and one.finding.verdict is Verdict.FAIL
    )
    assert isinstance(reason, str)
    return reason


def test_the_account_is_added_beside_the_principal() -> None:
    text = permission(SourceArn="arn:aws:s3:::uploads")
    assert added(text) == [f"      {ACCOUNT}"]
    assert f"      Principal: s3.amazonaws.com\n      {ACCOUNT}\n" in mended(text)
    assert of(found(mended(text))).verdict is Verdict.PASS


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
    assert mended(HEAD + resource).count("\r\n") == resource.count("\r\n") + (ending == "\r\n")
    assert mended(HEAD + resource).endswith("\n") == resource.endswith("\n")


def test_between_braces_it_is_added_first_and_in_quotes() -> None:
    properties = "FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com}"
    text = template("It: {Type: AWS::Lambda::Permission, Properties: {" + properties + "}\n")
    assert mended(text) == text.replace(
        "Properties: {FunctionName: !Ref Orders, Action",
        'Properties: {SourceAccount: !Ref "AWS::AccountId", FunctionName: !Ref Orders, Action',
    )


def test_two_permissions_that_share_their_properties_are_mended_by_one_line() -> None:
    text = (
        HEAD
        + "  It:\n    Type: AWS::Lambda::Permission\n    Properties: &shared\n      FunctionName: !Ref Orders\n"
        "      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com\n"
        "  Too: {Type: AWS::Lambda::Permission, Properties: *shared}\n"
    )
    assert added(text) == [f"      {ACCOUNT}"]


def test_the_very_source_is_named_where_the_template_connects_it() -> None:
    text = permission(Principal="sns.amazonaws.com") + (
        "  Topic: {Type: AWS::SNS::Topic}\n"
        "  S: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, TopicArn: !Ref Topic, Endpoint: !GetAtt Orders.Arn}}\n"
    )
    assert added(text) == ["      SourceArn: !Ref Topic"]


WIRED = {
    "events.amazonaws.com": (
        "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Orders.Arn}, {Id: b, Arn: x, RoleArn: y}]}}\n",
        ["      SourceArn: !GetAtt Rule.Arn"],
    ),
    "s3.amazonaws.com": (
        (
            "  Bucket: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations: "
            '[{Event: "s3:*", Function: !GetAtt Orders.Arn}]}}}\n'
        ),
        ["      SourceArn: !GetAtt Bucket.Arn", f"      {ACCOUNT}"],
    ),
    "cognito-idp.amazonaws.com": (
        "  Pool: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: !GetAtt Orders.Arn}}}\n",
        ["      SourceArn: !GetAtt Pool.Arn"],
    ),
    "iot.amazonaws.com": (
        (
            "  Rule: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Actions: [{Sns: {}}, {Lambda: {FunctionArn: "
            "!GetAtt Orders.Arn}}]}}}\n"
        ),
        ["      SourceArn: !GetAtt Rule.Arn"],
    ),
    "sns.amazonaws.com": (
        (
            "  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: x}, {Protocol: lambda, "
            "Endpoint: !GetAtt Orders.Arn}]}}\n  S: {Type: AWS::SNS::Subscription, Properties: {Protocol: email}}\n"
        ),
        ["      SourceArn: !Ref Topic"],
    ),
}


@pytest.mark.parametrize("principal", WIRED)
def test_each_service_is_bound_by_what_it_really_sends(principal: str) -> None:
    resources, lines = WIRED[principal]
    assert sorted(added(permission(Principal=principal) + resources)) == sorted(lines)


def test_a_source_that_is_a_pattern_is_written_with_what_cloudformation_knows() -> None:
    text = permission(Principal="elasticloadbalancing.amazonaws.com", Action="lambda:InvokeFunction")
    assert added(text) == [f"      {ACCOUNT}"]
    api = permission(Principal="apigateway.amazonaws.com")
    assert added(api) == [
        '      SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*"'
    ]


def test_an_organisation_that_is_trusted_bounds_everybody() -> None:
    text = permission(Principal='"*"')
    assert added(text, trust=Trust((), ("o-abcdefghij",))) == ['      PrincipalOrgID: "o-abcdefghij"']


ROLE = "    Properties:\n      AssumeRolePolicyDocument: {}\n"


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
    assert mended(text) == (text if after == "nothing" else text.replace(before, after))


def test_a_role_between_braces_gets_a_list_of_its_own() -> None:
    text = (
        HEAD[: HEAD.index("    Properties:\n      AssumeRole")]
        + "    Properties: {AssumeRolePolicyDocument: {}}\n"
    )
    assert f"Properties: {{ManagedPolicyArns: [{BASIC}], AssumeRole" in mended(text)


TAIL = "FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com"
LEFT = {
    "a dead permission": (
        permission(Principal="events.amazonaws.com", SourceAccount="!Ref AWS::AccountId"),
        "no repair is known that is sure to keep the legitimate callers",
    ),
    "everybody": (
        permission(Principal='"*"'),
        (
            "StringEquals aws:PrincipalAccount = 000000000000 is what is missing, but AddPermission cannot say the condition "
            "StringEquals on aws:PrincipalAccount"
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
    policies = "      Policies: [{Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}]\n"
    assert mended(text.replace("        It: {Type: AlexaSkill}\n", "") + policies) != ""


def test_a_name_that_only_cloudformation_makes_is_never_written() -> None:
    text = permission(Principal="sns.amazonaws.com") + (
        "  S: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, Endpoint: !GetAtt Orders.Arn, "
        "TopicArn: !Sub 'arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}'}}\n  Queue: {Type: AWS::SQS::Queue}\n"
    )
    assert why_not(text).startswith("the template has no name for arn:aws:sns:")


def test_a_topic_that_is_written_out_is_named_as_it_is_written() -> None:
    text = permission(Principal="sns.amazonaws.com") + (
        "  S: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, Endpoint: !GetAtt Orders.Arn, "
        "TopicArn: !Sub 'arn:aws:sns:eu-west-1:${AWS::AccountId}:placed'}}\n"
    )
    assert added(text) == [
        '      SourceArn: !Sub "arn:${AWS::Partition}:sns:eu-west-1:${AWS::AccountId}:placed"'
    ]


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
        "      <<: *shared\n      Principal: events.amazonaws.com\n      SourceArn: !GetAtt Rule.Arn\n"
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
