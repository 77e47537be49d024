"""The answers of the analysis."""

from __future__ import annotations

from enum import Enum
from typing import Final, assert_never

from permission_guard.frozen import frozen
from permission_guard.iam import Anonymous, IamPrincipal, Request, ServicePrincipal

_ACCOUNT_PART: Final = 4


class Access(Enum):
    """Whether a request from outside the zone of trust is allowed."""

    OPEN = "any AWS account has access"
    NAMED = "only untrusted accounts or organizations that the policy names have access"
    CLOSED = "no untrusted request is allowed"
    UNKNOWN = "access depends on facts that cannot be known beforehand"
    TOO_COMPLEX = "the policy is too complex to be decided"


class Scale(Enum):
    """The widest group that has access."""

    RESOURCE = "named resources or principals of trusted accounts"
    ACCOUNT = "any resource or principal of a trusted account"
    ORGANIZATION = "any account of a trusted organization"
    OPEN = "untrusted accounts"
    DEAD = "nobody: no request can meet the statement's conditions"
    UNKNOWN = "unknown"


def caller(request: Request, account: str | None) -> str:
    """Return who makes a request, and for which account, as text."""
    match request.principal:
        case ServicePrincipal(name):
            return f"{name} for {f'account {account}' if account else 'any account'}"
        case IamPrincipal(arn):
            return arn
        case Anonymous():
            return "an anonymous caller"
        case _:
            assert_never(request.principal)


@frozen
class WitnessRequest:
    """One request with a value for each condition key, as an example."""

    request: Request

    @property
    def account(self) -> str | None:
        """The account that the request comes from, or for which a service makes it; None if no key shows it."""
        principal, context = self.request.principal, self.request.context
        if isinstance(principal, IamPrincipal):
            return principal.account
        accounts = context.values("aws:sourceaccount")
        if accounts:
            return accounts[0]
        arn = (context.values("aws:sourcearn") or ("",))[0]
        return arn.split(":")[_ACCOUNT_PART] or None if arn.count(":") > _ACCOUNT_PART else None

    def __str__(self) -> str:
        keys = "; ".join(
            f"{key} = {', '.join(values) if values else 'absent' if values == () else 'unknown'}"
            for key, values in sorted(self.request.context.keys.items())
        )
        return f"{caller(self.request, self.account)} calls {self.request.action}" + (
            f" with {keys}" if keys else ""
        )


@frozen
class Answer:
    """What one Allow statement admits, after all Denies of the policy.

    `index` is the statement's place in the document. `scale` tells who has access. `witness` is an example of an
    untrusted request: one that is allowed (OPEN, NAMED), or one that is allowed if the condition keys in `keys` have
    its values (UNKNOWN). `network` tells that the answer is CLOSED only because of a named network. `disagreement`
    tells that the evaluator in iam refuses the request that was found: a fault of this program, which is reported.
    """

    index: int
    access: Access
    scale: Scale
    witness: WitnessRequest | None = None
    keys: tuple[str, ...] = ()
    network: bool = False
    disagreement: bool = False

    @property
    def gives_nobody_access(self) -> bool:
        """Whether no request is allowed, not even one from a named network."""
        return self.scale is Scale.DEAD and not self.network


class Change(Enum):
    """Whether another policy decides some requests differently."""

    NONE = "no request"
    SOME = "some request"
    UNKNOWN = "some request may"
    TOO_COMPLEX = "too complex to be decided"


@frozen
class Comparison:
    """What a repair changes: trusted requests that it refuses, and requests that it newly allows, each with an example."""

    lost: Change
    admitted: Change
    lost_request: WitnessRequest | None = None
    admitted_request: WitnessRequest | None = None
