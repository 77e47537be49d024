"""The tasks of a sweep: to list one page of the account's functions, or to look at some of the policies of one function.

A sweep is nothing but its tasks in the queue. Each fits into one run of the guard however large the account is, and each
may be done twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from permission_guard.actor import SWEEP
from permission_guard.iam import ArnError, FunctionArn
from permission_guard.record import BadEvent, Record
from permission_guard.trigger import Kind, Trigger, is_qualifier

LATEST: Final = "$LATEST"
"""How Lambda lists the function itself among its versions."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at everything, by the id and the time of the event that asked for it."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """List one page of the account's functions and their versions. `marker` is where it begins, None the first."""

    sweep: Sweep
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Look at the policies of some of a function's versions and aliases.

    None among the qualifiers is the function itself, with its role, and asks for its aliases to be looked at too.
    """

    sweep: Sweep
    function: FunctionArn
    qualifiers: tuple[str | None, ...]

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Where to look."""
        return tuple(
            Trigger(Kind.SWEEP, self.function, one, SWEEP, self.sweep.id, self.sweep.at)
            for one in self.qualifiers
        )


Task: TypeAlias = Page | Part


def written(task: Task) -> str:
    """Write a task down as a message."""
    sweep = {"id": task.sweep.id, "time": task.sweep.at.isoformat()}
    if isinstance(task, Page):
        return json.dumps({"sweep": sweep, "marker": task.marker})
    qualifiers = [one or LATEST for one in task.qualifiers]
    return json.dumps({"sweep": sweep, "function": str(task.function), "qualifiers": qualifiers})


def task_of(message: Record) -> Task:
    """Read a task. Raises BadEvent, which names the field."""
    asked = message.inner("sweep")
    sweep = Sweep(asked.text("id"), asked.moment("time"))
    if not message.has("function"):
        return Page(sweep, message.text("marker") if message.has("marker") else None)
    try:
        function = FunctionArn.parse(message.text("function"))
    except ArnError as error:
        raise BadEvent("function", str(error)) from error
    qualifiers = message.texts("qualifiers")
    wrong = [one for one in qualifiers if not is_qualifier(one)]
    if wrong:
        raise BadEvent("qualifiers", f"hold what is no version or alias: {wrong[0]!r}")
    return Part(sweep, function, tuple(None if one == LATEST else one for one in qualifiers))
