"""Which functions there are in the region, with their published versions and their aliases, and which use a role."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.users import log_group
from permission_guard.facts import Configuration
from permission_guard.iam import FunctionArn
from permission_guard.ports import NOT_FOUND, Listed, ListedRevisions, Refused
from permission_guard.revisions import Revision
from permission_guard.task import LATEST

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef, ListFunctionsResponseTypeDef

PERMISSIONS = ("lambda:ListFunctions", "lambda:ListAliases", "iam:ListEntitiesForPolicy", "iam:GetRole")
"""The rights that this module's calls need."""

PAGE = 50
"""The most that ListFunctions and ListAliases return at once, whatever they are asked for (API_ListFunctions.html)."""


@dataclass(frozen=True, slots=True)
class Version:
    """A function's published version, or the function itself (`qualifier` None), with its own configuration."""

    arn: FunctionArn
    qualifier: str | None
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Described:
    """One page of the functions with their configuration. `marker` is where the next begins; None if this is the last."""

    found: tuple[Version, ...]
    marker: str | None = None


class AwsInventory:
    """Lists functions and aliases."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def functions(self, marker: str | None) -> Listed:
        """Return one page of the functions and their versions, in one call. Raises TryAgain and Refused."""
        page = self.described(marker)
        return Listed(tuple((one.arn, one.qualifier) for one in page.found), page.marker)

    def described(self, marker: str | None) -> Described:
        """Return the same page with what it tells of each. Raises TryAgain and Refused."""
        with translated():
            page = (
                self._clients.lambda_.list_functions(FunctionVersion="ALL", MaxItems=PAGE, Marker=marker)
                if marker
                else self._clients.lambda_.list_functions(FunctionVersion="ALL", MaxItems=PAGE)
            )
        return Described(tuple(map(_version, page["Functions"])), page.get("NextMarker") or None)

    def aliases(self, function: FunctionArn) -> tuple[str, ...]:
        """Return the names of a function's aliases; none if it is gone. Raises TryAgain and Refused."""
        pages = self._clients.lambda_.get_paginator("list_aliases").paginate(
            FunctionName=str(function), PaginationConfig={"PageSize": PAGE}
        )
        try:
            with translated():
                return tuple(alias["Name"] for page in pages for alias in page["Aliases"])
        except Refused as error:
            if error.code in NOT_FOUND:
                return ()
            raise

    def functions_with(self, roles: frozenset[str], marker: str | None) -> Listed:
        """Return the functions on a page with one of these roles, in one call. Raises TryAgain and Refused."""
        page = self._page(marker)
        found = tuple(
            (FunctionArn.parse(one["FunctionArn"]), None)
            for one in page["Functions"]
            if one.get("Role", "").rpartition("/")[2] in roles
        )
        return Listed(found, page.get("NextMarker") or None)

    def revisions(self, marker: str | None) -> ListedRevisions:
        """Return the functions on a page with their revisions, in one call. Raises TryAgain and Refused."""
        page = self._page(marker)
        return ListedRevisions(tuple(map(_revision, page["Functions"])), page.get("NextMarker") or None)

    def _page(self, marker: str | None) -> ListFunctionsResponseTypeDef:
        """ListFunctions, without versions."""
        lambda_ = self._clients.lambda_
        with translated():
            return (
                lambda_.list_functions(MaxItems=PAGE, Marker=marker)
                if marker
                else lambda_.list_functions(MaxItems=PAGE)
            )

    def roles_with(self, policy_arn: str) -> frozenset[str]:
        """Return the roles that a policy is attached to or bounds; none if it is gone. Raises TryAgain and Refused."""
        pages = self._clients.iam.get_paginator("list_entities_for_policy").paginate(
            PolicyArn=policy_arn, EntityFilter="Role"
        )
        try:
            with translated():
                return frozenset(role["RoleName"] for page in pages for role in page["PolicyRoles"])
        except Refused as error:
            if error.code in NOT_FOUND:
                return frozenset()
            raise

    def may_be_a_functions(self, role: str) -> bool:
        """Tell whether Lambda may assume a role; not if it is gone. Raises TryAgain and Refused.

        Where Lambda is not named, only a wildcard can mean it.
        """
        try:
            with translated():
                found = self._clients.iam.get_role(RoleName=role)["Role"]
        except Refused as error:
            if error.code in NOT_FOUND:
                return False
            raise
        trust = json.dumps(found.get("AssumeRolePolicyDocument")).lower()
        return "lambda" in trust or "*" in trust


def _revision(listed: FunctionConfigurationTypeDef) -> Revision:
    """Where Lambda says no revision, when it was changed: that does not move with the policy, but with all else."""
    arn, at = FunctionArn.parse(listed["FunctionArn"]), listed.get("LastModified", "")
    return Revision(arn, listed.get("RevisionId") or at)


def _version(listed: FunctionConfigurationTypeDef) -> Version:
    arn, version = FunctionArn.parse(listed["FunctionArn"]), listed.get("Version", LATEST)
    group = log_group(arn.name, listed.get("LoggingConfig", {}).get("LogGroup"))
    configuration = Configuration(listed.get("Role", ""), group)
    return Version(arn, version if version != LATEST else None, configuration)
