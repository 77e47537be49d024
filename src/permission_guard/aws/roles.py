"""Reading a role with every policy that bears on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.facts import MISSING_ROLE, MissingRole, RoleFacts, Unreadable, parsed
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.ports import NOT_FOUND, Refused, TryAgain

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import PolicyDocumentTypeDef, TagTypeDef

PERMISSIONS = (
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)
"""The rights that this module's calls need."""

Document: TypeAlias = "str | Mapping[str, Json]"
"""A policy document as boto3 gives it: IAM's are decoded to a mapping already."""


@dataclass(frozen=True, slots=True)
class RoleParts:
    """A role as IAM's answers have it, its managed policies by their ARNs alone."""

    arn: str
    trust: Document
    tags: Mapping[str, str]
    attached: tuple[str, ...]
    inline: tuple[tuple[str, Document], ...]
    """The name and the document of each."""
    boundary: str | None


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
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        trust, tags = document(role["AssumeRolePolicyDocument"]), tags_of(role.get("Tags", []))
        return self._whole(RoleParts(arn, trust, tags, attached, inline, boundary))

    def _whole(self, parts: RoleParts) -> RoleFacts:
        """Read the managed policies of a role, too. Raises TryAgain."""
        boundary = self.managed_policy(parts.boundary) if parts.boundary else None
        trust = parsed(parts.trust, f"the trust policy of {parts.arn}")
        inline = (parsed(body, f"inline policy {name}") for name, body in parts.inline)
        documents = (*map(self.managed_policy, parts.attached), *inline)
        return RoleFacts(
            arn=parts.arn,
            identity=tuple(one for one in documents if isinstance(one, Policy)),
            boundary=boundary if isinstance(boundary, Policy) else None,
            tags=parts.tags,
            attached=parts.attached,
            trust=trust if isinstance(trust, Policy) else None,
            unreadable=tuple(one for one in (*documents, boundary, trust) if isinstance(one, Unreadable)),
        )

    def _attached(self, name: str) -> Iterator[str]:
        pages = self._clients.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        for page in pages:
            for policy in page["AttachedPolicies"]:
                yield policy["PolicyArn"]

    def _inline(self, name: str) -> Iterator[tuple[str, Document]]:
        for page in self._clients.iam.get_paginator("list_role_policies").paginate(RoleName=name):
            for policy in page["PolicyNames"]:
                found = self._clients.iam.get_role_policy(RoleName=name, PolicyName=policy)
                yield policy, document(found["PolicyDocument"])

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
        return parsed(document(found["Document"]), arn)


def tags_of(listed: Iterable[TagTypeDef]) -> Mapping[str, str]:
    """Return tags as IAM lists them."""
    return MappingProxyType({pair["Key"]: pair["Value"] for pair in listed})


def document(answer: str | PolicyDocumentTypeDef) -> Document:
    """Return a document as boto3 gives it, in our words."""
    return cast("Document", answer)
