"""`check` on a folder, and on what is not a template: Terraform's source and a binary plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from permission_guard.cli import main
from tests.check.checking import permission

TEMPLATE = permission()
RUN = "Run `terraform plan -out plan.out && terraform show -json plan.out > plan.json`, and check plan.json."


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--format", "concise", *arguments], catch_exceptions=False)


def files(ended: Result, folder: Path) -> list[str]:
    """The files with a finding, in the order in which they are shown."""
    lines = [line for line in ended.stdout.replace(f"{folder}/", "").splitlines() if " FAIL " in line]
    return list(dict.fromkeys(line.partition(":")[0] for line in lines))


def put(folder: Path, *names: str, text: str = TEMPLATE) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_folder_stands_for_every_template_in_it_and_below(tmp_path: Path) -> None:
    put(tmp_path, "template.yaml", "services/orders/stack.yml", "a.template")
    put(tmp_path, "package.json", text='{"Resources": 1}')
    put(tmp_path, "docs.yaml", text="AWS::Lambda::Function")
    ended = check(str(tmp_path))
    assert files(ended, tmp_path) == ["a.template", "template.yaml", "services/orders/stack.yml"]
    assert ended.exit_code == 1
    assert ended.stderr == ""


def test_what_others_wrote_and_what_was_built_is_left_out(tmp_path: Path) -> None:
    put(
        tmp_path,
        "template.yaml",
        "node_modules/a/t.yaml",
        "vendor/t.yaml",
        ".aws-sam/build/t.yaml",
        "venv/t.yaml",
    )
    assert files(check(str(tmp_path)), tmp_path) == ["template.yaml"]


def test_terraform_source_beside_a_template_is_reported_not_to_be_evaluated(tmp_path: Path) -> None:
    put(tmp_path, "template.yaml")
    put(tmp_path, "main.tf", text='resource "aws_lambda_permission" "a" {}')
    ended = check(str(tmp_path))
    assert files(ended, tmp_path) == ["template.yaml"]
    assert ended.stderr == f"permission-guard: {tmp_path}: Terraform source is not evaluated. {RUN}\n"
    assert ended.exit_code == 1


def test_a_plan_in_a_folder_is_found(tmp_path: Path) -> None:
    put(tmp_path, "plan.json", text='{"format_version": "1.2", "planned_values": {"root_module": {}}}')
    ended = check(str(tmp_path))
    assert ended.stdout == "0 FAIL, 0 UNKNOWN, 0 PASS in 1 file\n"


def test_a_template_in_utf_16_is_found(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-16")
    assert files(check(str(tmp_path)), tmp_path) == ["t.yaml"]


def test_a_file_that_is_named_and_lies_in_the_folder_is_checked_once(tmp_path: Path) -> None:
    put(tmp_path, "t.yaml")
    assert check(str(tmp_path / "t.yaml"), str(tmp_path)).stdout.endswith(" in 1 file; --fix can fix 1\n")


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "t.yaml")

    opened = Path.open

    def refused(path: Path, *how: Any, **more: Any) -> object:
        if path.name == "t.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", refused)
    ended = check(str(tmp_path))
    assert ended.stderr == f"permission-guard: {tmp_path}/t.yaml: cannot be read: Permission denied\n"
    assert ended.exit_code == 3


@pytest.mark.parametrize(("name", "hint"), [("main.tf", f" It has Terraform source. {RUN}"), ("a.txt", "")])
def test_a_folder_without_templates_is_reported(tmp_path: Path, name: str, hint: str) -> None:
    put(tmp_path, name, text="nothing")
    ended = check(str(tmp_path))
    assert ended.stderr == (
        f"permission-guard: {tmp_path}: no template and no Terraform plan was found in this folder.{hint}\n"
    )
    assert ended.exit_code == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'resource "aws_lambda_permission" "a" {\n  principal = "*"\n}\n'),
        ("main.tf", 'locals {\n  a = "b"\n  c = { d: e: f }\n}\n'),
        ("main.tf.json", '{"resource": {"aws_lambda_permission": {}}}'),
    ],
)
def test_the_source_of_terraform_is_answered_with_how_to_make_a_plan(
    tmp_path: Path, name: str, text: str
) -> None:
    put(tmp_path, name, text=text)
    ended = check(str(tmp_path / name))
    assert ended.stderr == f"permission-guard: {tmp_path}/{name}: is Terraform source. {RUN}\n"
    assert ended.exit_code == 3


def test_a_binary_plan_is_answered_with_how_to_make_it_readable(tmp_path: Path) -> None:
    (tmp_path / "plan.out").write_bytes(b"PK\x03\x04\x14\x00\x08\x00\xff\xfe")
    ended = check(str(tmp_path / "plan.out"))
    file = f"{tmp_path}/plan.out"
    assert ended.stderr == (
        f"permission-guard: {file}: is a ZIP archive, as a binary Terraform plan is. "
        f"Run `terraform show -json {file} > plan.json`, and check plan.json.\n"
    )
    assert ended.exit_code == 3
