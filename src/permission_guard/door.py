"""What does a message ask of us? To look where CloudTrail saw a call, to find who uses a role, to sweep, or to try itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from permission_guard.record import Record
from permission_guard.role_change import RoleChange, is_about_iam, role_change_of
from permission_guard.task import (
    Layer,
    Layers,
    Moved,
    Page,
    Part,
    Sweep,
    User,
    Users,
    again_of,
    follow_up_of,
    task_of,
)
from permission_guard.trigger import Ignored, Trigger, trigger_of

Asked: TypeAlias = Trigger | RoleChange | Page | Part | Layers | Layer | Moved | Users | User | Ignored

SELF_TEST: Final = "permission-guard.self-test"
"""The source of an event that asks whether the guard works."""


def asked_by(message: object, *, guard_role_arn: str) -> Asked:
    """Read a message, which reaches us from EventBridge or through the queue. Raises BadEvent, which names the field."""
    record = Record.of(message, "event")
    if record.has("sweep"):
        return task_of(record)
    if record.has("waits"):
        return again_of(record).trigger
    if record.has("roleChange"):
        return follow_up_of(record)
    if is_about_iam(record):
        return role_change_of(record, guard_role_arn=guard_role_arn)
    if (record.text_or("source"), record.text_or("detail-type")) == ("aws.events", "Scheduled Event"):
        return Page(Sweep(record.text("id"), record.moment("time")))
    return trigger_of(message, guard_role_arn=guard_role_arn)


def is_self_test(event: object) -> bool:
    """Tell whether an event asks the guard to try itself."""
    return isinstance(event, Mapping) and event.get("source") == SELF_TEST


def correlation_id(message: object) -> str | None:
    """Return the id under which the log of a message is found: that of its event, of its sweep, or of the role's change."""
    if not isinstance(message, Mapping):
        return None
    body: object = message
    field = "id"
    if "sweep" in message:
        body = message["sweep"]
    elif "roleChange" in message:
        body, field = message["roleChange"], "eventID"
    found = body.get(field) if isinstance(body, Mapping) else None
    return found if isinstance(found, str) else None
