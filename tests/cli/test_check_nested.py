"""The command `check` on stacks that nest others."""

from __future__ import annotations

from pathlib import Path

import pytest

from permission_guard.formats import scan_json
from tests.cli.asking import run

CHILD = """\
Parameters: {Account: {Type: String, Default: "111122223333"}, Topic: {Type: String, Default: "arn:aws:sns:us-east-1:111122223333:x"}}
Resources:
  It:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: f, Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com, SourceAccount: !Ref Account}
  Sns:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: f, Action: "lambda:InvokeFunction", Principal: sns.amazonaws.com, SourceArn: !Ref Topic}
"""
PARENT = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Open: {Type: String}}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: within/child.yaml, Parameters: {Account: !Ref AWS::AccountId, Topic: !Ref Open}}
"""


def family(folder: Path, parent: str) -> str:
    (folder / "within").mkdir()
    (folder / "within" / "child.yaml").write_text(CHILD)
    (folder / "parent.yaml").write_text(parent)
    return str(folder / "parent.yaml")


def test_a_nested_stack_is_evaluated_with_the_parameters_that_it_is_given(tmp_path: Path) -> None:
    ended = run("check", family(tmp_path, PARENT), "--format", "json")
    findings = scan_json.read(ended.stdout).findings
    verdicts = {one.subject: (one.verdict.value, one.place and one.place.file) for one in findings}
    child = str(tmp_path / "within" / "child.yaml")
    # What the parent does not know, the child's default is no answer to.
    assert verdicts == {"It": ("PASS", child), "Sns": ("UNKNOWN", child)}


def test_a_nested_stack_that_is_named_itself_is_evaluated_as_it_is_named(tmp_path: Path) -> None:
    ended = run("check", family(tmp_path, PARENT), str(tmp_path / "within" / ".." / "within" / "child.yaml"))
    assert ended.stdout.endswith("0 FAIL, 2 UNKNOWN, 0 PASS in 2 files\n")


def test_what_is_nested_is_not_fixed_unless_it_is_named(tmp_path: Path) -> None:
    path = family(tmp_path, PARENT.replace("Account: !Ref AWS::AccountId", "Account: 123456789012"))
    run("check", "--fix", path)
    assert (tmp_path / "within" / "child.yaml").read_text() == CHILD


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("https://s3.amazonaws.com/bucket/child.yaml", "its template is no file here."),
        ("nowhere.yaml", "its template is no file here."),
        ("./parent.yaml", "it nests itself."),
        ("!ImportValue child", "its template is no file here."),
    ],
)
def test_a_nested_stack_that_cannot_be_looked_at_is_no_pass(tmp_path: Path, where: str, why: str) -> None:
    ended = run("check", family(tmp_path, PARENT.replace("within/child.yaml", where)))
    assert f"the nested stack Child: {why}" in " ".join(ended.stdout.split())
    assert ended.exit_code == 2


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("within/child.yaml", 2),
        (
            "{ApplicationId: arn:aws:serverlessrepo:us-east-1:111122223333:applications/x, SemanticVersion: 1.0.0}",
            0,
        ),
    ],
)
def test_a_nested_application_of_sams_is_a_nested_stack_and_no_repository_is_asked(
    tmp_path: Path, location: str, code: int
) -> None:
    application = f"Transform: AWS::Serverless-2016-10-31\nResources:\n  App:\n    Type: AWS::Serverless::Application\n    Properties: {{Location: {location}}}\n"
    ended = run("check", family(tmp_path, application))
    assert ended.exit_code == code
    assert ("Repository" in " ".join(ended.stdout.split())) == ("ApplicationId" in location)
