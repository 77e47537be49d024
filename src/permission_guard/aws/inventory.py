"""Lists in bulk the functions, aliases, versions, roles and log groups of the account.

The sweep and `scan` share it. https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.policies import FewestPolicies
from permission_guard.aws.roles import RoleStore, body, boundary_of, inline_of, role_facts
from permission_guard.aws.users import log_group
from permission_guard.events.sweep_task import LATEST
from permission_guard.iam import FunctionArn, Policy
from permission_guard.model.facts import Configuration, PolicyFacts, RoleFacts, Unreadable, parsed
from permission_guard.ports import NOT_FOUND, Alias, ListedFunction, Refused

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import ManagedPolicyDetailTypeDef, RoleDetailTypeDef
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef

PERMISSIONS = (
    "lambda:ListFunctions",
    "lambda:ListAliases",
    "lambda:ListVersionsByFunction",
    "lambda:GetPolicy",
    "iam:GetAccountAuthorizationDetails",
    "logs:DescribeLogGroups",
)
"""The rights that this module's calls need, beside those of the store of roles."""

PAGE: Final = 50
"""The most that ListFunctions and ListAliases return at once (API_ListFunctions.html)."""
ROLES: Final = 1000
"""The most that GetAccountAuthorizationDetails returns at once (MaxItems)."""


class AwsInventory:
    """Implements `ports.Inventory`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def functions(self, *, all_versions: bool = False) -> Iterator[tuple[ListedFunction, ...]]:
        """ListFunctions, page by page."""
        call: dict[str, Any] = {"FunctionVersion": "ALL"} if all_versions else {}
        pages = self._clients.lambda_.get_paginator("list_functions").paginate(
            **call, PaginationConfig={"PageSize": PAGE}
        )
        with translated():
            for page in pages:
                yield tuple(map(_listed, page["Functions"]))

    def aliases(self, function: FunctionArn) -> tuple[Alias, ...]:
        """ListAliases."""
        pages = self._clients.lambda_.get_paginator("list_aliases").paginate(
            FunctionName=str(function), PaginationConfig={"PageSize": PAGE}
        )
        try:
            with translated():
                return tuple(Alias(one["Name"], _versions(one)) for page in pages for one in page["Aliases"])
        except Refused as error:
            if error.code in NOT_FOUND:
                return ()
            raise

    def versions(self, function: FunctionArn) -> Mapping[str | None, Configuration]:
        """ListVersionsByFunction."""
        pages = self._clients.lambda_.get_paginator("list_versions_by_function").paginate(
            FunctionName=str(function), PaginationConfig={"PageSize": PAGE}
        )
        try:
            with translated():
                found = [_listed(one) for page in pages for one in page["Versions"]]
        except Refused as error:
            if error.code in NOT_FOUND:
                return {}
            raise
        return {one.version: one.configuration for one in found}

    def log_groups(self) -> frozenset[str]:
        """DescribeLogGroups: the names of all of them."""
        pages = self._clients.logs.get_paginator("describe_log_groups").paginate(
            PaginationConfig={"PageSize": PAGE}
        )
        with translated():
            return frozenset(group["logGroupName"] for page in pages for group in page["logGroups"])

    def policy(self, function: FunctionArn, qualifier: str | None) -> PolicyFacts | Unreadable:
        """GetPolicy: a resource policy to be evaluated, and not to be changed."""
        target = function.qualified(qualifier)
        try:
            return FewestPolicies(self._clients).read(target, qualifier)
        except Refused as error:
            return Unreadable(f"the resource policy of {target}", str(error))

    def roles(self) -> Iterator[tuple[RoleFacts, ...]]:
        """GetAccountAuthorizationDetails: first the policies, by their default versions, then the roles page by page.

        A policy that the list lacks is read by itself: which ones AWS lists is not fully documented (facts 6.3, L).
        """
        policies = _Policies(self._clients)
        for page in self._details("LocalManagedPolicy", "AWSManagedPolicy"):
            policies.known |= {one["Arn"]: _default(one) for one in page["Policies"]}
        for page in self._details("Role"):
            yield tuple(policies.role_of(role) for role in page["RoleDetailList"])

    def _details(self, *kinds: str) -> Iterator[Any]:
        paginator: Any = self._clients.iam.get_paginator("get_account_authorization_details")
        with translated():
            yield from paginator.paginate(Filter=list(kinds), PaginationConfig={"PageSize": ROLES})


class _Policies:
    """The account's managed policies, each read once."""

    def __init__(self, clients: Clients) -> None:
        self.known: dict[str, Policy | Unreadable] = {}
        self._store = RoleStore(clients)

    def _managed(self, arn: str) -> Policy | Unreadable:
        if arn not in self.known:
            self.known[arn] = self._store.managed_policy(arn)
        return self.known[arn]

    def role_of(self, role: RoleDetailTypeDef) -> RoleFacts:
        """Build a role from the list."""
        attached = tuple(one["PolicyArn"] for one in role.get("AttachedManagedPolicies", []))
        inline = tuple(
            inline_of(one["PolicyName"], one["PolicyDocument"]) for one in role.get("RolePolicyList", [])
        )
        boundary = boundary_of(role)
        managed = {arn: self._managed(arn) for arn in ((*attached, boundary) if boundary else attached)}
        return role_facts(role, attached, inline, managed)


def _default(policy: ManagedPolicyDetailTypeDef) -> Policy | Unreadable:
    for version in policy.get("PolicyVersionList", []):
        if version.get("IsDefaultVersion"):
            return parsed(body(version["Document"]), policy["Arn"])
    return Unreadable(f"policy {policy['Arn']}", "its default version is not in the account's list")


def _versions(alias: Any) -> tuple[str, ...]:
    """Return the versions that an alias points to: one, or two while traffic shifts (API_AliasConfiguration.html)."""
    routed = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    found = (alias.get("FunctionVersion", LATEST), *routed)
    return tuple(one for one in dict.fromkeys(found) if one != LATEST)


def _listed(listed: FunctionConfigurationTypeDef) -> ListedFunction:
    arn, version = FunctionArn.parse(listed["FunctionArn"]), listed.get("Version", LATEST)
    group = log_group(arn.name, listed.get("LoggingConfig", {}).get("LogGroup"))
    configuration = Configuration(listed.get("Role", ""), group)
    return ListedFunction(arn, version if version != LATEST else None, configuration)
