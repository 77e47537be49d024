"""Reading files: their values, and errors in one line with their place."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from permission_guard.cli.template_files import environment
from permission_guard.cli.templates import Desk, How
from permission_guard.iam.policy import Json
from permission_guard.template import CheckOptions, Trust, check
from permission_guard.template.json_text import with_places
from permission_guard.template.syntax import At, Node, NotReadable, place, plain
from permission_guard.template.yaml_text import read_yaml
from tests.check.checking import problem

VALUES: dict[str, Json] = {
    "yes": True,
    "off": False,
    "~": None,
    "": None,
    "017": 15,
    "1:30": 90,
    "1.5": 1.5,
    "'1'": "1",
    "!!str 1": "1",
    "! x": "x",
    "2012-10-17": "2012-10-17",
    "9" * 200: "9" * 200,
    "!Ref X": {"Ref": "X"},
    "!Condition X": {"Condition": "X"},
    "!GetAtt A.B.C": {"Fn::GetAtt": ["A", "B.C"]},
    "!GetAtt [A, B]": {"Fn::GetAtt": ["A", "B"]},
    "!Sub ${A}": {"Fn::Sub": "${A}"},
    "!If [A, !Ref B, {c: d}]": {"Fn::If": ["A", {"Ref": "B"}, {"c": "d"}]},
    "!Transform {Name: x}": {"Fn::Transform": {"Name": "x"}},
    "[&a {b: 1}, *a]": [{"b": 1}, {"b": 1}],
    "{1: a, yes: b, null: c, 2.5: d}": {"1": "a", "true": "b", "null": "c", "2.5": "d"},
    "[&a {b: 1, c: 2}, {<<: *a, c: 3}]": [{"b": 1, "c": 2}, {"b": 1, "c": 3}],
    "[&a {b: 1}, &d {c: 2}, {<<: [*a, *d]}]": [{"b": 1}, {"c": 2}, {"b": 1, "c": 2}],
    "[[], {}]": [[], {}],
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_yaml_value_is_what_cloudformation_takes_it_for(text: str, value: Json) -> None:
    assert plain(read_yaml(f"it: {text}")) == {"it": value}


@pytest.mark.parametrize(
    "text", ['{"a": [1, -2.5e3, true, null, "\\u00e9"], "b": {}, "c": []}', " [ ] ", '"x"', "{}"]
)
def test_json_is_read_as_the_standard_library_reads_it(text: str) -> None:
    import json  # noqa: PLC0415  # only this test compares with it

    assert plain(with_places(text)) == json.loads(text)


BAD_YAML = {
    "": "is empty",
    "# nothing": "is empty",
    "a: [1": "1:6: is not YAML: expected ',' or ']', but got '<stream end>'",
    "a: \x01": 'is not YAML: unacceptable character #x0001: special characters are not allowed in "<unicode string>", position 3',
    "a: !Foo 1": "1:4: has the tag !Foo, which CloudFormation does not have",
    "a: !Ref": "nothing",
    "a: !<x> 1": "1:4: has the tag x, which CloudFormation does not have",
    "a: !!python/object:os.system {}": "nothing",
    "a: !!int x": "1:4: 'x' does not have the type of its tag",
    "a: &x [*x]": "1:4: uses an alias within itself",
    "a: *x": "1:4: is not YAML: found undefined alias 'x'",
    "a: 1\n---\nb: 2": "2:1: is not YAML: but found another document",
    "? [a]\n: b": "1:3: has a key that is a list or an object",
    "a: {<<: 1}": "1:9: is not YAML: expected a mapping or list of mappings for merging, but found scalar",
    "a: " + "[" * 2000: "is nested deeper than 100 levels",
    "a: " + "[" * 101 + "]" * 101: "1:4: has more than 500000 values or 100 levels, aliases expanded",
}


@pytest.mark.parametrize(("text", "wrong"), BAD_YAML.items(), ids=range(len(BAD_YAML)))
def test_an_error_in_yaml_is_reported_with_its_place(text: str, wrong: str) -> None:
    assert problem(text).startswith(wrong if wrong != "nothing" else "1:1: is neither a template")


BAD_JSON = {
    "{": "1:2: is not JSON: Expecting property name enclosed in double quotes",
    '{"a": [1,]}': "1:10: is not JSON: Expecting value",
    '{"a":\n "b\n"}': "2:4: is not JSON: Invalid control character at",
    "[1] 2": "1:5: is not JSON: Extra data",
    '{"a": ' + "[" * 101 + "]" * 101 + "}": "1:106: is nested deeper than 100 levels",
    '{"a": ' + "[" * 100_000: "is nested deeper than 100 levels",
    '{"a": ' + "9" * 5000 + "}": "is not JSON: Exceeds the limit (4300 digits) for integer string conversion",
}


@pytest.mark.parametrize(("text", "wrong"), BAD_JSON.items(), ids=range(len(BAD_JSON)))
def test_an_error_in_json_is_reported_with_its_place(text: str, wrong: str) -> None:
    assert problem(text, "template.json").startswith(wrong)


NEITHER = {
    "hello": "1:1: is neither a template nor a plan: it is not an object",
    "[1]": "1:1: is neither a template nor a plan: it is not an object",
    "a: 1": "1:1: is neither a template (it has no Resources) nor a Terraform plan",
    "Resources: {A: 1}": "1:13: the resource A has no Type",
    "Resources: {A: {Type: [1]}}": "1:13: the resource A has no Type",
    "Resources:\n  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref F}}\n"
    "  F: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: !Ref B}}": "refers to itself in a loop",
    "Conditions: {A: !Condition A}\nResources: {B: {Type: 'AWS::S3::Bucket', Condition: A}}": "refers to itself in a loop",
}


@pytest.mark.parametrize(("text", "wrong"), NEITHER.items(), ids=range(len(NEITHER)))
def test_a_file_that_is_no_template_is_reported(text: str, wrong: str) -> None:
    assert problem(text) == wrong


def test_a_file_named_yaml_may_begin_with_a_brace() -> None:
    assert problem("{Resources: {A: 1}}", "template.yaml") == "1:14: the resource A has no Type"
    assert problem("{Resources: {A: 1}}", "template.json").startswith("1:2: is not JSON")
    assert problem('{"Resources": {"A": 1}}', "template.yml") == "1:16: the resource A has no Type"


def test_aliases_that_would_come_to_billions_of_values_are_refused_at_once() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert problem("\n".join(rows)) == "6:5: has more than 500000 values or 100 levels, aliases expanded"


def test_aliases_within_aliases_count_as_levels() -> None:
    rows = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 120))]
    assert problem("\n".join(rows)).endswith("or 100 levels, aliases expanded")


def root() -> Node:
    return read_yaml("a:\n  - b: 1\n    c: [x, y]\n")


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ((), At(1, 1)),
        (("a",), At(1, 1)),
        (("a", 0, "c"), At(3, 5)),
        (("a", 0, "c", 1), At(3, 12)),
        (("a", 1), None),
        (("a", 0, "b", "z"), None),
    ],
)
def test_a_path_leads_to_a_place(path: tuple[str | int, ...], at: At | None) -> None:
    assert place(root(), path) == at


def test_an_error_from_sam_is_reported_in_its_words_at_the_resource() -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {Events: 3}\n"
    assert problem(text).startswith("3:3: SAM refuses it: Resource with id [A] is invalid.")


def test_an_exception_in_the_sam_translator_is_reported_too() -> None:
    connector = "{Source: {Id: Rule}, Destination: {Id: Topic}, Permissions: [Write]}"
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Topic: {Type: AWS::SNS::Topic}\n"
        "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [[]]}}\n"
        f"  C: {{Type: AWS::Serverless::Connector, Properties: {connector}}}\n"
    )
    assert problem(text) == "SAM cannot read it: AttributeError: 'list' object has no attribute 'get'"


def test_a_resource_with_properties_that_are_no_object_is_refused_by_sam() -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: AWS::Serverless::Function, Properties: 3}}\n"
    assert problem(text).startswith("2:13: SAM refuses it: Resource with id [A] is invalid.")


def test_a_macro_of_an_unknown_form_is_no_error() -> None:
    assert problem("Transform: [[1]]\nResources: {A: {Type: AWS::SNS::Topic}}\n") == "nothing"


def test_a_problem_without_a_place_says_what_is_wrong() -> None:
    assert NotReadable("is empty").at is None


def test_what_a_transform_adds_is_reported_as_not_evaluated() -> None:
    include = "Fn::Transform: {Name: AWS::Include}"
    text = f"{include}\nResources: {{A: {{Type: AWS::SNS::Topic, Properties: {{{include}}}}}, B: {{{include}}}}}\n"
    skipped = check(text, "template.yaml", CheckOptions(), Trust()).source.skipped
    assert [what for what, _ in skipped] == [
        "what Fn::Transform adds",
        "what Fn::Transform adds to A",
        "the resources of B",
    ]


def test_what_a_loop_adds_to_a_resource_is_reported_as_not_evaluated() -> None:
    text = "Resources: {A: {Type: AWS::SNS::Topic, Properties: {'Fn::ForEach::Tags': [A, [b], {a: b}]}}}\n"
    skipped = check(text, "template.yaml", CheckOptions(), Trust()).source.skipped
    assert skipped == (("what Fn::ForEach::Tags adds to A", "only CloudFormation can run it"),)


@pytest.mark.parametrize(
    "transform",
    [
        "[]",
        "AWS::LanguageExtensions",
        "[AWS::LanguageExtensions]",
        "{Name: 'AWS::SecretsManager-2020-07-23'}",
    ],
)
def test_a_transform_that_adds_no_resources_is_not_reported(transform: str) -> None:
    text = f"Transform: {transform}\nResources: {{A: {{Type: AWS::SNS::Topic}}}}\n"
    assert check(text, "template.yaml", CheckOptions(), Trust()).source.skipped == ()


def test_a_repeated_key_is_noted_in_json_too() -> None:
    text = '{"Resources": {"A": {"Type": "x", "Type": "AWS::SNS::Topic"}}}'
    ((what, _),) = check(text, "template.json", CheckOptions(), Trust()).source.notes
    assert what == "the key 'Type' at 1:35"


@pytest.mark.parametrize(
    ("manifest", "wanted"),
    [
        ("{", (None, None)),
        ("[]", (None, None)),
        ('{"artifacts": {"Tree": {"type": "cdk:tree"}}}', (None, None)),
        (
            '{"artifacts": {"A": {"environment": "aws://unknown-account/eu-west-1", "properties": {"templateFile": "A.json"}}}}',
            (None, "eu-west-1"),
        ),
        (
            '{"artifacts": {"A": {"environment": "aws://123456789012/unknown-region", "properties": {"templateFile": "B.json"}}}}',
            (None, None),
        ),
    ],
)
def test_the_account_and_region_come_from_the_cdks_manifest(
    manifest: str, wanted: tuple[str | None, str | None]
) -> None:
    assert environment(manifest, "A.json") == wanted


def test_any_error_in_one_file_is_one_line_and_no_exception(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Parameters: {A: {Type: String}}\nResources: {B: {Type: AWS::SNS::Topic}}\n")
    # What only a fault of our own can bring about.
    desk = Desk(CheckOptions(region=cast("str", 3)), Trust(), How.CHECK, frozenset())
    desk.check(str(path))
    assert desk.is_any_unusable
    assert "template.yaml: cannot be evaluated: " in capsys.readouterr().err
