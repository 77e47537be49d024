"""The execution roles of a CloudFormation template, with the policies that the template attaches to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.policy import loads
from permission_guard.model.facts import Unreadable
from permission_guard.template.declared import DeclaredRole, Document
from permission_guard.template.intrinsics import Scope
from permission_guard.template.managed import managed_document
from permission_guard.template.resources import Resource
from permission_guard.template.value import (
    Partial,
    Unresolved,
    Value,
    filled,
    is_known,
    is_same,
    listed,
    reasons,
    table,
    text_of,
)

_ATTACHING: Final = frozenset({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"})
_OF_AWS: Final = ":iam::aws:policy/"
_OWN: Final = re.compile(r"^arn:[^:]*:iam::[0-9]{12}:policy/")


@frozen
class Roles:
    """Finds the roles of a template."""

    scope: Scope
    resources: tuple[Resource, ...]

    def role(self, wanted: Value, whose: str) -> DeclaredRole | Unreadable:
        """Return the role that a function names, or why it is not known."""
        what = f"the role of {whose}"
        for one in self._of_kind("AWS::IAM::Role"):
            if is_same(self._arn(one), wanted) or is_same(self._name(one), wanted):
                return self._of(one)
        for why in reasons(wanted):
            return Unreadable(what, f"it is {why}")
        return Unreadable(what, f"{text_of(wanted) or 'the role'} is not defined in this template")

    def _of_kind(self, *kinds: str) -> Iterator[Resource]:
        return (one for one in self.resources if one.kind in kinds)

    def _arn(self, one: Resource) -> Value:
        return self.scope.of_resource(one.id, "Arn")

    def _name(self, one: Resource) -> Value:
        return self.scope.ref(one.id)

    def _of(self, one: Resource) -> DeclaredRole:
        found = [*self._inline(one), *self._attached(one), *self._elsewhere(one)]
        boundary = one.get("PermissionsBoundary")
        limit = None if boundary is None else self._managed(boundary, f"permissions boundary of {one.id}")
        if isinstance(limit, Unreadable):
            found.append(limit)
        return DeclaredRole(
            one.id,
            filled(self._arn(one)) or one.id,
            tuple(each for each in found if isinstance(each, Document)),
            limit if isinstance(limit, Document) else None,
            one.get("AssumeRolePolicyDocument"),
            _tags(one.get("Tags")),
            tuple(each for each in found if isinstance(each, Unreadable)),
        )

    def _inline(self, one: Resource) -> Iterator[Document | Unreadable]:
        for number, each in enumerate(listed(one.get("Policies"))):
            body = table(each)
            name = text_of(body.get("PolicyName")) or f"inline policy {number + 1}"
            yield _document(name, one.id, body.get("PolicyDocument", each))

    def _attached(self, one: Resource) -> Iterator[Document | Unreadable]:
        for each in listed(one.get("ManagedPolicyArns")):
            yield self._managed(each, f"a managed policy of {one.id}")

    def _managed(self, wanted: Value, what: str) -> Document | Unreadable:
        for one in self._of_kind("AWS::IAM::ManagedPolicy"):
            if is_same(self._name(one), wanted):
                return _document(one.id, one.id, one.get("PolicyDocument"))
        if isinstance(wanted, Partial) and _OWN.search(str(wanted.pieces[0])):
            return Unreadable(what, f"{wanted.widest} is not defined here")
        for why in reasons(wanted):
            return Unreadable(what, f"it is {why}")
        return aws_managed(text_of(wanted) or "", what)

    def _elsewhere(self, one: Resource) -> Iterator[Document | Unreadable]:
        """Yield the policies that name the role in their own properties."""
        others = [self._name(each) for each in self._of_kind("AWS::IAM::Role") if each.id != one.id]
        for other in self._of_kind(*_ATTACHING):
            names = (*listed(other.get("Roles")), *listed(other.get("RoleName")))
            if any(is_same(self._name(one), name) for name in names):
                yield _document(other.id, other.id, other.get("PolicyDocument"))
            elif any(
                not is_known(name) and not any(is_same(each, name) for each in others) for name in names
            ):
                yield Document(other.id, other.id, other.get("PolicyDocument"), is_sure=False)


def aws_managed(arn: str, what: str) -> Document | Unreadable:
    """Return an AWS managed policy, or why it is not known."""
    if _OF_AWS not in arn and arn.startswith("arn:"):
        return Unreadable(what, f"{arn} is not defined here")
    text = managed_document(arn.rsplit("/", 1)[-1], arn.split(":")[1] if arn.startswith("arn:") else "aws")
    if text is None:
        return Unreadable(what, f"the statements of {arn} are not known")
    return Document(arn, "", loads(text))


def _document(name: str, owner: str, body: Value) -> Document | Unreadable:
    if isinstance(body, Unresolved):
        return Unreadable(f"the policy {name}", f"it is {body.why}")
    return Document(name, owner, body)


def _tags(value: Value) -> Mapping[str, str]:
    """Return the tags that are known."""
    pairs = ((text_of(table(one).get("Key")), text_of(table(one).get("Value"))) for one in listed(value))
    return {key: text for key, text in pairs if key is not None and text is not None}
