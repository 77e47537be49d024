"""The command `accept`: have the guard leave a finding alone until a day, list what was accepted, and end it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from permission_guard import PROGRAM
from permission_guard.cli.connection import Connection, StackPlace, options
from permission_guard.cli.entries import EXAMPLE, TypedName, connect_for, entries, find
from permission_guard.cli.errors import DONE, EXIT_CODES, Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import counted, minute, row, table
from permission_guard.frozen import frozen
from permission_guard.journal.acceptance import Acceptance, day
from permission_guard.journal.entry import Entry
from permission_guard.model.finding import Concern
from permission_guard.repair.accept import accept as accept_now
from permission_guard.repair.accept import lift

_USUALLY: Final = timedelta(days=90)
_LONGEST: Final = timedelta(days=366)
"""A year, from today to the same day."""
_REASON_LIMIT: Final = 500
"""Characters: it is shown in alerts and in tables."""
_HELP: Final = f"""\
Accept findings: the guard neither repairs nor reports them until a day.

The findings of the rule about FUNCTION that are open now are accepted, and no later ones: a statement that changes, or to which
a change elsewhere in the policy gives more callers, is reported at once. An accepted finding is reported a week before
the acceptance ends, and when it has ended. FUNCTION is a name or an ARN, or the ARN of a layer version.

--remove ends it at once. It also lifts an undo, and lets the guard repair again what was put back too often. ENTRY is the name that
the alert shows, for example {EXAMPLE}.

Only the journal is changed, and it notes the ARN of your credentials.

{EXIT_CODES}"""
_HEAD: Final = ("ENTRY", "RULE", "SINCE (UTC)", "ACCEPTED")
_RULES: Final = tuple(one.value for one in Concern)


@click.command(help=_HELP, short_help="Accept a finding until a day.")
@click.argument("function", required=False)
@click.option("--rule", type=click.Choice(_RULES), metavar="RULE", help=f"One of {', '.join(_RULES)}.")
@click.option("--statement", metavar="SID", help="Only the finding about this statement.")
@click.option(
    "--until", metavar="DATE", help="The last day (UTC), at most a year ahead. Default: in 90 days."
)
@click.option("--reason", metavar="TEXT", help="Why. Everybody who reads the journal sees it.")
@click.option("--list", "is_list", is_flag=True, help="List what was accepted or undone.")
@click.option("--remove", metavar="ENTRY", help="Let the guard report and repair this fault again.")
@options
@click.pass_context
def accept(context: click.Context, /, **given: Any) -> int:
    """Accept, list or remove."""
    asked = _Asked(**{one.name: given.pop(one.name) for one in fields(_Asked)})
    asked.check()
    place = StackPlace(**given)
    with endings():
        if asked.remove is not None:
            return _removed(asked.remove, context, place)
        name = TypedName.of(asked.function) if asked.function is not None else None
        connection = connect_for(name, context, place)
        found = entries(connection, name.at(connection) if name else None)
        qualifier = name.qualifier if name else None
        found = tuple(one for one in found if qualifier is None or one.cause.qualifier == qualifier)
        return _listed(found) if asked.is_list else _accepted(asked, found, connection)


@frozen
class _Asked:
    """What was typed, without the place."""

    function: str | None
    rule: str | None
    statement: str | None
    until: str | None
    reason: str | None
    is_list: bool
    remove: str | None

    def check(self) -> None:
        """Raise Unusable if the options do not belong together."""
        about_one = any(one is not None for one in (self.rule, self.statement, self.until, self.reason))
        if self.is_list or self.remove is not None:
            if about_one or (self.remove is not None and (self.is_list or self.function is not None)):
                raise Unusable("--list takes at most FUNCTION, and --remove ENTRY takes no other option.")
        elif self.function is None or self.rule is None or self.reason is None:
            raise Unusable("Pass FUNCTION, --rule and --reason; or --list; or --remove ENTRY.")
        elif not self.reason.strip() or len(self.reason) > _REASON_LIMIT:
            raise Unusable(f"--reason needs 1 to {_REASON_LIMIT} characters.")


def _accepted(asked: _Asked, found: tuple[Entry, ...], connection: Connection) -> int:
    now = datetime.now(UTC)
    ends = _end(asked.until, now)
    acceptance = Acceptance(connection.caller, now, ends, asked.reason or "")
    made = accept_now(found, Concern(asked.rule), asked.statement, acceptance, connection.journal)
    for entry in made:
        written(row("Accepted", f"{entry.id} until {day(ends)}: {entry.finding.summary}") + "\n")
    which = made[0].id if len(made) == 1 else "ENTRY"
    written(f"{counted(len(made), 'finding')} accepted. To end it: {PROGRAM} accept --remove {which}\n")
    return DONE


def _end(typed: str | None, now: datetime) -> datetime:
    """Return the last second of the last day. Raises Unusable."""
    try:
        chosen = datetime.strptime(typed, "%Y-%m-%d") if typed else now + _USUALLY  # noqa: DTZ007  # the zone follows
    except ValueError as error:
        raise Unusable(f"--until: {typed!r} is not a date like 2027-01-31.") from error
    end = chosen.replace(hour=23, minute=59, second=59, microsecond=0, tzinfo=UTC)
    if end <= now or end.date() > (now + _LONGEST).date():
        raise Unusable(f"--until: {day(end)} is not between today and {day(now + _LONGEST)}.")
    return end


def _removed(typed: str, context: click.Context, place: StackPlace) -> int:
    found = find(typed, context, place)
    lift(found.entry, found.connection.journal)
    what = f"{found.entry.id}: at the next event or sweep of the function, the guard treats this like any other finding."
    written(row("Removed", what) + "\n")
    return DONE


def _listed(found: tuple[Entry, ...]) -> int:
    rows = [
        (one.id, one.finding.concern.value, minute(one.acceptance.at), one.acceptance.shown)
        for one in found
        if one.acceptance is not None
    ]
    written(
        "\n".join(table(_HEAD, sorted(rows, key=lambda one: one[2])) if rows else ["Nothing is accepted."])
        + "\n"
    )
    return DONE
