"""A role or a managed policy was changed: which, so that the functions that use it can be found and looked at again.

IAM's calls are recorded in one region of a partition only (facts 1.2), while functions with the role may be in any. There the
guard takes the event from EventBridge; to the other regions it hands it on, under a source of its own, because nobody but AWS
may send events as `aws.iam` (eventbridge/latest/APIReference/API_PutEventsRequestEntry.html, Source).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from permission_guard.actor import Actor, actor_of
from permission_guard.record import BadEvent, Record
from permission_guard.trigger import CHANGES_A_ROLE, OF_IAM, Ignored, Kind

IAM: Final = "aws.iam"
HANDED_ON: Final = "permission-guard"
"""The source of an event that the guard of the IAM home region has handed on."""
DETAIL_TYPE: Final = "AWS API Call via CloudTrail"
_KINDS: Final = {kind.value: kind for kind in OF_IAM}
_LARGE: Final = frozenset({"responseElements", "additionalEventData", "resources", "tlsDetails"})
"""Parts of a record that say nothing that is needed here."""


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A call to IAM after which a role may have other rights than before. Either a role or a policy is named."""

    kind: Kind
    role: str | None
    """The role's name, without its path."""
    policy_arn: str | None
    actor: Actor
    event_id: str
    at: datetime
    detail: str
    """CloudTrail's record as JSON, as far as it is read here: no policy's document is in it."""
    is_news: bool = False
    """Whether AWS itself sent it: then the other regions do not know of it yet. What was handed on is never handed on again."""

    @property
    def subject(self) -> str:
        """What was changed: the role's name, or the policy's ARN."""
        return self.role or self.policy_arn or ""


def is_about_iam(event: Record) -> bool:
    """Tell whether an event is a call to IAM, seen in this region or handed on from IAM's home."""
    return event.text_or("source") in {IAM, HANDED_ON} and event.text_or("detail-type") == DETAIL_TYPE


def role_change_of(event: Record, *, guard_role_arn: str) -> RoleChange | Ignored:
    """Read an event about IAM. Raises BadEvent, which names the field.

    Ignored: calls that change no role's rights, failed calls, and the guard's own.
    """
    detail = event.inner("detail")
    if detail.text("eventSource") != "iam.amazonaws.com":
        return Ignored("not a call to IAM")
    name = detail.text("eventName")
    if name not in _KINDS:
        return Ignored(f"{name} changes no role")
    if detail.has("errorCode"):
        return Ignored(f"the call failed: {detail.text('errorCode')}")
    if actor_of(detail).role_arn == guard_role_arn:
        return Ignored("the guard made this call itself")
    if name == Kind.POLICY_VERSION_CREATED.value and not detail.inner("requestParameters").flag(
        "setAsDefault"
    ):
        return Ignored("the version of the policy is not its default one")
    return replace(change_in(detail), is_news=event.text("source") == IAM)


def change_in(detail: Record) -> RoleChange:
    """Read CloudTrail's record of such a call. Raises BadEvent, which names the field."""
    name = detail.text("eventName")
    if name not in _KINDS:
        raise BadEvent(f"{detail.path}.eventName", f"{name!r} is no call to IAM that changes a role")
    kind = _KINDS[name]
    request = detail.inner("requestParameters")
    is_role = kind in CHANGES_A_ROLE
    named = request.text("roleName" if is_role else "policyArn")
    return RoleChange(
        kind=kind,
        role=named if is_role else None,
        policy_arn=None if is_role else named,
        actor=actor_of(detail),
        event_id=detail.text("eventID"),
        at=detail.moment("eventTime"),
        detail=json.dumps(_needed(detail, "roleName" if is_role else "policyArn", named)),
    )


def _needed(detail: Record, field: str, value: str) -> dict[str, object]:
    """The record without what is long, so that ten of them fit into one call to the queue."""
    kept = {key: part for key, part in detail.body.items() if key not in _LARGE}
    return {**kept, "requestParameters": {field: value}}
