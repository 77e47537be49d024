"""What the guard leaves in its queue for itself: the tasks of a sweep, and those that follow the change of a role.

A sweep is nothing but its tasks: to list one page of the account's functions, or to look at some of the policies of one. When
a role has changed, the functions that use it are found and looked at likewise. Each task fits into one run of the guard
however large the account is, and each may be done twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from permission_guard.actor import SWEEP
from permission_guard.iam import ArnError, FunctionArn, LayerVersionArn
from permission_guard.iam.arn import is_layer_name
from permission_guard.record import BadEvent, Record
from permission_guard.role_change import RoleChange, change_in
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
    def what(self) -> str:
        """The function."""
        return str(self.function)

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Where to look."""
        return tuple(
            Trigger(Kind.SWEEP, self.function, one, SWEEP, self.sweep.id, self.sweep.at)
            for one in self.qualifiers
        )


@dataclass(frozen=True, slots=True)
class Layers:
    """List one page of the account's layers. `marker` is where it begins, None the first."""

    sweep: Sweep
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Look at the policies of one page of a layer's versions. `marker` is where it begins, None the first."""

    sweep: Sweep
    name: str
    marker: str | None = None

    @property
    def what(self) -> str:
        """The layer."""
        return self.name

    def trigger(self, version: LayerVersionArn) -> Trigger:
        """Where to look."""
        return Trigger(Kind.SWEEP, version, None, SWEEP, self.sweep.id, self.sweep.at)


@dataclass(frozen=True, slots=True)
class Moved:
    """Find which functions have moved since they were last looked for. `marker` is where to begin, None at the first."""

    sweep: Sweep
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """Find on one page of the region's functions those whose role has changed. `marker` is where it begins, None the first."""

    change: RoleChange
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Look at the role of one function that has changed."""

    change: RoleChange
    function: FunctionArn

    @property
    def trigger(self) -> Trigger:
        """Where to look, and for what reason."""
        change = self.change
        return Trigger(change.kind, self.function, None, change.actor, change.event_id, change.at)


@dataclass(frozen=True, slots=True)
class Again:
    """Look at a function, or at one of its versions or aliases, because something of it waits to be told."""

    function: FunctionArn
    qualifier: str | None
    at: datetime

    @property
    def trigger(self) -> Trigger:
        """Where to look, as a sweep does."""
        return Trigger(Kind.SWEEP, self.function, self.qualifier, SWEEP, WAITS, self.at)


Listing: TypeAlias = Page | Layers | Moved
"""Those that only list what others are to look at."""
WAITS: Final = "told-later"
"""The event's id of a look that tells what waits."""

Task: TypeAlias = Page | Part | Layers | Layer | Moved | Users | User | Again


def written(task: Task) -> str:
    """Write a task down as a message."""
    if isinstance(task, Users | User):
        detail = json.loads(task.change.detail)
        if isinstance(task, User):
            return json.dumps({"roleChange": detail, "function": str(task.function)})
        return json.dumps({"roleChange": detail, "marker": task.marker})
    if isinstance(task, Again):
        at, qualifier = task.at.isoformat(), task.qualifier or LATEST
        return json.dumps({"waits": {"time": at}, "function": str(task.function), "qualifier": qualifier})
    sweep = {"id": task.sweep.id, "time": task.sweep.at.isoformat()}
    if isinstance(task, Page):
        return json.dumps({"sweep": sweep, "marker": task.marker})
    if isinstance(task, Moved):
        return json.dumps({"sweep": sweep, "moved": True, "marker": task.marker})
    if isinstance(task, Layers):
        return json.dumps({"sweep": sweep, "layers": True, "marker": task.marker})
    if isinstance(task, Layer):
        return json.dumps({"sweep": sweep, "layer": task.name, "marker": task.marker})
    qualifiers = [one or LATEST for one in task.qualifiers]
    return json.dumps({"sweep": sweep, "function": str(task.function), "qualifiers": qualifiers})


def again_of(message: Record) -> Again:
    """Read the task to look again. Raises BadEvent, which names the field."""
    at, qualifier = message.inner("waits").moment("time"), message.text("qualifier")
    if not is_qualifier(qualifier):
        raise BadEvent("qualifier", f"is no version or alias: {qualifier!r}")
    return Again(_function(message), None if qualifier == LATEST else qualifier, at)


def follow_up_of(message: Record) -> Users | User:
    """Read a task that follows the change of a role. Raises BadEvent, which names the field."""
    change = change_in(message.inner("roleChange"))
    if message.has("function"):
        return User(change, _function(message))
    return Users(change, message.text("marker") if message.has("marker") else None)


def _function(message: Record) -> FunctionArn:
    try:
        return FunctionArn.parse(message.text("function"))
    except ArnError as error:
        raise BadEvent("function", str(error)) from error


def _layer(message: Record) -> str:
    name = message.text("layer")
    if not is_layer_name(name):
        raise BadEvent("layer", f"is no layer's name: {name!r}")
    return name


def task_of(message: Record) -> Page | Part | Layers | Layer | Moved:
    """Read a task of a sweep. Raises BadEvent, which names the field."""
    asked = message.inner("sweep")
    sweep = Sweep(asked.text("id"), asked.moment("time"))
    marker = message.text("marker") if message.has("marker") else None
    if message.has("layer"):
        return Layer(sweep, _layer(message), marker)
    if message.flag("moved"):
        return Moved(sweep, marker)
    if message.flag("layers"):
        return Layers(sweep, marker)
    if not message.has("function"):
        return Page(sweep, marker)
    function = _function(message)
    qualifiers = message.texts("qualifiers")
    wrong = [one for one in qualifiers if not is_qualifier(one)]
    if wrong:
        raise BadEvent("qualifiers", f"hold what is no version or alias: {wrong[0]!r}")
    return Part(sweep, function, tuple(None if one == LATEST else one for one in qualifiers))
