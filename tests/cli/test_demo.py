"""`demo` prints an alert for each mistake, and needs nothing; the completion that click has works."""

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
    assert "Not fixed (Observe): orders cannot write logs" in said
    assert "REPAIRED" not in said.replace("WOULD_REPAIR", "")


def test_a_shell_can_complete_the_commands() -> None:
    asked = {
        "_PERMISSION_GUARD_COMPLETE": "bash_complete",
        "COMP_WORDS": "permission-guard un",
        "COMP_CWORD": "1",
    }
    ended = subprocess.run(  # noqa: S603  # our own program
        PROGRAM, env={**ENVIRONMENT, **asked}, text=True, capture_output=True, check=True
    )
    assert ended.stdout.splitlines() == ["plain,undo"]
