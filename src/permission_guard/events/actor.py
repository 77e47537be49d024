"""Who did it: the principal, the tool and the address behind a call, from its CloudTrail record (facts 1.5)."""

from __future__ import annotations

from typing import Final

from permission_guard.events.record import Record
from permission_guard.events.tool import Tool, made_with
from permission_guard.frozen import frozen


@frozen
class Actor:
    """Who made a call. Only `role_arn` decides anything; the rest is for the alert."""

    principal: str
    role_arn: str | None
    """The role of the caller's session. The guard recognizes its own calls by it."""
    tool: Tool
    address: str
    words: str = ""
    """The tool in words, with how certain it is; empty if its name says enough."""
    stack: str | None = None
    """The CloudFormation stack that was deployed, if the record shows it."""
    resource: str | None = None
    """The logical id in that stack of what the call was made for."""

    def __str__(self) -> str:
        if not self.address:
            return self.principal
        return f"{self.principal} with {self.words or self.tool.value} from {self.address}"


SWEEP: Final = Actor("the guard's sweep", role_arn=None, tool=Tool.UNKNOWN, address="")
"""The actor of what a sweep found: no record shows who caused it."""


def actor_of(detail: Record) -> Actor:
    """Read who made a call. A record without an identity yields an unknown principal; the event is handled anyway."""
    identity = (
        detail.inner("userIdentity") if detail.has("userIdentity") else Record({}, "detail.userIdentity")
    )
    role_arn = None
    if identity.has("sessionContext"):
        session = identity.inner("sessionContext")
        if session.has("sessionIssuer"):
            role_arn = session.inner("sessionIssuer").text_or("arn") or None
    made = made_with(detail, identity, role_arn)
    return Actor(
        principal=identity.text_or("arn") or identity.text_or("invokedBy") or "an unknown principal",
        role_arn=role_arn,
        tool=made.tool,
        address=detail.text_or("sourceIPAddress") or "an unknown address",
        words=made.words,
        stack=made.stack,
        resource=made.resource,
    )
