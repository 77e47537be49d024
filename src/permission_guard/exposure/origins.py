"""Where a call can come from: accounts and organisations, trusted or not, as the policy's constants tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Final

from permission_guard.exposure.wildcards import Filling, account_of, foreign_accounts
from permission_guard.facts import Trusted
from permission_guard.iam import ABSENT, Policy
from permission_guard.iam.request import Values

_ACCOUNTS: Final = 10**12
_FOREIGN_ORGANIZATION: Final = "o-stranger00"


class Kin(Enum):
    """How a caller stands to the policy's owner."""

    STRANGER = "anybody"
    FOREIGN = "an account or organisation that the policy names and you do not trust"
    MEMBER = "any account of a trusted organisation"
    ACCOUNT = "anything in a trusted account"
    NAMED = "what the policy names"


@dataclass(frozen=True, slots=True)
class Origin:
    """An account, its organisation if it is in one, and how it stands to us."""

    account: str
    organization: str | None
    kin: Kin

    @property
    def is_foreign(self) -> bool:
        """Whether nobody from here is trusted."""
        return self.kin in {Kin.STRANGER, Kin.FOREIGN}

    @property
    def organization_id(self) -> Values:
        """The value of SourceOrgID or PrincipalOrgID for a caller from here."""
        return (self.organization,) if self.organization else ABSENT

    @property
    def named(self) -> Kin:
        """How something of this origin that the policy names stands to us."""
        return Kin.NAMED if self.kin is Kin.ACCOUNT else self.kin

    def paths(self, named: tuple[str, ...], filling: Filling) -> tuple[Values, ...]:
        """Return the places of this account in its organisation: each that the policy names, and one more."""
        if self.organization is None:
            return (ABSENT,)
        filled = dict.fromkeys(filling.text(path) for path in named)
        here = ((path,) for path in filled if path.split("/")[0] == self.organization)
        return (*here, (f"{self.organization}/r-root/ou-root-{filling.name}/",))


def nobody(*taken: str) -> str:
    """Return an account id that is none of these: 999999999999 if it can be, which reads as made up."""
    repeated = (digit * 12 for digit in "9876543210")
    others = (f"{number:012}" for number in range(_ACCOUNTS))
    return next(account for account in chain(repeated, others) if account not in taken)


def foreign(policy: Policy, constants: Mapping[str, tuple[str, ...]], trusted: Trusted) -> Iterator[Origin]:
    """Every kind of origin that is not trusted: an account nobody named, and those that the policy names or matches."""
    patterns = _accounts(policy, constants)
    accounts = {account_of(text) if text.startswith("arn:") else text for text in patterns}
    preferred = nobody(*trusted.all_accounts, *accounts)
    organizations: tuple[str | None, ...] = (None,)
    named = _organizations(constants)
    if named:
        filled = (text.replace("*", "stranger00").replace("?", "s") for text in named)
        outside = (organization for organization in filled if organization not in trusted.organizations)
        organizations = (*dict.fromkeys((_FOREIGN_ORGANIZATION, *outside)), None)
    for account in dict.fromkeys((preferred, *foreign_accounts(patterns, trusted.all_accounts, preferred))):
        for organization in organizations:
            is_named = account in accounts or organization in named
            yield Origin(account, organization, Kin.FOREIGN if is_named else Kin.STRANGER)


def domestic(policy: Policy, constants: Mapping[str, tuple[str, ...]], trusted: Trusted) -> Iterator[Origin]:
    """Every kind of origin that is trusted: the accounts, and any other account of a trusted organisation."""
    organizations: tuple[str | None, ...] = (*trusted.organizations, None)
    for account in trusted.all_accounts:
        # The own account is taken to be in the first trusted organisation; another one may be in none of them.
        settled = account == trusted.account and not _organizations(constants)
        for organization in organizations[:1] if settled else organizations:
            yield Origin(account, organization, Kin.ACCOUNT)
    outside = nobody(*trusted.all_accounts, nobody(*trusted.all_accounts))
    named = foreign_accounts(_accounts(policy, constants), trusted.all_accounts, outside)
    for account in dict.fromkeys((outside, *named)):
        for organization in trusted.organizations:
            yield Origin(account, organization, Kin.MEMBER)


def _accounts(policy: Policy, constants: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    keys = ("aws:sourceaccount", "aws:principalaccount", "aws:sourcearn", "aws:principalarn")
    named = [text for key in keys for text in constants.get(key, ())]
    for statement in policy.statements:
        if statement.principals:
            named += [one.account for one in statement.principals.named if one.account]
    return tuple(named)


def _organizations(constants: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the organisations that a policy names, in the one spelling they have, `o-[a-z0-9]{10,32}`.

    StringEqualsIgnoreCase may name them in another (organizations/latest/APIReference/API_Organization.html).
    """
    ids = ("aws:sourceorgid", "aws:principalorgid")
    paths = ("aws:sourceorgpaths", "aws:principalorgpaths")
    named = [text for key in ids for text in constants.get(key, ())]
    named += [text.split("/")[0] for key in paths for text in constants.get(key, ())]
    return tuple(text.lower() for text in named)
