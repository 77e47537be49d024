"""The values of the intrinsic functions, and the reason if a value cannot be resolved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.iam.policy import Json
from permission_guard.template.destination import Destination, destination_for
from permission_guard.template.intrinsics import Scope
from permission_guard.template.syntax import plain
from permission_guard.template.value import (
    REMOVED,
    Partial,
    Unresolved,
    Value,
    is_known,
    joined,
    listed,
    reasons,
    table,
    text_of,
)
from permission_guard.template.yaml_text import read_yaml

TEMPLATE = """
Parameters:
  Given: {Type: String}
  Default: {Type: Number, Default: 7}
  Open: {Type: String}
  Odd: {Type: String, Default: {a: 1}}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Numbers: {Type: List<Number>, Default: "1,2"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}
  Bad: 3
Mappings:
  Regions: {us-east-1: {Bucket: here, List: [a, b]}}
Conditions:
  Holds: !Equals [a, a]
  Fails: !Not [!Condition Holds]
  Both: !And [!Condition Holds, !Condition Fails]
  Either: !Or [!Condition "Unknown", !Condition Holds]
  Unknown: !Equals [!Ref Open, x]
  AlsoUnknown: !Not [!Condition Unknown]
  Doubtful: !And [!Condition Unknown, !Condition Holds]
  Numeric: !Equals [!Ref Default, "7"]
  Lists: !Equals [!Ref Names, [a, b]]
  Odd: !Foo2
  Strange: {"Fn::Contains": [[a], a]}
  Empty: {"Fn::Not": []}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: placed}}
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
  Rule: {Type: AWS::Events::Rule, Properties: {Name: nightly}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  DefaultRule: {Type: AWS::Events::Rule, Properties: {Name: placed, EventBusName: default}}
  Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Function, Name: live}}
  ByArn: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt Function.Arn, Name: live}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Function}}
  Api: {Type: AWS::ApiGateway::RestApi}
  Strange: {Type: Custom::Thing}
  NamedByMap: {Type: AWS::SNS::Topic, Properties: {TopicName: {a: b}}}
  OpenTopic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Open}}
  NoName: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref "AWS::NoValue"}}
  Text: x
""".replace("!Foo2", "3")
SCOPE = Scope(
    plain(read_yaml(TEMPLATE)),  # type: ignore[arg-type]  # it is an object
    Destination(),
    {"Given": "said"},
)
PLACE = "us-east-1:000000000000"
RESOLVED: dict[str, Json] = {
    "!Ref Given": "said",
    "!Ref Default": "7",
    "!Ref Names": ["a", "b"],
    "!Ref Numbers": ["1", "2"],
    "!Ref AWS::AccountId": "000000000000",
    "!Ref AWS::URLSuffix": "amazonaws.com",
    "!Ref Topic": f"arn:aws:sns:{PLACE}:placed",
    "!GetAtt Topic.TopicName": "placed",
    "!GetAtt Bucket.Arn": "arn:aws:s3:::stack-bucket-example",
    "!Ref Queue": "https://sqs.example/stack-Queue-EXAMPLE",
    "!Ref Rule": "nightly",
    "!GetAtt Rule.Arn": f"arn:aws:events:{PLACE}:rule/nightly",
    "!GetAtt DefaultRule.Arn": f"arn:aws:events:{PLACE}:rule/placed",
    "!Ref Function": "orders",
    "!Ref Alias": f"arn:aws:lambda:{PLACE}:function:orders:live",
    "!Ref ByArn": f"arn:aws:lambda:{PLACE}:function:orders:live",
    "!Ref Version": f"arn:aws:lambda:{PLACE}:function:orders:1",
    "!GetAtt Version.Version": "1",
    "!GetAtt Url.FunctionArn": f"arn:aws:lambda:{PLACE}:function:orders",
    "!Ref Api": "Api",
    "!Ref NamedByMap": f"arn:aws:sns:{PLACE}:stack-NamedByMap-EXAMPLE",
    "!Ref NoName": f"arn:aws:sns:{PLACE}:stack-NoName-EXAMPLE",
    "!Sub ${AWS::Region}-${Topic.TopicName}-${!Literal}-${Given}": "us-east-1-placed-${Literal}-said",
    "!Sub ['${A}-${B}', {A: 1, B: !Ref Given}]": "1-said",
    "!Join ['-', [a, !Ref Default, true]]": "a-7-true",
    "!Join ['', !Ref Names]": "ab",
    "!Select [1, !Ref Names]": "b",
    "!Select ['0', [x]]": "x",
    "!Split [',', 'a,b']": ["a", "b"],
    "!If [Holds, a, b]": "a",
    "!If [Fails, a, b]": "b",
    "!If [Unknown, a, a]": "a",
    "!If [Both, a, !If [Either, c, d]]": "c",
    "!If [Numeric, a, b]": "a",
    "!If [Lists, a, b]": "a",
    "!FindInMap [Regions, !Ref 'AWS::Region', Bucket]": "here",
    "!FindInMap [Regions, us-east-1, List]": ["a", "b"],
    "!FindInMap [Regions, nowhere, Bucket, {DefaultValue: other}]": "other",
    "!FindInMap [Regions, !Ref Open, Bucket]": "here",
    "[a, !Ref 'AWS::NoValue', {b: !Ref 'AWS::NoValue', c: d}]": ["a", {"c": "d"}],
}
UNRESOLVED = {
    "!Ref Open": "the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!Ref Odd": "the parameter Odd, whose default is not a text",
    "!Ref Bad": "the parameter Bad, which has no default: pass --parameter Bad=VALUE",
    "!Ref Stored": "a value of Parameter Store (parameter Stored), known only after the deployment",
    "!Ref Nothing": "Nothing, and the template has no Nothing",
    "!Ref Text": "Text, and the template has no Text",
    "!Ref Strange": "Strange of a resource of the type Custom::Thing, known only after the deployment",
    "!GetAtt Topic.Colour": "Topic.Colour of a resource of the type AWS::SNS::Topic, known only after the deployment",
    "!GetAtt Topic": "a Fn::GetAtt of an unknown form",
    "{Fn::GetAtt: [Topic, !Ref Open]}": "the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!Sub [1, 2]": "a Fn::Sub of an unknown form",
    "!Sub {a: b}": "a Fn::Sub of an unknown form",
    "!Join x": "a Fn::Join of an unknown form",
    "!Join [',', !ImportValue x]": "Fn::ImportValue x, known only after the deployment",
    "!Join [1, [a]]": "a Fn::Join of an unknown form",
    "!Join ['', [[a]]]": "a list or an object where a text is expected",
    "!Join {Ref: Open}": "the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!Select {Fn::ImportValue: x}": "Fn::ImportValue x, known only after the deployment",
    "!Split {Fn::ImportValue: x}": "Fn::ImportValue x, known only after the deployment",
    "!Select [9, [a]]": "a Fn::Select of an unknown form",
    "!Select [a, [a]]": "a Fn::Select of an unknown form",
    "!Select [0, !ImportValue x]": "Fn::ImportValue x, known only after the deployment",
    "!Split ['', a]": "a Fn::Split of an unknown form",
    "!Split [',', !ImportValue x]": "Fn::ImportValue x, known only after the deployment",
    "!If [Unknown, a, b]": "one of two, by the condition Unknown: the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!If [Doubtful, a, b]": "one of two, by the condition Doubtful: the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!If [AlsoUnknown, a, b]": "one of two, by the condition AlsoUnknown: the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!If [Nope, a, b]": "one of two, by the condition Nope: the condition Nope, which the template does not have",
    "!If [Odd, a, b]": "one of two, by the condition Odd: a condition of an unknown form",
    "!If [Strange, a, b]": "one of two, by the condition Strange: a condition of an unknown form",
    "!If [Empty, a, b]": "one of two, by the condition Empty: a condition of an unknown form",
    "!If [a]": "a Fn::If of an unknown form",
    "!FindInMap [a]": "a Fn::FindInMap of an unknown form",
    "!FindInMap [Regions, nowhere, Bucket]": "a key that the mapping does not have",
    "!FindInMap [Regions, us-east-1, !Ref Open]": "the parameter Open, which has no default: pass --parameter Open=VALUE",
    "!ImportValue {Fn::Sub: '${Open}-x'}": "Fn::ImportValue of another stack, known only after the deployment",
    "!Base64 x": "the value of Fn::Base64, known only after the deployment",
    "'{{resolve:ssm:/x}}'": "the dynamic reference {{resolve:ssm:/x}}, known only after the deployment",
}
PARTIAL = {
    "!Sub arn:aws:sns:::${Open}": ("arn:aws:sns:::", "*"),
    "!Sub ${Open}${Stored}-x": ("*", "*", "-x"),
    "!Ref OpenTopic": (f"arn:aws:sns:{PLACE}:", "*"),
    "'a{{resolve:ssm:/x}}b'": ("a", "*", "b"),
    "!Select [1, !Split [',', !Sub 'a,b${Open}']]": ("b", "*"),
}


def resolved(text: str, scope: Scope = SCOPE) -> Value:
    body = plain(read_yaml(f"it: {text}"))
    assert isinstance(body, dict)
    return scope.resolve(body["it"])


@pytest.mark.parametrize(("text", "value"), RESOLVED.items())
def test_an_intrinsic_function_has_the_value_that_cloudformation_gives(text: str, value: Json) -> None:
    assert resolved(text) == value


@pytest.mark.parametrize(("text", "why"), UNRESOLVED.items())
def test_a_value_that_cannot_be_resolved_says_why(text: str, why: str) -> None:
    found = resolved(text)
    assert isinstance(found, Unresolved)
    assert found.why == why


@pytest.mark.parametrize(("text", "pieces"), PARTIAL.items())
def test_the_known_parts_of_a_partly_resolved_text_are_kept(text: str, pieces: tuple[str, ...]) -> None:
    found = resolved(text)
    assert isinstance(found, Partial)
    assert tuple(one if isinstance(one, str) else "*" for one in found.pieces) == pieces


def test_a_text_is_not_split_after_its_first_unresolved_part() -> None:
    found = resolved("!Split [',', !Sub '${Open},a']")
    assert isinstance(found, Unresolved)


def test_an_assumed_condition_is_not_evaluated() -> None:
    assert resolved("!If [Unknown, a, b]", replace(SCOPE, assumed={"Unknown": False})) == "b"


def test_a_property_with_no_value_is_removed() -> None:
    assert SCOPE.resolve({"Ref": "AWS::NoValue"}) is REMOVED
    assert SCOPE.property_of("NoName", "TopicName") is None
    assert SCOPE.property_of("Text", "TopicName") is None


def test_the_url_suffix_is_that_of_the_partition() -> None:
    china = replace(SCOPE, destination=destination_for("", "cn-north-1", None))
    assert china.resolve({"Ref": "AWS::URLSuffix"}) == "amazonaws.com.cn"
    assert china.resolve({"Ref": "Topic"}) == "arn:aws-cn:sns:cn-north-1:000000000000:placed"


def test_an_invented_account_or_region_is_not_in_the_template() -> None:
    assert (
        destination_for("000000000000 arn:aws:sns:us-east-1:111111111111:x", None, None).account
        == "222222222222"
    )
    assert destination_for("arn:aws:sns:us-east-1:111111111111:x", None, None).region == "eu-west-1"
    of_one_digit = " ".join(digit * 12 for digit in "0123456789")
    assert destination_for(of_one_digit, None, None).account == "100000000000"
    wanted = Destination("aws", "eu-west-2", "123456789012", True, True)  # noqa: FBT003
    assert destination_for("", "eu-west-2", "123456789012") == wanted


def test_the_parts_of_a_value_show_what_they_are() -> None:
    open_ = Unresolved("x")
    assert list(reasons({"a": [1, open_], "b": joined(("y", open_))})) == ["x", "x"]
    assert not is_known([open_])
    values: list[Value] = [True, 1, "x", None, []]
    assert [text_of(one) for one in values] == ["true", "1", "x", None, None]
    assert (table([1]), listed(None), listed(REMOVED), listed("x"), listed([1])) == ({}, (), (), ("x",), [1])
    assert joined(("a", "b"), "-") == "a-b"
    assert joined(()) == ""
    assert joined(("a", joined(("b", open_)))) == Partial(("ab", open_))
