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
    UNKNOWN = "access depends on facts that nobody can know beforehand"
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
    """Say who makes a request, and for which account."""
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
    """A request, as an example of all those that are alike."""

    request: Request

    @property
    def account(self) -> str | None:
        """The account that it comes from or is made for, if it shows one."""
        principal, context = self.request.principal, self.request.context
        if isinstance(principal, IamPrincipal):
            return principal.account
        shown = context.values("aws:sourceaccount")
        if shown:
            return shown[0]
        arn = (context.values("aws:sourcearn") or ("",))[0]
        return arn.split(":")[_ACCOUNT_PART] or None if arn.count(":") > _ACCOUNT_PART else None

    @property
    def is_service(self) -> bool:
        """Whether an AWS service makes it: then untrusted access is that of a confused deputy."""
        return isinstance(self.request.principal, ServicePrincipal)

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
    """What one Allow statement admits, together with all Denies of the policy.

    `witness` is an example of an untrusted request that is allowed (OPEN, NAMED), or would be if the facts behind the
    condition keys `keys` were so (UNKNOWN). `scale` tells who has access. `network` tells that CLOSED rests on a named
    network. `index` is the statement's place in the document. `disagreement` tells that the ordinary evaluator refuses
    the request found: a fault of this program, which is to be reported.
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
    """Whether some requests fare otherwise under another policy."""

    NONE = "no request"
    SOME = "some request"
    UNKNOWN = "some request may"
    TOO_COMPLEX = "too complex to be decided"


@frozen
class Comparison:
    """What a repair does: trusted requests that it would refuse, requests that it would newly allow, with examples."""

    lost: Change
    admitted: Change
    lost_request: WitnessRequest | None = None
    admitted_request: WitnessRequest | None = None

    @property
    def is_safe(self) -> bool:
        """Whether no trusted caller loses access and nobody gains any."""
        return self.lost is self.admitted is Change.NONE
