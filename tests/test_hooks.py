"""What others run `check` by: the hook of pre-commit, and the GitHub Action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from permission_guard.cli import PROGRAM
from tests.check.checking import permission

ROOT = Path(__file__).parent.parent
HOOK: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_hook_runs_the_program_that_pip_installs() -> None:
    # pre-commit installs no extras: what the command line needs is in `dependencies` (tests/test_metadata.py).
    assert HOOK["entry"] == f"{PROGRAM} check"
    assert PROGRAM in PROJECT["scripts"]


@pytest.mark.parametrize(
    ("name", "is_template"),
    [
        ("template.yaml", True),
        ("services/orders/template.yml", True),
        ("sam-template.yaml", True),
        ("cdk.out/Shop.template.json", True),
        ("cloudformation/roles.yaml", True),
        ("docker-compose.yaml", False),
        ("my-template.yaml", False),
        ("package.json", False),
        ("cloudformation/parameters.json", False),
        ("cfn/orders.parameters.yaml", False),
        ("cloudformation/parameters-prod.json", False),
        ("cfn/params.dev.yaml", False),
        ("cfn/parameter-store.yaml", True),
        ("cloudformation/config-rules.yaml", True),
        ("cfn/params/dev.json", False),
        ("cloudformation/configuration.yaml", True),
        ("node_modules/shop/cfn/roles.json", False),
    ],
)
def test_the_hook_looks_at_what_is_called_like_a_template(name: str, *, is_template: bool) -> None:
    taken = re.search(HOOK["files"], name) and not re.search(HOOK["exclude"], name)
    assert bool(taken) == is_template


def test_the_action_runs_no_other_action_and_reads_no_input_as_a_part_of_its_script() -> None:
    steps = ACTION["runs"]["steps"]
    assert [step for step in steps if "uses" in step] == []
    assert [step["name"] for step in steps if "${{" in step["run"]] == []
    given = {value for step in steps for value in step.get("env", {}).values()}
    assert given == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}


def acted(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the action's check, with this project in the place of what it installs."""
    program = folder / "permission-guard" / "bin" / "permission-guard"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m permission_guard "$@"\n')
    program.chmod(0o755)
    (script,) = (step["run"] for step in ACTION["runs"]["steps"] if step["name"] == "Check")
    given = {"ARGUMENTS": "", "SARIF_FILE": "", "ANNOTATIONS": "true", **environment}
    return subprocess.run(  # noqa: S603  # the project's own script
        # As GitHub runs `shell: bash`.
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "RUNNER_TEMP": str(folder), "PYTHONPATH": str(ROOT / "src"), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_ends_as_the_check_does(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "template.yaml").write_text(permission())
    ended = acted(tmp_path, TEMPLATES="**/template.yaml", ARGUMENTS="--ignore function-url-is-not-public")
    assert "\ndeep/er/template.yaml:10:3: FAIL" in ended.stdout
    assert ended.returncode == 1


def test_what_a_file_is_called_is_no_command_to_github(tmp_path: Path) -> None:
    folder = tmp_path / "::add-mask::a"
    folder.mkdir()
    (folder / "template.yaml").write_text(permission())
    tokens = set()
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        ended = acted(tmp_path / place, TEMPLATES="../*/template.yaml ../::add-mask::a/template.yaml")
        first, *between = ended.stdout.splitlines()
        token = first.removeprefix("::stop-commands::")
        end = between.index(f"::{token}::")
        between, annotations = between[:end], between[end + 1 :]
        (one,) = annotations
        assert one.startswith("::error file=../%3A%3Aadd-mask%3A%3Aa/template.yaml,line=10,")
        assert re.fullmatch("[0-9a-f]{32}", token)
        assert not any(token in line for line in between)
        assert ended.returncode == 1
        tokens.add(token)
    assert len(tokens) == 2


@pytest.mark.parametrize(
    ("asked", "arguments", "count"),
    [("true", "", 1), ("false", "", 0), ("true", "--diff", 0), ("true", "--fail-on critical", 1)],
)
def test_the_action_annotates_lines_if_it_is_asked_to_and_never_with_the_lines_of_a_patch(
    tmp_path: Path, asked: str, arguments: str, count: int
) -> None:
    text = permission() + "    Metadata:\n      x: |\n        ::error title=x::y\n"
    (tmp_path / "template.yaml").write_text(text)
    ended = acted(tmp_path, TEMPLATES="template.yaml", ARGUMENTS=arguments, ANNOTATIONS=asked)
    token = ended.stdout.splitlines()[0].removeprefix("::stop-commands::")
    between, after = ended.stdout.split(f"\n::{token}::\n")
    assert ("::error title=x::y" in between) == (arguments == "--diff")
    assert after.count("\n") == after.count("::error file=template.yaml,line=10,col=3,") == count
    assert ended.returncode == (0 if "critical" in arguments else 1)


def test_a_file_that_is_called_like_an_option_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "--fix.yaml").write_text(permission())
    ended = acted(tmp_path, TEMPLATES="*.yaml")
    assert "\n--fix.yaml:10:3: FAIL" in ended.stdout
    assert (tmp_path / "--fix.yaml").read_text() == permission()


def test_the_action_writes_sarif_whatever_the_verdict_is(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(permission())
    ended = acted(tmp_path, TEMPLATES="template.yaml", SARIF_FILE="found.sarif")
    assert ended.returncode == 1
    results = json.loads((tmp_path / "found.sarif").read_text())["runs"][0]["results"]
    assert [one["level"] for one in results if one["level"] == "error"] == ["error"]
