"""Facts about one function, as far as they have been read.

A fact that has not been asked for is NOT_READ. One that could not be read is `Unreadable`, which never counts as a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from enum import Enum, Flag, auto
from types import MappingProxyType
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn, Policy, PolicyError
from permission_guard.iam.policy import Json


class FactKind(Flag):
    """What can be read. A rule asks for it; an observer reads it."""

    NOTHING = 0
    ROLE = auto()
    """The function's log group and its role: policies, boundary, tags."""
    POLICY = auto()
    """The resource policy of the function, or of the version or alias in question."""
    LOG_GROUP = auto()
    """Whether the function's log group exists already."""
    REMEDY = auto()
    """The document of the managed policy that the guard would attach."""
    URL = auto()
    """Whether the function, or the alias in question, has a function URL that asks for no credentials."""


Subject: TypeAlias = FunctionArn | LayerVersionArn


def subject_of(text: str) -> Subject:
    """Read the ARN of a function or of a layer version; a qualifier is left out. Raises ArnError."""
    return LayerVersionArn.parse(text) if ":layer:" in text else FunctionArn.parse(text)


"""What is evaluated: a function, or a layer version, of which only the resource-based policy is read."""


class NotRead(Enum):
    """This fact has not been asked for."""

    NOT_READ = "not read"


NOT_READ: Final = NotRead.NOT_READ


@frozen
class Unreadable:
    """A fact that could not be read: what, and why in one sentence."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what} could not be read: {self.why}"


def not_asked(role_arn: str) -> Unreadable:
    """Return what is not known of a role that was read without its policies."""
    return Unreadable(f"the policies of role {role_arn}", "nobody has asked for them")


def parsed(document: str | Mapping[str, Json], name: str) -> Policy | Unreadable:
    """Parse a document that was read; one that AWS should not hold is Unreadable."""
    try:
        return Policy.parse(document, name=name)
    except PolicyError as error:
        return Unreadable(name, str(error))


@frozen
class Trusted:
    """The zone of trust: this account, and the accounts and organizations that the settings name."""

    account: str
    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    @property
    def all_accounts(self) -> tuple[str, ...]:
        """The own account, then the trusted ones."""
        return (self.account, *(account for account in self.accounts if account != self.account))


@frozen
class Configuration:
    """A function's configuration: the role's ARN and the name of its log group."""

    role_arn: str
    log_group: str


class Gone(Enum):
    """The function was deleted meanwhile: there is nothing to evaluate."""

    GONE = "function does not exist"


GONE: Final = Gone.GONE


class MissingRole(Enum):
    """The function names a role that does not exist in IAM."""

    MISSING_ROLE = "role does not exist"


MISSING_ROLE: Final = MissingRole.MISSING_ROLE


@frozen
class RoleFacts:
    """An execution role with all its policies.

    A policy that could not be read is in `unreadable`, or in `unreadable_limits` if it allows the role nothing: the
    permissions boundary, the trust policy. Then what the role may do is certain only so far as the others decide it alone.
    """

    arn: str
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attached: tuple[str, ...] = ()
    """ARNs of the managed policies attached to the role."""
    trust: Policy | None = None
    """Who may assume the role."""
    unreadable: tuple[Unreadable, ...] = ()
    unreadable_limits: tuple[Unreadable, ...] = ()
    id: str = ""
    """IAM's unique id of the role (RoleId)."""

    @property
    def name(self) -> str:
        """The name for IAM's API: the last element of the ARN, without the path."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def every_unreadable(self) -> tuple[Unreadable, ...]:
        """All that could not be read of the role."""
        return (*self.unreadable, *self.unreadable_limits)

    @property
    def is_modifiable(self) -> bool:
        """Whether IAM lets the account edit the role: not if it belongs to a service or to AWS (facts 5.4)."""
        return ":role/aws-service-role/" not in self.arn and ":role/aws-reserved/" not in self.arn


class Family(Enum):
    """Which of Lambda's two sets of calls edits the resource policy (facts 3.1)."""

    DOCUMENT = "PutResourcePolicy"
    """GetResourcePolicy and PutResourcePolicy: the whole document, replaced atomically."""
    STATEMENTS = "AddPermission"
    """GetPolicy, AddPermission and RemovePermission: one statement at a time."""


@frozen
class PolicyFacts:
    """The resource policy of a function or layer version (`qualifier` None), or of one of a function's versions or aliases.

    `policy` is None if there is none. `revision` is the RevisionId that a write must pass; None only if there is no policy.
    """

    qualifier: str | None
    policy: Policy | None
    revision: str | None
    family: Family


@frozen
class FunctionFacts:
    """Everything that was read about a function or layer version."""

    arn: Subject
    qualifier: str | None = None
    """The version or alias in question; None for the function itself."""
    configuration: Configuration | Gone | Unreadable | NotRead = NOT_READ
    role: RoleFacts | MissingRole | Gone | Unreadable | NotRead = NOT_READ
    log_group_exists: bool | Unreadable | NotRead = NOT_READ
    remedy: Policy | Unreadable | NotRead = NOT_READ
    """The managed policy that the guard would attach; its `name` is its ARN."""
    policy: PolicyFacts | Unreadable | NotRead = NOT_READ
    has_public_url: bool | Unreadable | NotRead = NOT_READ
    """Whether there is a function URL with AuthType NONE."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
    """When it is read: conditions on the time are evaluated at this moment."""

    @property
    def target(self) -> str:
        """The ARN by which callers name the function, version, alias or layer version."""
        return self.arn.qualified(self.qualifier)

    @property
    def resource_policy(self) -> Policy | None:
        """The resource policy, if there is one and it was read."""
        return self.policy.policy if isinstance(self.policy, PolicyFacts) else None

    @property
    def unread(self) -> FactKind:
        """What has not been asked for."""
        unread = FactKind.NOTHING
        for kind, fact in (
            (FactKind.ROLE, self.role),
            (FactKind.POLICY, self.policy),
            (FactKind.LOG_GROUP, self.log_group_exists),
            (FactKind.REMEDY, self.remedy),
            (FactKind.URL, self.has_public_url),
        ):
            if fact is NOT_READ:
                unread |= kind
        return unread

    def with_role(self, role: RoleFacts) -> FunctionFacts:
        """Return the same facts with another role."""
        return replace(self, role=role)

    def with_policy(self, policy: PolicyFacts) -> FunctionFacts:
        """Return the same facts with another resource policy."""
        return replace(self, policy=policy)


def is_version(qualifier: str | None) -> bool:
    """Return whether a qualifier names a published version: no alias consists of digits only (API_CreateAlias.html)."""
    return qualifier is not None and qualifier.isdigit()
