"""Who did it: the principal, the tool and the address behind a call, from its CloudTrail record (facts 1.5)."""

from __future__ import annotations

from dataclasses import dataclass

from permission_guard.record import Record


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a call. All but `role_arn` only tells, and decides nothing."""

    principal: str
    role_arn: str | None
    """The role of the caller's session, by which the guard knows its own calls."""
    tool: str
    address: str

    def __str__(self) -> str:
        return f"{self.principal} with {self.tool} from {self.address}"


_TOOLS = (
    ("terraform", "Terraform"),
    ("opentofu", "OpenTofu"),
    ("pulumi", "Pulumi"),
    ("aws-sdk-js", "an AWS SDK for JavaScript"),
    ("aws-cli", "the AWS CLI"),
    ("console.amazonaws.com", "the AWS console"),
    ("aws internal", "the AWS console"),
    ("boto3", "boto3"),
    ("botocore", "boto3"),
)


def actor_of(detail: Record) -> Actor:
    """Read who made a call. A record without an identity is told as such; it is no reason to drop the event."""
    identity = (
        detail.inner("userIdentity") if detail.has("userIdentity") else Record({}, "detail.userIdentity")
    )
    role_arn = None
    if identity.has("sessionContext"):
        session = identity.inner("sessionContext")
        if session.has("sessionIssuer"):
            role_arn = session.inner("sessionIssuer").text_or("arn") or None
    return Actor(
        principal=identity.text_or("arn") or identity.text_or("invokedBy") or "an unknown principal",
        role_arn=role_arn,
        tool=_tool(detail, identity),
        address=detail.text_or("sourceIPAddress") or "an unknown address",
    )


def _tool(detail: Record, identity: Record) -> str:
    by = identity.text_or("invokedBy")
    if by == "cloudformation.amazonaws.com":
        return "CloudFormation (SAM, CDK and StackSets deploy through it)"
    if by:
        return by
    if detail.text_or("sessionCredentialFromConsole") == "true":
        return "the AWS console"
    agent = detail.text_or("userAgent").lower()
    return next(
        (tool for sign, tool in _TOOLS if sign in agent), detail.text_or("userAgent") or "an unknown tool"
    )
