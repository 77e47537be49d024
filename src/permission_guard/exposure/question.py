"""One question about a policy: who may make this one call to this function?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from permission_guard.exposure.actions import INVOKE_URL
from permission_guard.exposure.origins import Kin
from permission_guard.exposure.wildcards import constants
from permission_guard.facts import Subject, Trusted
from permission_guard.iam import ABSENT, Context, Policy, Principal, Request
from permission_guard.iam.principal import NamedPrincipal
from permission_guard.iam.request import Values

VIA_URL: Final = "lambda:invokedviafunctionurl"

_NOT_SENT: Final = (
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:MultiFactorAuthPresent",
    "lambda:EventSourceToken",
    "lambda:InvokedViaFunctionUrl",
    "lambda:SourceFunctionArn",
)
"""Keys that a request has only if its sender gives them a value."""


@dataclass(frozen=True, slots=True)
class Member:
    """One request of a family, and who makes it."""

    request: Request
    kin: Kin
    who: str


@dataclass(frozen=True, slots=True)
class Question:
    """A policy, and the call that it is asked about; `target` is the ARN by which a caller names the function."""

    policy: Policy
    subject: Subject
    target: str
    action: str
    trusted: Trusted
    constants: Mapping[str, tuple[str, ...]] = field(init=False)
    """What the policy compares each condition key with."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "constants", constants(self.policy))

    def named_principals(self) -> Iterator[NamedPrincipal]:
        """Every principal that the policy names, in an Allow or a Deny."""
        for statement in self.policy.statements:
            if statement.principals:
                yield from statement.principals.named

    def request(
        self, principal: Principal, keys: Mapping[str, str | Values], *, tagged: bool = False
    ) -> Request:
        """Build a request; what is not said of it but could be told from outside is absent."""
        context = Context.of(
            {
                **dict.fromkeys(_NOT_SENT, ABSENT),
                "aws:PrincipalIsAWSService": "false",
                "aws:SecureTransport": "true",
                "aws:RequestedRegion": self.subject.region,
                "aws:ResourceAccount": self.subject.account,
                "lambda:FunctionUrlAuthType": "NONE" if self.action == INVOKE_URL else ABSENT,
            },
            complete=() if tagged else ("aws:PrincipalTag/",),
        )
        return Request(self.action, self.target, principal, context.with_keys(keys))
