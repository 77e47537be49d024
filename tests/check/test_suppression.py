"""Findings that do not fail: by Metadata or a comment with a reason, by severity, by a baseline. And the concise output."""

from __future__ import annotations

from pathlib import Path

import pytest

from permission_guard.model.finding import Concern
from permission_guard.template.ignore import in_comments
from tests.check.checking import permission
from tests.cli.asking import run

FAULT = permission()
RULE = "invoke-permission-names-its-source"
IDS = ", ".join(one.value for one in Concern)
FORM = "# permission-guard: ignore RULE -- REASON"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(text: str, name: str = "template.yaml") -> str:
    Path(name).write_text(text)
    return name


def ignoring(said: str) -> str:
    return FAULT.replace(
        "    Type: AWS::Lambda::Permission\n",
        f"    Type: AWS::Lambda::Permission\n    Metadata: {{permission-guard: {said}}}\n",
    )


def test_what_metadata_ignores_passes_and_its_reason_is_listed() -> None:
    path = saved(ignoring(f"{{ignore: [{RULE}], reason: the bucket is ours}}"))
    ended = run("check", path)
    assert ended.exit_code == 0
    assert "it is ignored: the bucket is ours" in " ".join(ended.stdout.split())
    before = Path(path).read_text()
    assert run("check", "--fix", path).exit_code == 0
    assert Path(path).read_text() == before


def test_only_the_rule_that_is_named_is_ignored() -> None:
    assert run("check", saved(ignoring("{ignore: role-can-write-logs, reason: x}"))).exit_code == 1


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (f"{{ignore: {RULE}}}", f"to ignore {RULE} needs a reason: {{ignore: [RULE], reason: TEXT}}"),
        (
            f"{{ignore: [{RULE}], reason: ' '}}",
            f"to ignore {RULE} needs a reason: {{ignore: [RULE], reason: TEXT}}",
        ),
        (RULE, "to ignore a rule needs a reason: {ignore: [RULE], reason: TEXT}"),
        ("{ignore: [nothing], reason: x}", f"there is no rule 'nothing': {IDS}"),
        ("{reason: x}", f"the rule to ignore is missing: {IDS}"),
    ],
)
def test_metadata_without_a_reason_or_with_an_unknown_rule_is_an_error_with_its_place(
    said: str, says: str
) -> None:
    ended = run("check", saved(ignoring(said)))
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == f"permission-guard: template.yaml:12:16: {says}\n"


def commented(comment: str, line: str = "It:") -> str:
    return FAULT.replace(f"  {line}\n", f"  {line} {comment}\n")


def test_a_comment_on_the_resources_line_ignores_a_rule_and_its_reason_is_listed() -> None:
    text = commented(f"# see DEV-7 # permission-guard: ignore {RULE} -- the bucket is ours")
    ended = run("check", "--fix", saved(text))
    assert ended.exit_code == 0
    assert ended.stdout == (
        f"Note       template.yaml: It: {RULE}: it is ignored: the bucket is ours.\n\n"
        "0 FAIL, 0 UNKNOWN, 1 PASS in 1 file\n"
    )
    assert Path("template.yaml").read_text() == text


@pytest.mark.parametrize(
    ("line", "code"),
    [("It:", 0), ("Principal: '*'", 0), ("Action: lambda:InvokeFunction", 1), ("Orders:", 1)],
)
def test_a_comment_counts_on_the_line_of_the_resource_or_of_the_finding(line: str, code: int) -> None:
    text = permission(Principal="'*'").replace(
        f"{line}\n",
        f"{line}  # permission-guard: ignore role-can-write-logs, function-is-not-public -- a demo\n",
    )
    assert run("check", saved(text)).exit_code == code


def test_a_comment_on_an_event_or_on_its_function_ignores_the_permission_that_sam_makes() -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: x
      Runtime: python3.13
      InlineCode: x
      FunctionUrlConfig:
        AuthType: NONE
"""
    comment = "  # permission-guard: ignore function-url-is-not-public -- a webhook"
    codes = [
        run("check", saved(text.replace(f"{line}\n", f"{line}{comment}\n"))).exit_code
        for line in ("Orders:", "AuthType: NONE", "Handler: x")
    ]
    assert codes == [0, 0, 1]


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        (f"ignore {RULE}", f"to ignore {RULE} needs a reason: {FORM}"),
        (f"ignore {RULE} --", f"to ignore {RULE} needs a reason: {FORM}"),
        (f"ignore {RULE} because", f"to ignore {RULE} needs a reason: {FORM}"),
        ("ignore", f"to ignore a rule needs a reason: {FORM}"),
        ("ignore -- x", f"the rule to ignore is missing: {IDS}"),
        (f"ignore {RULE}, no-rule -- x", f"there is no rule 'no-rule': {IDS}"),
    ],
)
def test_a_comment_without_a_reason_or_with_an_unknown_rule_is_an_error_with_its_place(
    comment: str, says: str
) -> None:
    ended = run("check", saved(commented(f"# permission-guard: {comment}", "Orders:")))
    assert (ended.stderr, ended.exit_code) == (f"permission-guard: template.yaml:2:11: {says}\n", 3)


@pytest.mark.parametrize(
    "row",
    [
        '"It": {x: "# permission-guard: ignore"}',
        "x: |\n    # permission-guard: ignore",
        "x: >-\n    text # permission-guard: ignore",
        "x: 'it\n    # permission-guard: ignore'",
        "x: a#permission-guard: ignore",
        "x: y # permission-guard: ours",
    ],
)
def test_a_text_that_is_not_an_ignore_comment_ignores_nothing(row: str) -> None:
    assert list(in_comments(f"Metadata:\n  {row}\n")) == []


def test_comments_are_found_whatever_ends_the_lines() -> None:
    rows = (
        "a: 1",
        "b: 2 # permission-guard: ignore x -- y",
        "c: 3\u2028d: 4 # permission-guard: ignore z -- y",
    )
    for end in ("\n", "\r\n", "\r"):
        found = [(one.rule, one.reason, one.at) for one in in_comments(end.join(rows))]
        assert found == [("x", "y", (2, 6)), ("z", "y", (4, 6))]


def test_a_json_template_has_no_comments() -> None:
    text = '{"Resources": {"It": {"Type": "x", "Metadata": {"a": "# permission-guard: ignore"}}}}'
    assert run("check", saved(text)).exit_code == 0


def test_a_baseline_leaves_only_what_is_new() -> None:
    path = saved(FAULT)
    assert run("check", path, "--write-baseline", "known").exit_code == 0
    assert run("check", path, "--baseline", "known").exit_code == 0
    assert run("check", f"./{path}", "--baseline", "known").exit_code == 0
    more = FAULT + FAULT[FAULT.index("  It:") :].replace("  It:", "  Another:")
    saved(more)
    ended = run("check", path, "--baseline", "known", "--format", "concise")
    assert (ended.exit_code, ended.stdout.count("FAIL invoke")) == (1, 1)
    assert "\n1 finding: in the baseline known\n" in ended.stdout
    assert run("check", path, "--baseline", "nowhere").exit_code == 3
    ended = run("check", path, "--write-baseline", "no-folder/known")
    problem = "permission-guard: no-folder/known: cannot be written: No such file or directory\n"
    assert (ended.exit_code, ended.stderr) == (3, problem)


def test_a_new_baseline_keeps_what_the_old_one_has() -> None:
    path = saved(FAULT)
    assert run("check", path, "--write-baseline", "known").stderr == "Wrote 1 finding to known.\n"
    run("check", path, "--baseline", "known", "--write-baseline", "new")
    assert Path("new").read_text() == Path("known").read_text() != ""


def test_a_file_that_is_no_baseline_is_an_error() -> None:
    path = saved(FAULT)
    ended = run("check", path, "--baseline", path)
    problem = f"permission-guard: {path}: is not a baseline. Write one with --write-baseline.\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (3, "", problem)


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (FAULT, ("--fail-on", "high"), 1),
        (FAULT, ("--fail-on", "critical"), 0),
        (permission(SourceAccount="!ImportValue account"), (), 2),
        (permission(SourceAccount="!ImportValue account"), ("--unknown", "fail"), 1),
        (permission(SourceAccount="!ImportValue account"), ("--unknown", "pass"), 0),
        ("Transform: Mine\n" + FAULT, ("--unknown", "pass", "--fail-on", "critical"), 0),
    ],
)
def test_fail_on_and_unknown_decide_the_exit_code(text: str, options: tuple[str, ...], code: int) -> None:
    assert run("check", saved(text), *options).exit_code == code


def test_the_concise_form_has_a_line_for_each_finding_and_says_what_can_be_fixed() -> None:
    assert run("check", saved(FAULT), "--format", "concise").stdout.splitlines() == [
        (
            f"template.yaml:10:3: FAIL {RULE} HIGH It: Untrusted callers have access. For example, "
            "Amazon S3 (s3.amazonaws.com), acting for arn:aws:s3:::NAME of AWS account 999999999999, is allowed to call lambda:InvokeFunction on "
            "arn:aws:lambda:us-east-1:000000000000:function:stack-Orders-EXAMPLE."
        ),
        "1 FAIL, 0 UNKNOWN, 1 PASS in 1 file; --fix can fix 1",
    ]
