"""The constants of a policy, and the values that fill its wildcards: what a caller would have to present to get in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from permission_guard.facts import Subject
from permission_guard.iam import Context, Effect, Policy, Statement, Truth
from permission_guard.iam.arn import is_account
from permission_guard.iam.pattern import Pattern, Variable, Wild, tokens

_ARN_PARTS: Final = 6
_ACCOUNT_LENGTH: Final = 12

REGIONS: Final = (
    *(
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
    ),
    *(
        "ap-southeast-1",
        "ap-northeast-1",
        "ap-south-1",
        "ap-east-1",
        "sa-east-1",
        "ca-central-1",
        "me-south-1",
    ),
    *("af-south-1", "il-central-1", "mx-central-1", "cn-north-1", "cn-northwest-1"),
    *("us-gov-west-1", "us-gov-east-1"),
)
"""Regions to fill a wildcard with, one for each beginning that AWS's names have."""


def on_its_own(policy: Policy, statement: Statement) -> Policy:
    """Return the policy with this Allow statement only, and with every Deny."""
    denies = (other for other in policy.statements if other.effect is Effect.DENY)
    return Policy(policy.name, (statement, *denies), policy.version)


def constants(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Collect what a policy compares each condition key with, the keys in lower case."""
    found: dict[str, dict[str, None]] = {}
    for statement in policy.statements:
        for condition in statement.conditions:
            found.setdefault(condition.key.lower(), {}).update(dict.fromkeys(condition.texts))
    return {key: tuple(texts) for key, texts in found.items()}


@dataclass(frozen=True, slots=True)
class Filling:
    """What to put in place of wildcards and variables: a name, an account, and the subject's region and partition."""

    subject: Subject
    account: str
    name: str

    def _known(self, key: str) -> str | None:
        return {
            "aws:sourceaccount": self.account,
            "aws:principalaccount": self.account,
            "aws:resourceaccount": self.subject.account,
            "aws:requestedregion": self.subject.region,
        }.get(key)

    def _with_wildcards(self, text: str) -> str:
        """Fill in the variables; the wildcards stay."""
        pieces: list[str] = []
        for token in tokens(text, variables=True):
            match token:
                case str():
                    pieces.append(token)
                case Wild():
                    pieces.append(token.value)
                case Variable(key, default):
                    pieces.append(self._known(key) or default or self.name)
                case _:
                    assert_never(token)
        return "".join(pieces)

    def text(self, pattern: str) -> str:
        """Return a text that the pattern matches."""
        return self._with_wildcards(pattern).replace("*", self.name).replace("?", self.name[:1])

    def arn(self, pattern: str, service: str = "*") -> str | None:
        """Return an ARN that the pattern matches, of this service and account if the pattern leaves them open.

        None if the pattern has not the six parts of an ARN.
        """
        parts = completed(self._with_wildcards(pattern)).split(":", _ARN_PARTS - 1)
        if len(parts) != _ARN_PARTS:
            return None
        head, partition, named, region, account, resource = parts
        return ":".join(
            (
                head,
                self.subject.partition if "*" in partition else partition,
                service if "*" in named or "?" in named else named,
                self._region(region),
                self._account(account),
                resource.replace("*", self.name).replace("?", self.name[:1]),
            )
        )

    def names(self, pattern: str, head: str) -> Iterator[str]:
        """Yield names with which an ARN that begins with `head` may fit a pattern whose `*` run over colons.

        Those of StringLike do: `*:role/deployer` is the end of a stranger's ARN too, and `*111122223333*` his topic's
        name. AWS asks for ARN operators for that reason (reference_policies_elements_condition_operators.html).
        """
        _, *rest = self._with_wildcards(pattern).replace("?", self.name[:1]).split("*", _ARN_PARTS)
        for start in range(len(rest)):
            wanted = self.name.join(rest[start:]).replace("*", self.name)
            overlap = max(
                size for size in range(min(len(wanted), len(head)) + 1) if head.endswith(wanted[:size])
            )
            yield wanted[overlap:] or self.name

    def _region(self, pattern: str) -> str:
        """Return a region that the pattern matches: the subject's own if it does."""
        if "*" not in pattern and "?" not in pattern:
            return pattern
        glob = Pattern(pattern, variables=False)
        regions = (self.subject.region, *REGIONS)
        fitting = (region for region in regions if glob.match(region, Context()) is Truth.YES)
        return next(fitting, self.subject.region)

    def _account(self, pattern: str) -> str:
        if "*" not in pattern and "?" not in pattern:
            return pattern
        return self.account if self.account in accounts_for(pattern, self.account) else ""


def accounts_for(pattern: str, preferred: str) -> tuple[str, ...]:
    """Return account ids that a pattern for an account matches: the preferred one if it does, else made-up ones."""
    if "*" not in pattern and "?" not in pattern:
        return (pattern,) if is_account(pattern) else ()
    first, *rest = pattern.split("*")
    if pattern.strip("*") == "":
        return (preferred,)
    room = _ACCOUNT_LENGTH - len(first) - sum(map(len, rest))
    if room < 0:
        return ()
    made = (f"{first}{digit * room}{''.join(rest)}".replace("?", digit) for digit in "987")
    return tuple(account for account in made if is_account(account))


def completed(pattern: str) -> str:
    """Return a pattern that ends in `*` before its six parts are full as one of six: StringLike's `*` runs over colons."""
    missing = _ARN_PARTS - 1 - pattern.count(":")
    return pattern + ":*" * missing if pattern.endswith("*") and pattern.startswith("arn:") else pattern


def service_of(arn: str) -> str:
    """Return the service part of an ARN, or an empty text."""
    parts = arn.split(":", _ARN_PARTS - 1)
    return parts[2] if len(parts) == _ARN_PARTS else ""


def account_of(arn: str) -> str:
    """Return the account part of an ARN, or an empty text."""
    parts = completed(arn).split(":", _ARN_PARTS - 1)
    return parts[4] if len(parts) == _ARN_PARTS else ""


def foreign_accounts(texts: Iterable[str], trusted: tuple[str, ...], preferred: str) -> tuple[str, ...]:
    """Return the accounts outside the trusted ones that these patterns name or match."""
    found: dict[str, None] = {}
    for text in texts:
        pattern = account_of(text) if text.startswith("arn:") else text
        found.update(
            dict.fromkeys(account for account in accounts_for(pattern, preferred) if account not in trusted)
        )
    return tuple(found)
