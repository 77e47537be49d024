"""The help fits a terminal of 80 columns, and nothing in it is cut off."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from permission_guard.cli import _COMMANDS, main


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--help"], terminal_width=80, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_the_list_of_commands_says_of_each_in_a_whole_sentence_what_it_does() -> None:
    lines = shown().partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == sorted(_COMMANDS)
    assert [line for line in lines if not line.endswith(".") or line.endswith("...") or len(line) > 80] == []


@pytest.mark.parametrize("command", [None, *_COMMANDS])
def test_the_help_of_each_command_fits_a_terminal(command: str | None) -> None:
    lines = shown(*([command] if command else [])).splitlines()
    assert [line for line in lines if len(line) > 80] == []
