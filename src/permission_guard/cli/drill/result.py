"""What `drill` shows: each step as it comes true, the seconds from call to repair and alert, what was learned, and why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import click

from permission_guard import PROGRAM
from permission_guard.aws.checkup.rights import DeployedGuard
from permission_guard.aws.drill import WriteEvent
from permission_guard.aws.login import Login
from permission_guard.cli.doctor import todo_lines
from permission_guard.cli.drill.learned import learned, shown
from permission_guard.cli.drill.run import Drill
from permission_guard.cli.drill.steps import Call
from permission_guard.cli.output import is_terminal, width, written
from permission_guard.cli.rows import row, table
from permission_guard.doctor import Check, Health
from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Unreadable

SCHEMA: Final = "permission-guard/drill/1"
_MADE: Final = {
    Call.CREATED: "CreateFunction: its role has no policies",
    Call.ALLOWED: "AddPermission: s3.amazonaws.com, for any account",
    Call.DELETED: "DeleteFunction",
}
_LATE: Final = 120
"""Seconds after which the page says what to check."""
_UP: Final = "\x1b[{}F\x1b[J"
"""So many lines up, and clear what is below."""


@frozen
class DrillResult:
    """A drill that has ended, and what `doctor` says if something is missing."""

    drill: Drill
    caller: Login
    guard: DeployedGuard
    checks: tuple[Check, ...]
    written: WriteEvent | Unreadable | None
    """The event of the guard's PutResourcePolicy; None if it was not made, or is not in the event history yet."""

    @property
    def is_good(self) -> bool:
        """Whether everything has come true, and nothing else was changed."""
        return not self.drill.missing and not self.drill.is_changed

    @property
    def likeliest(self) -> Check | None:
        """The check that says why the first missing step did not come: the first wrong one, else one that is unknown."""
        order = self.drill.missing[0].checks if self.drill.missing else ()
        known = (Health.WRONG, Health.UNKNOWN)
        found = [one for one in self.checks if one.name in order and one.verdict in known]
        rank = {one: (known.index(one.verdict), order.index(one.name)) for one in found}
        return min(found, key=rank.__getitem__, default=None)


@dataclass(slots=True)
class Page:
    """Shows a drill while it lasts: one page on a terminal, a line for each step in a pipe, nothing before JSON."""

    name: str
    caller: Login
    guard: DeployedGuard
    is_json: bool
    _shown: list[str] = field(default_factory=list)

    def show(self, drill: Drill) -> None:
        """Show how far it is."""
        if self.is_json:
            return
        where = f"{self.name} in {self.caller.region} (account {self.caller.account})"
        head = row("Drill", f"{where}, Mode {self.guard.settings.mode.value}")
        lines = [*head.splitlines(), *_done(drill)]
        if not is_terminal():
            written("".join(f"{line}\n" for line in lines[len(self._shown) :]))
        else:
            lines = [line[: (width() or 0) - 1] for line in (*lines, *_waiting(drill))]
            up = _UP.format(len(self._shown)) if self._shown else ""
            # Not a color, which NO_COLOR would strip.
            click.echo(up + "".join(f"{line}\n" for line in lines), nl=False, color=True)
        self._shown = lines


def _done(drill: Drill) -> Iterator[str]:
    """Yield what has come true, in the order in which it did."""
    began = next(iter(drill.at.values()))
    for one, at in drill.at.items():
        yield f"{_seconds((at - began).total_seconds()):>6}  {_MADE[one] if isinstance(one, Call) else one.what}"


def _waiting(drill: Drill) -> Iterator[str]:
    late: list[str] = []
    for step in drill.missing:
        since = (drill.clock.now() - drill.at[step.call]).total_seconds()
        yield f"{_seconds(since):>6}  ... waiting for: {step.what}"
        if since >= _LATE and not late:
            hint = f"If it does not come, see these lines of {PROGRAM} doctor: {', '.join(step.checks)}"
            late = row("", hint).splitlines()
    yield from late


def _seconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


def text(result: DrillResult) -> str:
    """Return what is shown at the end."""
    mode = result.guard.settings.mode.value
    head = ("FAULT", "CALL", "CHANGED AFTER", "REPORTED AFTER")
    facts = shown(result.drill, result.written, f"{result.guard.name} --region {result.caller.region}")
    lines = ["", *table(head, _rows(result.drill)), "", *facts, ""]
    if result.is_good:
        good = f"The guard did all that it must with Mode={mode}. Look whether its alerts have arrived."
        lines.append(click.style(good, fg="green", bold=True))
    else:
        lines += _why(result)
    lines += ["Everything that the drill made is removed. The journal keeps its entries.", ""]
    return "\n".join(lines)


def _rows(drill: Drill) -> Iterator[tuple[str, ...]]:
    for call in Call:
        found = {step.is_alert: step for step in drill.begun if step.call is call}
        if found:
            cells = (_seconds(drill.seconds(found[one])) if one in found else "-" for one in (False, True))
            yield (found[True].concern.value, call.value, *cells)


def _why(result: DrillResult) -> Iterator[str]:
    """Say what is missing, what the journal says, and the likeliest reason."""
    drill, check = result.drill, result.likeliest
    for step in drill.missing:
        yield row("Missing", f"{step.what}, within {drill.timeout.total_seconds() / 60:.0f} minutes")
    faults = {step.concern for step in drill.missing}
    for entry in (one for one in drill.last.entries if one.finding.concern in faults):
        how = entry.reported_as or entry.state
        yield row("Journal", f"{entry.id}: {how.value}")
    if drill.is_changed:
        yield row("Changed", "What the guard must only report was changed.")
    if drill.last.is_waiting:
        yield row("Likely", "An alert waits for the digest: SNS refused it, or AlertsPerHour is used up.")
    if check is not None:
        yield row("Likely", f"{check.name}: {check.what}")
        yield from todo_lines(check.todo)
    elif drill.missing:
        yield row("Likely", f"{PROGRAM} doctor sees no reason. Read the guard's log.")


def body(result: DrillResult) -> str:
    """Return the result as JSON."""
    drill, check = result.drill, result.likeliest
    waited: list[Json] = [
        {"call": one.call.value, "rule": one.concern.value, "what": one.what, "seconds": drill.seconds(one)}
        for one in drill.begun
    ]
    whole: dict[str, Json] = {
        "schema": SCHEMA,
        "account": result.caller.account,
        "region": result.caller.region,
        "mode": result.guard.settings.mode.value,
        "function": drill.name,
        "verdict": "good" if result.is_good else "wrong",
        "steps": waited,
        "learned": learned(drill, result.written),
        "likeliest": {"name": check.name, "what": check.what, "todo": check.todo or None} if check else None,
    }
    return json.dumps(whole, indent=2) + "\n"
