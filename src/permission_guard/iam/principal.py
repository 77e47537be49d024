"""Who a policy's Principal element names, and whether a caller is one of them.

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
        """`"*"` and `{"AWS": "*"}` are the same: everyone, without credentials too."""
        return self.name == "*" and self.type in {"*", "AWS"}

    def match(self, principal: Principal) -> Truth:
        """Return whether the caller is this principal.

        An account stands for each of its principals; a deleted principal's unique id (`AROA...`) for nobody; a
        canonical user id is another name of some account, and does not tell of which.
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
        """Return whether this names the account as a whole, by its id or by its root's ARN."""
        root = self.name.startswith("arn:") and self.name.endswith(f":iam::{account}:root")
        return self.type == "AWS" and (root or self.name == account)

    @property
    def account(self) -> str | None:
        """The account that an AWS principal belongs to, if the name tells."""
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
    """The services that are named, in lower case, if nobody else is: most statements are sorted out by this alone."""

    def __post_init__(self) -> None:
        plain = all(one.type == "Service" and "*" not in one.name for one in self.named)
        names = frozenset(one.name.lower() for one in self.named) if plain and not self.negated else None
        object.__setattr__(self, "_services", names)

    def match(self, principal: Principal) -> Truth:
        """Return whether the element covers the caller."""
        if self._services is not None:
            return truth(isinstance(principal, ServicePrincipal) and principal.name.lower() in self._services)
        found = any_of(one.match(principal) for one in self.named)
        return self._excepted(found, principal) if self.negated else found

    def _excepted(self, found: Truth, principal: Principal) -> Truth:
        """NotPrincipal surely excepts only a caller whom it names together with the caller's account.

        "AWS might validate the account first, then the role, and then the assumed-role user"
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
        """
        if found is not Truth.YES or not isinstance(principal, IamPrincipal):
            return ~found
        names = {one.name for one in self.named if one.type in {"AWS", "*"}}
        itself = principal.arn in names or principal.arn.endswith(":root")
        account = any(one.is_root_of(principal.account) for one in self.named)
        return Truth.NO if "*" in names or (itself and account) else Truth.UNKNOWN
