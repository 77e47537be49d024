"""The command `journal`: what the guard found, did and reported, for one function or all."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from permission_guard.cli import rows
from permission_guard.cli.connection import StackPlace, options
from permission_guard.cli.entries import TypedName, connect_for, entries
from permission_guard.cli.errors import DONE, EXIT_CODES, endings
from permission_guard.cli.output import written
from permission_guard.iam.policy import Json
from permission_guard.journal.entry import Entry
from permission_guard.journal.entry_json import shown

SCHEMA: Final = "permission-guard/journal/1"
_HELP: Final = f"""\
List what the guard found, did and reported, newest first.

FUNCTION is a name or an ARN, or the ARN of a layer version. Without it the whole table is read (dynamodb:Scan).

{EXIT_CODES}"""
_HEAD: Final = ("ENTRY", "STATE", "RULE", "FIRST SEEN (UTC)", "LAST SEEN (UTC)", "REPAIRED", "REPORTED AS")
_NOTHING: Final = "The journal has no entries"


@click.command(help=_HELP, short_help="List what the guard found and did.")
@click.argument("function", required=False)
@click.option("--json", "is_json", is_flag=True, help="Print JSON: every entry, with all that is kept of it.")
@options
@click.pass_context
def journal(context: click.Context, /, function: str | None, *, is_json: bool, **place: Any) -> int:
    """Read and list."""
    with endings():
        name = TypedName.of(function) if function is not None else None
        connection = connect_for(name, context, StackPlace(**place))
        found = entries(connection, name.at(connection) if name else None)
    listed = newest(found)
    written(_body(listed) if is_json else table(listed))
    return DONE


def newest(found: tuple[Entry, ...]) -> list[Entry]:
    """Return the entries, the newest first."""
    return sorted(found, key=lambda entry: (entry.last_seen, entry.id), reverse=True)


def table(found: list[Entry]) -> str:
    """Return the entries as a table for people."""
    accepted = ("ACCEPTED",) if any(one.acceptance for one in found) else ()
    lines = (
        rows.table((*_HEAD, *accepted), (_row(one)[: len(_HEAD) + len(accepted)] for one in found))
        if found
        else [f"{_NOTHING}."]
    )
    return "\n".join(lines) + "\n"


def _row(entry: Entry) -> tuple[str, ...]:
    times = len(entry.repairs)
    return (
        entry.id,
        entry.state.value,
        entry.finding.concern.value,
        rows.minute(entry.first_seen),
        rows.minute(entry.last_seen),
        rows.counted(times, "time") if times else "never",
        entry.reported_as.value if entry.reported_as else "not yet",
        entry.acceptance.shown if entry.acceptance else "",
    )


def _body(found: list[Entry]) -> str:
    return json.dumps({"schema": SCHEMA, "entries": bodies(found)}, indent=2) + "\n"


def bodies(found: list[Entry]) -> list[Json]:
    """Return the entries as JSON, with all that is kept of them."""
    return [shown(entry) for entry in found]
