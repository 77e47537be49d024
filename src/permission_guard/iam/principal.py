"""The Principal element of a policy: which callers it names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from permission_guard.frozen import frozen
from permission_guard.iam.arn import is_account
from permission_guard.iam.request import IamPrincipal, Principal, ServicePrincipal
from permission_guard.iam.truth import Truth, any_of, truth


@frozen
class NamedPrincipal:
    """One principal in a policy: its type (`AWS`, `Service`, ... or `*`) and its name."""

    type: str
    name: str

    @property
    def is_anyone(self) -> bool:
        """Whether it names everyone. `"*"` and `{"AWS": "*"}` are the same, and include anonymous callers."""
        return self.name == "*" and self.type in {"*", "AWS"}

    def match(self, principal: Principal) -> Truth:
        """Return whether the caller is this principal.

        An account matches each of its principals. A deleted principal's unique id (`AROA...`) matches nobody. A
        canonical user id names an account, but does not show which one: UNKNOWN.
        """
        if self.is_anyone:
            return Truth.YES
        match principal:
            case ServicePrincipal(name):
                if self.type == "Service" and "*" in self.name:
                    return Truth.UNKNOWN
                return truth(self.type == "Service" and self.name.lower() == name.lower())
            case IamPrincipal(arn, account, session):
                if self.type == "CanonicalUser":
                    return Truth.UNKNOWN
                return truth(self.type == "AWS" and (self.is_root_of(account) or self.name in {arn, session}))
        return Truth.NO  # Anonymous

    def is_root_of(self, account: str) -> bool:
        """Return whether it names the whole account, by its id or by the ARN of its root user."""
        root = self.name.startswith("arn:") and self.name.endswith(f":iam::{account}:root")
        return self.type == "AWS" and (root or self.name == account)

    @property
    def account(self) -> str | None:
        """The account of an AWS principal, if its name shows it."""
        if self.type != "AWS":
            return None
        parts = self.name.split(":")
        candidate = parts[4] if len(parts) > 4 else self.name  # noqa: PLR2004  # the fifth part of an ARN
        return candidate if is_account(candidate) else None


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal or NotPrincipal element."""

    named: tuple[NamedPrincipal, ...]
    negated: bool = False
    _services: frozenset[str] | None = field(init=False, repr=False, compare=False)
    """The named services in lower case, if only services are named. This rules out most statements without more work."""

    def __post_init__(self) -> None:
        plain = all(one.type == "Service" and "*" not in one.name for one in self.named)
        names = frozenset(one.name.lower() for one in self.named) if plain and not self.negated else None
        object.__setattr__(self, "_services", names)

    def match(self, principal: Principal) -> Truth:
        """Return whether the element matches the caller."""
        if self._services is not None:
            return truth(isinstance(principal, ServicePrincipal) and principal.name.lower() in self._services)
        found = any_of(one.match(principal) for one in self.named)
        return self._excepted(found, principal) if self.negated else found

    def _excepted(self, found: Truth, principal: Principal) -> Truth:
        """NotPrincipal surely excludes a caller only if it names both the caller and the caller's account.

        "AWS might validate the account first, then the role, and then the assumed-role user"
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
        """
        if found is not Truth.YES or not isinstance(principal, IamPrincipal):
            return ~found
        names = {one.name for one in self.named if one.type in {"AWS", "*"}}
        itself = principal.arn in names or principal.arn.endswith(":root")
        account = any(one.is_root_of(principal.account) for one in self.named)
        return Truth.NO if "*" in names or (itself and account) else Truth.UNKNOWN
