"""Reading a role with every policy that bears on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.facts import MISSING_ROLE, MissingRole, RoleFacts, Unreadable, parsed
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.ports import NOT_FOUND, Refused, TryAgain

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import PolicyDocumentTypeDef

PERMISSIONS = (
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)
"""The rights that this module's calls need."""


class RoleStore:
    """IAM's roles and managed policies."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def role(self, arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Read a role. Raises TryAgain if IAM cannot answer now."""
        name = arn.rsplit("/", 1)[-1]
        try:
            with translated():
                role = self._clients.iam.get_role(RoleName=name)["Role"]
        except Refused as error:
            return MISSING_ROLE if error.code in NOT_FOUND else Unreadable(f"role {arn}", str(error))
        try:
            with translated():
                attached = tuple(self._attached(name))
                inline = tuple(self._inline(name))
        except Refused as error:
            if error.code in NOT_FOUND:  # somebody deletes the role, or a policy of it, at this moment
                raise TryAgain(f"role {arn} changed while it was read: {error}") from error
            return Unreadable(f"role {arn}", str(error))
        boundary_arn = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        boundary = self.managed_policy(boundary_arn) if boundary_arn else None
        trust = parsed(_body(role["AssumeRolePolicyDocument"]), f"the trust policy of {arn}")
        documents = (*(self.managed_policy(policy) for policy in attached), *inline)
        unreadable = tuple(one for one in (*documents, boundary, trust) if isinstance(one, Unreadable))
        return RoleFacts(
            arn=arn,
            identity=tuple(one for one in documents if isinstance(one, Policy)),
            boundary=boundary if isinstance(boundary, Policy) else None,
            tags=_tags(role.get("Tags", [])),
            attached=attached,
            trust=trust if isinstance(trust, Policy) else None,
            unreadable=unreadable,
        )

    def _attached(self, name: str) -> Iterator[str]:
        pages = self._clients.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        for page in pages:
            for policy in page["AttachedPolicies"]:
                yield policy["PolicyArn"]

    def _inline(self, name: str) -> Iterator[Policy | Unreadable]:
        for page in self._clients.iam.get_paginator("list_role_policies").paginate(RoleName=name):
            for policy in page["PolicyNames"]:
                document = self._clients.iam.get_role_policy(RoleName=name, PolicyName=policy)
                yield parsed(_body(document["PolicyDocument"]), f"inline policy {policy}")

    def managed_policy(self, arn: str) -> Policy | Unreadable:
        """Read the default version of a managed policy; its name is its ARN. Raises TryAgain."""
        try:
            with translated():
                version = self._clients.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                found = self._clients.iam.get_policy_version(PolicyArn=arn, VersionId=version)[
                    "PolicyVersion"
                ]
        except Refused as error:
            return Unreadable(f"policy {arn}", str(error))
        return parsed(_body(found["Document"]), arn)


def _tags(listed: object) -> Mapping[str, str]:
    pairs = listed if isinstance(listed, list) else []
    return MappingProxyType({pair["Key"]: pair["Value"] for pair in pairs})


def _body(document: str | PolicyDocumentTypeDef) -> str | Mapping[str, Json]:
    """Return a document as boto3 gives it: IAM's are decoded to a mapping already."""
    return cast("str | Mapping[str, Json]", document)
