"""The help fits a terminal of 80 columns, and nothing in it is cut off."""

from __future__ import annotations

import click
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


@pytest.mark.parametrize("command", [None, *_COMMANDS])
def test_a_short_option_shows_the_same_help(command: str | None) -> None:
    arguments = [command] if command else []
    short = CliRunner().invoke(main, [*arguments, "-h"], terminal_width=80, catch_exceptions=False)
    assert (short.exit_code, short.stdout) == (0, shown(*arguments))


def test_the_program_without_a_command_shows_its_help() -> None:
    bare = CliRunner().invoke(main, [], terminal_width=80, catch_exceptions=False)
    assert (bare.exit_code, bare.stdout) == (0, shown())


def test_every_command_that_writes_a_file_has_the_same_option_for_it() -> None:
    commands = {name: main.get_command(click.Context(main), name) for name in ("report", "scan")}
    opts = {
        name: sorted(
            opt for parameter in command.params for opt in parameter.opts if opt in {"-o", "--output"}
        )
        for name, command in commands.items()
        if command is not None
    }
    assert opts == {name: ["--output", "-o"] for name in commands}


def test_a_command_that_does_not_exist_has_no_help_of_its_own() -> None:
    context = click.Context(main)
    assert main.get_command(context, "nothing") is None
