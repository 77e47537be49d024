"""The command `check`: what it prints, writes and exits with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from organization.template import CENTRAL, WRITTEN, for_stack_sets
from permission_guard.formats import scan_json
from permission_guard.model.finding import Concern
from permission_guard.rules import RULES
from permission_guard.template import LARGEST
from tests.check.checking import permission, template
from tests.cli.asking import run

PASSES = permission(SourceAccount="!Ref AWS::AccountId")
FAILS = permission()
DOUBTFUL = permission(SourceAccount="!ImportValue account")


def checked(folder: Path, text: str, *options: str, name: str = "template.yaml") -> Result:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return run("check", str(path), *options)


@pytest.mark.parametrize(("text", "code"), [(PASSES, 0), (FAILS, 1), (DOUBTFUL, 2), ("hello", 3)])
def test_the_exit_code_is_the_gravest_verdict(tmp_path: Path, text: str, code: int) -> None:
    assert checked(tmp_path, text).exit_code == code


def test_a_fault_is_reported_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    ended = checked(tmp_path, FAILS)
    assert ended.stdout.replace(str(tmp_path), "") == (
        "/template.yaml:10:3: FAIL invoke-permission-names-its-source (HIGH) It\n"
        "  Found      Untrusted callers have access. For example, Amazon S3 (s3.amazonaws.com), acting for\n"
        "             arn:aws:s3:::NAME of AWS account 999999999999, is allowed to call lambda:InvokeFunction\n"
        "             on arn:aws:lambda:us-east-1:000000000000:function:stack-Orders-EXAMPLE.\n"
        '  Because    Statement "It" of the template allows it and has no condition on the source.\n'
        "  Matters    A service acts for any account that configures it. Without a source, any AWS account\n"
        "             can make it invoke the function.\n"
        "  Fix        SourceAccount: !Ref AWS::AccountId\n"
        "\n"
        "1 FAIL, 0 UNKNOWN, 1 PASS in 1 file; --fix can fix 1\n"
    )


def test_several_files_are_evaluated_and_one_that_is_no_template_hides_no_other(tmp_path: Path) -> None:
    for name, text in {"a.yaml": FAILS, "b.yaml": "hello", "c.json": "{"}.items():
        (tmp_path / name).write_text(text)
    ended = run(
        "check", *(str(tmp_path / name) for name in ("a.yaml", "b.yaml", "c.json", "d.yaml", "a.yaml"))
    )
    assert ended.exit_code == 3
    assert ended.stdout.endswith("1 FAIL, 0 UNKNOWN, 1 PASS in 1 file; --fix can fix 1\n")
    assert ended.stderr.replace(f"{tmp_path}/", "").splitlines() == [
        "permission-guard: b.yaml:1:1: is neither a template nor a plan: it is not an object",
        "permission-guard: c.json:1:2: is not JSON: Expecting property name enclosed in double quotes",
        "permission-guard: d.yaml: cannot be read: No such file or directory",
    ]


def test_nothing_is_evaluated_where_no_file_can_be_read(tmp_path: Path) -> None:
    ended = checked(tmp_path, "hello")
    assert (ended.stdout, ended.exit_code) == ("", 3)


def test_standard_input_is_a_template_too() -> None:
    ended = run("check", "-", stdin=FAILS.encode())
    assert ended.stdout.startswith("standard input:10:3: FAIL")
    assert run("check", "-", "-").stderr == "permission-guard: standard input (-) can be read only once\n"


def test_the_json_of_check_is_a_scan_with_every_verdict(tmp_path: Path) -> None:
    reported = scan_json.read(checked(tmp_path, DOUBTFUL, "--format", "json").stdout)
    verdicts = {(one.subject, one.place and one.place.line, one.verdict.value) for one in reported.findings}
    assert verdicts == {("It", 10, "UNKNOWN"), ("Role", 5, "PASS")}
    assert reported.skipped == ()


def test_for_code_scanning_each_fault_has_its_place(tmp_path: Path) -> None:
    (run_,) = json.loads(checked(tmp_path, FAILS, "--format", "sarif").stdout)["runs"]
    faults = [one for one in run_["results"] if one["level"] == "error"]
    assert [one["ruleId"] for one in faults] == ["invoke-permission-names-its-source"]
    place = faults[0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 10, "startColumn": 3}
    assert place["artifactLocation"]["uri"].endswith("template.yaml")


def test_what_was_not_looked_at_is_reported_and_is_no_pass(tmp_path: Path) -> None:
    ended = checked(tmp_path, template("", head="Transform: Mine\n"))
    assert "what the macro Mine makes: only CloudFormation can run it." in " ".join(ended.stdout.split())
    assert ended.exit_code == 2


def test_what_is_ignored_is_not_reported(tmp_path: Path) -> None:
    ignored = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE.value
    ended = checked(tmp_path, FAILS, "--ignore", ignored)
    assert (ended.stdout, ended.exit_code) == ("0 FAIL, 0 UNKNOWN, 1 PASS in 1 file\n", 0)


def test_parameters_count_as_given(tmp_path: Path) -> None:
    text = "Parameters: {Account: {Type: String}}\n" + permission(SourceAccount="!Ref Account")
    account = "123456789012"
    given = ("--parameter", f"Account={account}", "--account", account)
    assert [checked(tmp_path, text, *options).exit_code for options in ((), given)] == [2, 0]
    trusted = (
        "--parameter",
        "Account=111122223333",
        "--account",
        account,
        "--trusted-account",
        "111122223333",
    )
    assert checked(tmp_path, text, *trusted).exit_code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--parameter", "Nope=1"), "--parameter: no template has the parameter 'Nope'"),
        (("--parameter", "Nope"), "--parameter: 'Nope' is not of the form NAME=VALUE"),
        (("--parameter", "A=1", "--parameter", "A=2"), "--parameter: 'A' is given twice"),
        (("--account", "1"), "--account: '1' is not an account id (twelve digits)"),
        (("--region", "moon"), "--region: 'moon' is not a region"),
        (("--trusted-account", "x"), "--trusted-account: 'x' is not an account id (twelve digits)"),
        (("--trusted-organization", "x"), "--trusted-organization: 'x' is not an organization id (o-...)"),
        (("--fix", "--diff"), "--fix writes what --diff only shows: pass one of them"),
        (("--fix", "-"), "--fix: standard input cannot be written to. Pass --diff."),
        (("--region", "eu-west-1", "--account", "123456789012"), ""),
    ],
)
def test_an_option_that_cannot_be_used_is_reported_in_one_line(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    ended = checked(tmp_path, PASSES, *options)
    assert (ended.stderr, ended.exit_code) == ((f"permission-guard: {says}\n", 3) if says else ("", 0))


FIXED = FAILS.replace("s3.amazonaws.com\n", "s3.amazonaws.com\n      SourceAccount: !Ref AWS::AccountId\n")


def test_fix_writes_the_missing_lines_and_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(FAILS)
    path.chmod(0o640)
    ended = run("check", "--fix", str(path))
    assert path.read_text() == FIXED
    assert (path.stat().st_mode & 0o777, ended.exit_code) == (0o640, 0)
    assert "+      SourceAccount: !Ref AWS::AccountId\n" in ended.stderr
    assert ended.stdout == "0 FAIL, 0 UNKNOWN, 2 PASS in 1 file\n"
    again = run("check", "--fix", str(path))
    assert (again.stderr, path.read_text()) == ("", FIXED)
    assert [one.name for one in tmp_path.iterdir()] == ["template.yaml"]


def test_diff_is_a_patch_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("template.yaml").write_text(FAILS.removesuffix("\n"))
    ended = run("check", "--diff", "template.yaml")
    assert ended.stdout == (
        "--- a/template.yaml\n+++ b/template.yaml\n@@ -12,4 +12,5 @@\n     Properties:\n       FunctionName: !Ref Orders\n"
        "       Action: lambda:InvokeFunction\n-      Principal: s3.amazonaws.com\n\\ No newline at end of file\n"
        "+      Principal: s3.amazonaws.com\n+      SourceAccount: !Ref AWS::AccountId\n\\ No newline at end of file\n"
    )
    assert (Path("template.yaml").read_text(), ended.exit_code) == (FAILS.removesuffix("\n"), 1)


def test_what_cannot_be_fixed_says_why(tmp_path: Path) -> None:
    everybody = checked(tmp_path, permission(Principal='"*"'), "--fix")
    assert "No fix     only you know who should have access." in everybody.stdout
    assert everybody.exit_code == 1


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_file_is_written_as_it_was_encoded(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "template.yaml"
    path.write_bytes(FAILS.replace("\n", "\r\n").encode(codec))
    run("check", "--fix", str(path))
    assert path.read_bytes() == FIXED.replace("\n", "\r\n").encode(codec)


def test_a_file_that_cannot_be_written_is_reported_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(FAILS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    ended = run("check", "--fix", str(path))
    assert ended.stderr == f"permission-guard: {path}: cannot be written: No space left on device\n"
    assert (ended.exit_code, path.read_text()) == (3, FAILS)
    assert [one.name for one in tmp_path.iterdir()] == ["template.yaml"]


def test_a_file_that_is_too_large_for_a_template_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    ended = run("check", str(path))
    assert ended.stderr == f"permission-guard: {path}: is larger than 20 MB\n"
    assert ended.exit_code == 3


def test_the_guards_own_templates_keep_the_rules(tmp_path: Path) -> None:
    expanded = tmp_path / "organization.json"
    expanded.write_text(json.dumps(for_stack_sets("any.zip")))
    for written in (WRITTEN, expanded):
        ended = run("check", str(written), str(CENTRAL))
        assert (ended.stdout, ended.exit_code) == ("0 FAIL, 0 UNKNOWN, 1 PASS in 2 files\n", 0)


def test_the_rules_are_listed_and_each_is_shown() -> None:
    assert [row.split()[0] for row in run("rules").stdout.splitlines()] == [
        "RULE",
        *(one.value for one in Concern),
    ]
    assert run("rules", "management-access").stdout == (
        "Rule       management-access\n"
        "Reports    An untrusted principal may change the function or read about it.\n"
        "Why        Whoever can change a function can run code with its role. Whoever can read it can read\n"
        "           its code and its environment variables.\n"
        "Page       https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html\n"
    )
    assert RULES[0].reference in run("rules", RULES[0].id).stdout
    ended = run("rules", "no-such-rule")
    ids = ", ".join(one.value for one in Concern)
    assert (ended.exit_code, ended.stderr) == (
        3,
        f"permission-guard: there is no rule 'no-such-rule': {ids}\n",
    )


def test_a_finding_is_shown_under_the_id_that_can_be_ignored(tmp_path: Path) -> None:
    text = permission(Principal='"*"', Action='"lambda:*"')
    first = [row.split()[2] for row in checked(tmp_path, text).stdout.splitlines() if ": FAIL " in row]
    assert first == ["function-is-not-public", "management-access"]
    options = [option for one in first for option in ("--ignore", one)]
    assert checked(tmp_path, text, *options).exit_code == 0


def test_a_function_of_sams_that_is_not_deployed_is_named_once(tmp_path: Path) -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Conditions: {Never: !Equals [a, b]}
Resources:
  Hook:
    Type: AWS::Serverless::Function
    Condition: Never
    Properties: {Handler: x, Runtime: python3.13, InlineCode: x, FunctionUrlConfig: {AuthType: NONE}}
"""
    for options, code in (((), 0), (("--strict",), 2)):
        ended = checked(tmp_path, text, "--format", "concise", *options)
        assert ended.exit_code == code
        assert ended.stdout.replace(f"{tmp_path}/", "").splitlines() == [
            "template.yaml: Hook: its Condition is false with these parameters",
            "0 FAIL, 0 UNKNOWN, 0 PASS in 1 file",
        ]


def test_the_footer_counts_what_fix_can_fix_and_the_rest_says_why(tmp_path: Path) -> None:
    text = FAILS.replace(
        "[arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
        "!Split [',', 'arn:aws:iam::aws:policy/AmazonS3FullAccess']",
    )
    ended = checked(tmp_path, text)
    assert ended.stdout.endswith("2 FAIL, 0 UNKNOWN, 0 PASS in 1 file; --fix can fix 1\n")
    assert "  No fix     its ManagedPolicyArns is not written as a list.\n" in ended.stdout
    assert checked(tmp_path, text, "--fix").stdout.endswith("\n1 FAIL, 0 UNKNOWN, 1 PASS in 1 file\n")
