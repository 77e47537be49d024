"""Reads a role with all its policies."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import MISSING_ROLE, MissingRole, RoleFacts, Unreadable, not_asked, parsed
from permission_guard.ports import NOT_FOUND, Refused, RetryLater

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import (
        PolicyDocumentTypeDef,
        PolicyVersionTypeDef,
        RoleDetailTypeDef,
        RoleTypeDef,
    )

PERMISSIONS = (
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)
"""The rights that this module's calls need."""

_TOGETHER: Final = 8
"""How many calls are made at once at most: boto3 keeps ten connections for a client."""
_SHIPPED: Final = {"service-role/AWSLambdaBasicExecutionRole": "v1"}
"""The default version of the AWS managed policy that most roles have (facts 5.5), to read first."""


class RoleStore:
    """IAM's roles and managed policies. Calls that do not depend on each other are made at the same time.

    boto3's clients may be used by several threads (https://docs.aws.amazon.com/boto3/latest/guide/clients.html).
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._versions: dict[str, str] = {}
        """Of each managed policy, the version that was the default one when it was last read."""

    def role(self, arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Read a role, in two round trips however many policies it has. Raises RetryLater if IAM cannot answer now."""
        name, iam = arn.rsplit("/", 1)[-1], self._clients.iam
        with ThreadPoolExecutor(_TOGETHER) as pool:
            asked, attaching, listing = (
                pool.submit(_role, iam, name),
                pool.submit(_attached, iam, name),
                pool.submit(_inline_names, iam, name),
            )
            try:
                role = asked.result()
            except Refused as error:
                return MISSING_ROLE if error.code in NOT_FOUND else Unreadable(f"role {arn}", str(error))
            boundary = boundary_of(role)
            try:
                attached, names = attaching.result(), listing.result()
                arns = tuple(dict.fromkeys((*attached, boundary) if boundary else attached))
                reading = pool.map(self.managed_policy, arns), pool.map(partial(_inline, iam, name), names)
                managed, inline = dict(zip(arns, reading[0], strict=True)), tuple(reading[1])
            except Refused as error:
                if error.code in NOT_FOUND:  # the role, or a policy of it, is being deleted
                    raise RetryLater(f"role {arn} changed while it was read: {error}") from error
                return Unreadable(f"role {arn}", str(error))
        return role_facts(role, attached, inline, managed)

    def attached(self, arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Read a role and what is attached to it, and none of its policies. Raises RetryLater."""
        name, iam = arn.rsplit("/", 1)[-1], self._clients.iam
        try:
            role, attached = _role(iam, name), _attached(iam, name)
        except Refused as error:
            return MISSING_ROLE if error.code in NOT_FOUND else Unreadable(f"role {arn}", str(error))
        return RoleFacts(role["Arn"], attached=attached, unreadable=(not_asked(arn),), id=role["RoleId"])

    def managed_policy(self, arn: str) -> Policy | Unreadable:
        """Read the default version of a managed policy; its name is its ARN. Raises RetryLater.

        The last known default version is read first. The answer shows whether it still is the default, which saves a call. What is
        remembered decides only what is read first.
        """
        known = self._versions.get(arn) or _SHIPPED.get(arn.partition(":iam::aws:policy/")[2])
        try:
            found = self._version(arn, known) if known else None
            if found is None or not found.get("IsDefaultVersion"):
                with translated():
                    now = self._clients.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                found = self._version(arn, now)
                self._versions[arn] = now
        except Refused as error:
            return Unreadable(f"policy {arn}", str(error))
        if found is None:
            return Unreadable(f"policy {arn}", f"its default version {self._versions[arn]} is gone")
        return parsed(body(found["Document"]), arn)

    def _version(self, arn: str, version: str) -> PolicyVersionTypeDef | None:
        """GetPolicyVersion; None if there is no such version (any more). Raises Refused and RetryLater."""
        try:
            with translated():
                return self._clients.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        except Refused as error:
            if error.code in NOT_FOUND:
                return None
            raise


def role_facts(
    role: RoleTypeDef | RoleDetailTypeDef,
    attached: tuple[str, ...],
    inline: tuple[Policy | Unreadable, ...],
    managed: Mapping[str, Policy | Unreadable],
) -> RoleFacts:
    """Build a role from IAM's answers: the ARNs of the attached policies, and all its policies."""
    arn, boundary = role["Arn"], boundary_of(role)
    trust = parsed(body(role["AssumeRolePolicyDocument"]), f"the trust policy of {arn}")
    documents = (*(managed[policy] for policy in attached), *inline)
    limit = managed[boundary] if boundary else None
    return RoleFacts(
        arn=arn,
        identity=tuple(one for one in documents if isinstance(one, Policy)),
        boundary=limit if isinstance(limit, Policy) else None,
        tags=_tags(role.get("Tags", [])),
        attached=attached,
        trust=trust if isinstance(trust, Policy) else None,
        unreadable=tuple(one for one in documents if isinstance(one, Unreadable)),
        unreadable_limits=tuple(one for one in (limit, trust) if isinstance(one, Unreadable)),
        id=role.get("RoleId", ""),
    )


def boundary_of(role: RoleTypeDef | RoleDetailTypeDef) -> str | None:
    """Return the ARN of a role's permissions boundary."""
    return role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def inline_of(name: str, document: str | PolicyDocumentTypeDef) -> Policy | Unreadable:
    """Parse an inline policy."""
    return parsed(body(document), f"inline policy {name}")


def _role(iam: IAMClient, name: str) -> RoleTypeDef:
    with translated():
        return iam.get_role(RoleName=name)["Role"]


def _attached(iam: IAMClient, name: str) -> tuple[str, ...]:
    with translated():
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        return tuple(policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"])


def _inline_names(iam: IAMClient, name: str) -> tuple[str, ...]:
    with translated():
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=name)
        return tuple(policy for page in pages for policy in page["PolicyNames"])


def _inline(iam: IAMClient, name: str, policy: str) -> Policy | Unreadable:
    with translated():
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)
    return inline_of(policy, document["PolicyDocument"])


def _tags(listed: object) -> Mapping[str, str]:
    pairs = listed if isinstance(listed, list) else []
    return MappingProxyType({pair["Key"]: pair["Value"] for pair in pairs})


def body(document: str | PolicyDocumentTypeDef) -> str | Mapping[str, Json]:
    """Return a document as boto3 gives it: IAM's are decoded to a mapping already."""
    return cast("str | Mapping[str, Json]", document)
