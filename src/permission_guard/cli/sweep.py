"""The command `sweep`: have the guard evaluate one function, or every function, now."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from permission_guard import PROGRAM
from permission_guard.alerts import printable
from permission_guard.cli.connection import StackPlace, options
from permission_guard.cli.entries import TypedName, placed
from permission_guard.cli.errors import DONE, EXIT_CODES, NOT_DONE, Interrupted, NotDone, endings
from permission_guard.cli.following import Follower, SweepSurroundings, follower
from permission_guard.cli.journal import bodies, newest, table
from permission_guard.cli.output import width, written
from permission_guard.cli.rows import headline
from permission_guard.iam import FunctionArn
from permission_guard.iam.policy import Json

SCHEMA: Final = "permission-guard/sweep/1"
_HELP: Final = f"""\
Have the guard evaluate every function now, or one.

FUNCTION is a name or an ARN; its versions and aliases are evaluated too. The command sends one message to the guard's queue
SweepTasks (sqs:SendMessage). Then it reads in the journal how many functions are evaluated and what was found, until all are.
Ctrl-C only ends the reading. What is new is reported by the next hourly digest.

A sweep of every function begins at most once an hour. If one has begun within the hour, none is started, the command follows
that one, and the exit code is 1.

{EXIT_CODES}"""
LOOK: Final = "The results are in the journal, and what is new in the next digest."
_ONE_AN_HOUR: Final = "If a sweep has begun within the last hour, none begins."
_GOES_ON: Final = "Stopped following. The guard goes on with what was sent; the journal shows the results."


@click.command(help=_HELP, short_help="Have the guard evaluate every function now, or one.")
@click.argument("function", required=False)
@click.option("--no-wait", is_flag=True, help="Send the message, and do not follow it.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON, when everything is evaluated.")
@options
@click.pass_context
def sweep(
    context: click.Context, /, function: str | None, *, no_wait: bool, is_json: bool, **place: Any
) -> int:
    """Send the message, and follow it."""
    with endings():
        name = TypedName.of(function) if function is not None else None
        around = context.obj or SweepSurroundings()
        there = follower(placed(name, StackPlace(**place)), name, around, _silent if is_json else _shown)
        if no_wait:
            return _sent(there, is_json=is_json)
        try:
            if there.function is None:
                return _every(there, is_json=is_json)
            return _one(there, there.function, is_json=is_json)
        except KeyboardInterrupt as error:
            raise Interrupted(_GOES_ON) from error


def _sent(there: Follower, *, is_json: bool) -> int:
    function = str(there.function) if there.function else None
    task = there.send()
    there.show(LOOK if function else f"{_ONE_AN_HOUR} {LOOK}")
    if is_json:
        written(_body({"function": function, "id": task}))
    return DONE


def _one(there: Follower, function: FunctionArn, *, is_json: bool) -> int:
    """Have one function evaluated, and show what the journal has about it."""
    is_there = there.evaluated(function)
    entries = newest(there.journal.of(str(function)).entries)
    if is_json:
        written(_body({"function": str(function), "exists": is_there, "entries": bodies(entries)}))
    elif is_there or entries:
        written(table(entries))
    if not is_there:
        raise NotDone(f"Function {function} does not exist.")
    return DONE


def _every(there: Follower, *, is_json: bool) -> int:
    """Have every function evaluated, or follow the sweep that began within the hour."""
    begun = there.begin()
    found = there.complete(begun.sweep)
    if is_json:
        written(_body({"function": None, "id": begun.sweep.id, "started": begun.is_ours, **found.body}))
    else:
        written(f"For each finding: {PROGRAM} journal\n")
    return DONE if begun.is_ours else NOT_DONE


def _shown(line: str, *, is_progress: bool = False) -> None:
    """Write a line. On a terminal, the next line takes the place of one that only shows progress."""
    columns, text = width(), printable(line)
    if columns is None:
        written(f"{text}\n")
        return
    cleared = f"\r{' ' * (columns - 1)}\r"
    written(f"{cleared}{text[: columns - 1]}" if is_progress else f"{cleared}{headline(text)}\n")


def _silent(line: str, *, is_progress: bool = False) -> None:
    """Show nothing: the JSON comes at the end."""


def _body(body: dict[str, Json]) -> str:
    return json.dumps({"schema": SCHEMA, **body}, indent=2) + "\n"
