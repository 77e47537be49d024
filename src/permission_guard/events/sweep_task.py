"""The tasks of a sweep, as messages. A task names what to read, and never what is true.

A sender to the queue SweepTasks can make the guard evaluate a function, and nothing else: every task is evaluated as in a
sweep, and no field of it changes a setting.
"""

from __future__ import annotations

import json
from typing import Final

from permission_guard.events.record import BadEvent, Record
from permission_guard.events.trigger import Ignored, Installation, is_qualifier
from permission_guard.frozen import frozen
from permission_guard.iam import ArnError, FunctionArn

LATEST: Final = "$LATEST"
"""The function itself, among its versions and aliases."""


@frozen
class SweepAll:
    """List every function, and send a task for each."""

    id: str


@frozen
class SweepFunction:
    """Evaluate one function with its aliases and the versions that they name."""

    function: FunctionArn
    id: str
    roles: tuple[str | None, ...] = (None,)
    """The function (None) and published versions whose role must be read: the listing run did not find it compliant, or an
    entry about it is open."""
    all_versions: bool = True
    """Whether to list and evaluate every published version."""
    versions: tuple[str, ...] | None = None
    """All published versions, where the listing run knows them."""
    open: tuple[str | None, ...] = ()
    """The function (None), versions and aliases about which the journal has an open entry."""
    seen: str = ""
    """The digest of the statements that an earlier sweep has recorded; a wrong one only costs a write."""
    seen_versions: str = ""
    """The same of the published versions."""


def written(task: SweepAll | SweepFunction) -> str:
    """Return the message of a task."""
    if isinstance(task, SweepAll):
        return json.dumps({"sweep": {}})
    return json.dumps(
        {
            "function": str(task.function),
            "roles": [one or LATEST for one in task.roles],
            "all_versions": task.all_versions,
            "versions": None if task.versions is None else list(task.versions),
            "open": [one or LATEST for one in task.open],
            "seen": task.seen,
            "seen_versions": task.seen_versions,
        }
    )


def task_of(body: Record, message_id: str, installation: Installation) -> SweepAll | SweepFunction | Ignored:
    """Read a task. Raises BadEvent, which names the field."""
    if body.has("sweep"):
        return SweepAll(message_id)
    try:
        function = FunctionArn.parse(body.text("function"))
    except ArnError as error:
        raise BadEvent("function", str(error)) from error
    if (function.account, function.region) != (installation.account, installation.region):
        return Ignored(f"{function} belongs to another account or Region")
    return SweepFunction(
        function=function,
        id=message_id,
        roles=_versions(body, "roles") if body.has("roles") else (None,),
        # A missing flag is true, so that everything is evaluated.
        all_versions=body.flag("all_versions") if body.has("all_versions") else True,
        versions=tuple(filter(None, _versions(body, "versions"))) if body.has("versions") else None,
        open=_qualifiers(body, "open"),
        seen=body.text_or("seen"),
        seen_versions=body.text_or("seen_versions"),
    )


def _qualifiers(body: Record, key: str) -> tuple[str | None, ...]:
    if not body.has(key) or body.body[key] == []:
        return ()
    texts = body.texts(key)
    wrong = [one for one in texts if not is_qualifier(one)]
    if wrong:
        raise BadEvent(key, f"holds {wrong[0]!r}, which names no version or alias")
    return tuple(None if one == LATEST else one for one in texts)


def _versions(body: Record, key: str) -> tuple[str | None, ...]:
    found = _qualifiers(body, key)
    wrong = [one for one in found if one is not None and not one.isdigit()]
    if wrong:
        raise BadEvent(key, f"holds {wrong[0]!r}, which is no version")
    return found
