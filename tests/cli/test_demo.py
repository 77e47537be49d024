"""`demo` and `completion`: what they print, and that neither needs anything."""

from __future__ import annotations

import subprocess

import pytest
from click.testing import CliRunner, Result

from permission_guard.cli import main
from tests.cli.test_process import ENVIRONMENT, PROGRAM
from tests.test_golden import golden


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


@pytest.mark.parametrize("options", [(), ("--observe",)], ids=["enforcing", "observing"])
def test_the_demo_shows_an_alert_for_each_mistake(options: tuple[str, ...]) -> None:
    ended = run("demo", *options)
    name = "observing" if options else "enforcing"
    assert (ended.exit_code, ended.stdout) == (0, golden(f"demo/{name}.txt", ended.stdout))


def test_a_demo_that_observes_repairs_nothing() -> None:
    said = run("demo", "--observe").stdout
    assert "would repair: role-can-write-logs" in said
    assert "REPAIRED" not in said.replace("WOULD_REPAIR", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_a_script_that_asks_this_program(shell: str) -> None:
    ended = run("completion", shell)
    assert ended.exit_code == 0
    assert f"_PERMISSION_GUARD_COMPLETE={shell}_complete" in ended.stdout


def test_a_shell_that_is_not_known_is_one_line_that_names_those_that_are() -> None:
    ended = run("completion", "tcsh")
    assert (ended.exit_code, len(ended.stderr.splitlines())) == (3, 1)
    assert "'bash', 'zsh', 'fish'" in ended.stderr


def test_the_script_completes_the_commands() -> None:
    asked = {
        "_PERMISSION_GUARD_COMPLETE": "bash_complete",
        "COMP_WORDS": "permission-guard un",
        "COMP_CWORD": "1",
    }
    ended = subprocess.run(  # noqa: S603  # our own program
        PROGRAM, env={**ENVIRONMENT, **asked}, text=True, capture_output=True, check=True
    )
    assert ended.stdout.splitlines() == ["plain,undo"]
