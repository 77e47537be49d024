"""Execution roles in a CloudFormation template, with every policy that the template attaches to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from permission_guard.facts import Unreadable
from permission_guard.iam.policy import loads
from permission_guard.template.declared import Document, Role
from permission_guard.template.intrinsics import Scope
from permission_guard.template.managed import managed_document
from permission_guard.template.resources import Resource
from permission_guard.template.value import Unresolved, Value, is_known, listed, reasons, table, text_of

_ATTACHING: Final = frozenset({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"})
_OF_AWS: Final = ":iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a template, by their ARNs."""

    scope: Scope
    resources: tuple[Resource, ...]

    def role(self, wanted: Value, whose: str) -> Role | Unreadable:
        """Return the role that a function names, or why nothing is known of it."""
        what = f"the role of {whose}"
        for why in reasons(wanted):
            return Unreadable(what, f"it is {why}")
        for one in self.resources:
            if one.kind == "AWS::IAM::Role" and wanted in (self._arn(one), self._name(one)):
                return self._of(one)
        return Unreadable(what, f"{text_of(wanted) or 'the role'} is not defined in this template")

    def _arn(self, one: Resource) -> str:
        return text_of(self.scope.resolve({"Fn::GetAtt": [one.id, "Arn"]})) or one.id

    def _name(self, one: Resource) -> str:
        return text_of(self.scope.ref(one.id)) or one.id

    def _of(self, one: Resource) -> Role:
        found = [*self._inline(one), *self._attached(one), *self._elsewhere(one)]
        boundary = one.get("PermissionsBoundary")
        limit = None if boundary is None else self._managed(boundary, f"permissions boundary of {one.id}")
        if isinstance(limit, Unreadable):
            found.append(limit)
        return Role(
            one.id,
            self._arn(one),
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
        for why in reasons(wanted):
            return Unreadable(what, f"it is {why}")
        arn = text_of(wanted) or ""
        for one in self.resources:
            if one.kind == "AWS::IAM::ManagedPolicy" and arn == self.scope.ref(one.id):
                return _document(one.id, one.id, one.get("PolicyDocument"))
        return aws_managed(arn, what)

    def _elsewhere(self, one: Resource) -> Iterator[Document | Unreadable]:
        """Yield the policies that name the role, instead of being named by it."""
        for other in self.resources:
            if other.kind not in _ATTACHING:
                continue
            names = (*listed(other.get("Roles")), *listed(other.get("RoleName")))
            if self._name(one) in names:
                yield _document(other.id, other.id, other.get("PolicyDocument"))
            elif not all(map(is_known, names)):
                yield Document(other.id, other.id, other.get("PolicyDocument"), is_sure=False)


def aws_managed(arn: str, what: str) -> Document | Unreadable:
    """Return what is known of a managed policy that is not defined here."""
    if _OF_AWS not in arn and arn.startswith("arn:"):
        return Unreadable(what, f"{arn} is not defined here")
    text = managed_document(arn.rsplit("/", 1)[-1])
    if text is None:
        return Unreadable(
            what, f"what {arn} says is known to AWS alone: the guard knows only AWS's most common policies"
        )
    return Document(arn, "", loads(text))


def _document(name: str, owner: str, body: Value) -> Document | Unreadable:
    if isinstance(body, Unresolved):
        return Unreadable(f"the policy {name}", f"it is {body.why}")
    return Document(name, owner, body)


def _tags(value: Value) -> Mapping[str, str]:
    """Return the tags that are known."""
    pairs = ((text_of(table(one).get("Key")), text_of(table(one).get("Value"))) for one in listed(value))
    return {key: text for key, text in pairs if key is not None and text is not None}
