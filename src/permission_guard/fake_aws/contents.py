"""What an account in memory is made of: functions, roles, AWS's quotas, and the error that it answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from permission_guard.iam import FunctionArn
from permission_guard.model.document import dumped

ATTACHED_LIMIT: Final = 20
"""Managed policies of a role (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


TRUST: Final = dumped(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
"""The trust policy without which Lambda refuses a role (lambda/latest/dg/lambda-intro-execution-role.html)."""


class ApiError(Exception):
    """A call that AWS refuses. `code` is its name for the reason, `call` that of the call."""

    def __init__(self, code: str, message: str, call: str = "a call") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.call = call


@dataclass(slots=True)
class FakeRole:
    """A role: inline documents by name, ARNs of attached policies, boundary and tags."""

    arn: str
    inline: dict[str, str] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    boundary: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    trust: str = TRUST
    id: str = "AROAEXAMPLE"
    """RoleId: a role that is made anew has another."""


@dataclass(slots=True)
class FakeFunction:
    """A function: its role, its log group, its versions and aliases, and a policy for each that has one."""

    arn: FunctionArn
    role_arn: str
    log_group: str
    qualifiers: set[str] = field(default_factory=set)
    policies: dict[str | None, tuple[str, str]] = field(default_factory=dict)
    """Document and revision, by qualifier."""
    tags: dict[str, str] = field(default_factory=dict)
    urls: dict[str | None, str] = field(default_factory=dict)
    """The AuthType of each function URL, by qualifier."""
    alias_versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The versions that an alias points to."""
    version_roles: dict[str, str] = field(default_factory=dict)
    """By published version, the role that it was published with, where the function has another by now."""

    def role_of(self, qualifier: str | None) -> str:
        """Return the role of the function (None) or of a published version."""
        return self.version_roles.get(qualifier or "", self.role_arn)
