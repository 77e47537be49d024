"""Reading many functions in few calls: all roles of the account at once, and one call for each resource policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.policies import PolicyStore, single
from permission_guard.aws.roles import RoleStore, body, boundary_of, inline_of, role_facts
from permission_guard.facts import Family, MissingRole, RoleFacts, Unreadable, parsed
from permission_guard.iam import Policy
from permission_guard.ports import Refused

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import (
        GetAccountAuthorizationDetailsResponseTypeDef,
        ManagedPolicyDetailTypeDef,
        RoleDetailTypeDef,
    )

PERMISSIONS = ("iam:GetAccountAuthorizationDetails", "lambda:GetPolicy")
"""The rights that this module's calls need, beside those of the store of roles."""

PAGE: Final = 1000
"""The most that GetAccountAuthorizationDetails returns at once (API_GetAccountAuthorizationDetails.html, MaxItems)."""


class BulkRoles(RoleStore):
    """The roles of an account, read all at once when the first is asked for; safe for many threads.

    Which policies AWS lists with the roles is not documented to the last (facts 6.3, mark L), and a role may be newer
    than the list: what is not in it is asked for by itself, once. Where the list is refused, everything is.
    """

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self._lock = Lock()
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        """So that no role and no policy is asked for twice, and one that takes long holds up nobody else."""
        self._is_read = False
        self._listed: dict[str, RoleDetailTypeDef] = {}
        self._policies: dict[str, Policy | Unreadable] = {}
        self._roles: dict[str, RoleFacts | MissingRole | Unreadable] = {}

    def role(self, arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Return a role. Raises TryAgain."""
        with self._lock:
            self._read()
            mine = self._locks[arn]
        with mine:
            if arn not in self._roles:
                listed = self._listed.get(arn)
                self._roles[arn] = self._whole(listed) if listed else super().role(arn)
            return self._roles[arn]

    def _whole(self, role: RoleDetailTypeDef) -> RoleFacts:
        attached = tuple(one["PolicyArn"] for one in role.get("AttachedManagedPolicies", []))
        inline = tuple(
            inline_of(one["PolicyName"], one["PolicyDocument"]) for one in role.get("RolePolicyList", [])
        )
        boundary = boundary_of(role)
        managed = {arn: self.managed_policy(arn) for arn in ((*attached, boundary) if boundary else attached)}
        return role_facts(role, attached, inline, managed)

    def managed_policy(self, arn: str) -> Policy | Unreadable:
        """Return the default version of a managed policy. Raises TryAgain."""
        with self._lock:
            mine = self._locks[arn]
        with mine:
            if arn not in self._policies:
                self._policies[arn] = super().managed_policy(arn)
            return self._policies[arn]

    def _read(self) -> None:
        if self._is_read:
            return
        roles: dict[str, RoleDetailTypeDef] = {}
        policies: dict[str, Policy | Unreadable] = {}
        try:
            for page in self._pages():
                roles |= {one["Arn"]: one for one in page["RoleDetailList"]}
                policies |= {one["Arn"]: _default(one) for one in page["Policies"]}
        except Refused:
            # A part of the list says nothing wrong, but the reading may have been cut short anywhere.
            roles, policies = {}, {}
        self._listed, self._policies, self._is_read = roles, policies, True

    def _pages(self) -> Iterator[GetAccountAuthorizationDetailsResponseTypeDef]:
        pages = self._clients.iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role", "LocalManagedPolicy", "AWSManagedPolicy"], PaginationConfig={"PageSize": PAGE}
        )
        with translated():
            yield from pages


def _default(policy: ManagedPolicyDetailTypeDef) -> Policy | Unreadable:
    for version in policy.get("PolicyVersionList", []):
        if version.get("IsDefaultVersion"):
            return parsed(body(version["Document"]), policy["Arn"])
    return Unreadable(f"policy {policy['Arn']}", "its default version is not in the account's list")


class FewestPolicies(PolicyStore):
    """Resource policies, each in one call, in a bucket of calls that nobody else's deployments draw from.

    GetPolicy is as old as Lambda's policies, so its "not found" needs no second opinion; and it has 15 requests a second
    for itself, where GetResourcePolicy likely shares its 15 with all other calls (facts 3.4). Both read one and the same
    policy (facts 3.1). What is read so is only judged: before it is changed, it is read anew by the family that writes it.
    """

    def _found(self, target: str) -> tuple[str | None, str | None, Family]:
        return *single(self._clients, target), Family.DOCUMENT
