"""What is not to fail: by Metadata with a reason, by severity, by a baseline; and the one-line output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.checking import permission
from tests.cli.asking import run

FAULT = permission()
RULE = "invoke-permission-names-its-source"


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


def test_to_ignore_needs_a_reason() -> None:
    ended = run("check", saved(ignoring(f"{{ignore: {RULE}}}")))
    assert (ended.exit_code, ended.stderr) == (
        3,
        f"permission-guard: template.yaml: It: to ignore {RULE} needs a reason\n",
    )


def test_a_baseline_leaves_only_what_is_new() -> None:
    path = saved(FAULT)
    assert run("check", path, "--write-baseline", "known").exit_code == 0
    assert run("check", path, "--baseline", "known").exit_code == 0
    more = FAULT + FAULT[FAULT.index("  It:") :].replace("  It:", "  Another:")
    saved(more)
    ended = run("check", path, "--baseline", "known", "--format", "concise")
    assert (ended.exit_code, ended.stdout.count("FAIL invoke")) == (1, 1)
    assert run("check", path, "--baseline", "nowhere").exit_code == 3


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
def test_what_fails_is_as_severe_as_is_asked(text: str, options: tuple[str, ...], code: int) -> None:
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
