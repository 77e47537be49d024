"""The guard's ports, answered from memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.contents import FakeRole
from permission_guard.fake_aws.translated import translated
from permission_guard.iam import FunctionArn, LayerVersionArn, Policy
from permission_guard.model.facts import (
    GONE,
    MISSING_ROLE,
    Configuration,
    FactKind,
    Family,
    FunctionFacts,
    MissingRole,
    PolicyFacts,
    RoleFacts,
    Unreadable,
    is_version,
    not_asked,
    parsed,
)
from permission_guard.ports import NOT_FOUND, Notification, Refused
from permission_guard.repair.grant import Grant
from permission_guard.settings import MODE_TAG


@dataclass(slots=True)
class FakeObserver:
    """Reads facts from an account in memory."""

    account: Account
    logging_policy_arn: str

    def read(self, facts: FunctionFacts, wanted: FactKind, likely_role: str | None = None) -> FunctionFacts:  # noqa: ARG002  # nothing here takes time
        """Take the looks that are wanted."""
        if FactKind.ROLE in wanted:
            facts = self._with_role(facts)
        if FactKind.POLICY in wanted:
            facts = replace(facts, policy=self._policy(facts))
        if FactKind.LOG_GROUP in wanted and isinstance(facts.configuration, Configuration):
            with translated():
                facts = replace(
                    facts, log_group_exists=self.account.has_log_group(facts.configuration.log_group)
                )
        if FactKind.REMEDY in wanted:
            facts = replace(facts, remedy=self._managed(self.logging_policy_arn))
        if FactKind.URL in wanted:
            facts = replace(facts, has_public_url=self._has_public_url(facts))
        return facts

    def read_beside(
        self, facts: FunctionFacts, wanted: FactKind, likely_role: str | None, other: Callable[[], None]
    ) -> FunctionFacts:
        """Take the looks first, so that whatever is asked beside them is newer."""
        read = self.read(facts, wanted, likely_role)
        other()
        return read

    def users(self, role_arn: str) -> tuple[FunctionFacts, ...] | Unreadable:
        """Return the functions that use a role."""
        try:
            with translated():
                found = self.account.functions_with(role_arn)
        except Refused as error:
            return Unreadable(f"the functions that use {role_arn}", str(error))
        return tuple(
            FunctionFacts(one.arn, configuration=Configuration(role_arn, one.log_group)) for one in found
        )

    def mode_tag(self, function: FunctionArn) -> str | Unreadable:
        """Return the value of the function's tag."""
        try:
            with translated():
                return self.account.list_tags(str(function)).get(MODE_TAG, "")
        except Refused as error:
            return "" if error.code in NOT_FOUND else Unreadable(f"the tags of {function}", str(error))

    def _has_public_url(self, facts: FunctionFacts) -> bool | Unreadable:
        if is_version(facts.qualifier):
            return False
        try:
            with translated():
                return self.account.get_function_url_config(facts.target) == "NONE"
        except Refused as error:
            if error.code in NOT_FOUND:
                return False
            return Unreadable(f"the function URL of {facts.target}", str(error))

    def _with_role(self, facts: FunctionFacts) -> FunctionFacts:
        try:
            with translated():
                target = facts.target if is_version(facts.qualifier) else str(facts.arn)
                function = self.account.get_function(target)
        except Refused as error:
            found = GONE if error.code in NOT_FOUND else Unreadable(f"function {facts.target}", str(error))
            return replace(facts, configuration=found, role=found)
        role_arn = function.role_of(facts.qualifier)
        configuration = Configuration(role_arn, function.log_group)
        return replace(facts, configuration=configuration, role=self.role(role_arn))

    def role(self, role_arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Read a role."""
        found = self._role(role_arn)
        return self.role_facts(found) if isinstance(found, FakeRole) else found

    def attached(self, role_arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Read a role without its policies."""
        found = self._role(role_arn)
        if not isinstance(found, FakeRole):
            return found
        attached, unread = tuple(found.attached), (not_asked(role_arn),)
        return RoleFacts(found.arn, attached=attached, unreadable=unread, id=found.id)

    def _role(self, role_arn: str) -> FakeRole | MissingRole | Unreadable:
        try:
            with translated():
                return self.account.get_role(role_arn.rsplit("/", 1)[-1])
        except Refused as error:
            return MISSING_ROLE if error.code in NOT_FOUND else Unreadable(f"role {role_arn}", str(error))

    def role_facts(self, role: FakeRole) -> RoleFacts:
        """Read the policies of a role."""
        boundary = self._managed(role.boundary) if role.boundary else None
        managed = [self._managed(policy) for policy in role.attached]
        trust = parsed(role.trust, f"the trust policy of {role.arn}")
        inline = [parsed(text, f"inline policy {name}") for name, text in role.inline.items()]
        return RoleFacts(
            arn=role.arn,
            identity=tuple(policy for policy in (*managed, *inline) if isinstance(policy, Policy)),
            boundary=boundary if isinstance(boundary, Policy) else None,
            tags=MappingProxyType(dict(role.tags)),
            attached=tuple(role.attached),
            trust=trust if isinstance(trust, Policy) else None,
            unreadable=tuple(one for one in (*managed, *inline) if isinstance(one, Unreadable)),
            unreadable_limits=tuple(one for one in (boundary, trust) if isinstance(one, Unreadable)),
            id=role.id,
        )

    def _managed(self, arn: str) -> Policy | Unreadable:
        try:
            with translated():
                text = self.account.get_managed_policy(arn)
        except Refused as error:
            return Unreadable(f"policy {arn}", str(error))
        return parsed(text, arn)

    def _policy(self, facts: FunctionFacts) -> PolicyFacts | Unreadable:
        if isinstance(facts.arn, LayerVersionArn):
            return self._found(facts, self.account.get_layer_version_policy, Family.STATEMENTS)
        family = Family.DOCUMENT if self.account.has_resource_policy_calls else Family.STATEMENTS
        read = self.account.get_resource_policy if family is Family.DOCUMENT else self.account.get_policy
        return self._found(facts, read, family)

    def policy_read_by_get_policy(
        self, function: FunctionArn, qualifier: str | None
    ) -> PolicyFacts | Unreadable:
        """Read a policy to evaluate it, and not to change it."""
        return self._found(FunctionFacts(function, qualifier), self.account.get_policy, Family.DOCUMENT)

    def _found(
        self, facts: FunctionFacts, read: Callable[[str], tuple[str, str]], family: Family
    ) -> PolicyFacts | Unreadable:
        try:
            with translated():
                text, revision = read(facts.target)
        except Refused as error:
            if error.code in NOT_FOUND:
                return PolicyFacts(facts.qualifier, None, None, family)
            return Unreadable(f"the resource policy of {facts.target}", str(error))
        policy = parsed(text, f"the resource policy of {facts.target}")
        return (
            policy
            if isinstance(policy, Unreadable)
            else PolicyFacts(facts.qualifier, policy, revision, family)
        )


@dataclass(slots=True)
class FakeWriter:
    """Writes to an account in memory."""

    account: Account

    def attach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """AttachRolePolicy."""
        with translated():
            self.account.attach_role_policy(role_name, policy_arn)

    def detach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """DetachRolePolicy."""
        try:
            with translated():
                self.account.detach_role_policy(role_name, policy_arn)
        except Refused as error:
            if error.code not in NOT_FOUND:
                raise

    def put_resource_policy(self, target: str, document: str, revision: str | None) -> None:
        """PutResourcePolicy."""
        with translated():
            self.account.put_resource_policy(target, document, revision)

    def add_permission(self, target: str, grant: Grant, revision: str | None) -> None:
        """AddPermission."""
        with translated():
            self.account.add_permission(target, grant, revision)

    def remove_permission(self, target: str, sid: str, revision: str | None) -> None:
        """RemovePermission."""
        with translated():
            self.account.remove_permission(target, sid, revision)

    def get_policy(self, target: str) -> tuple[str | None, str | None]:
        """GetPolicy."""
        try:
            with translated():
                return self.account.get_policy(target)
        except Refused as error:
            if error.code in NOT_FOUND:
                return None, None
            raise


@dataclass(slots=True)
class FakeNotifier:
    """Keeps the alerts that it is asked to send. With an account, the call is one of the account's, so that a test can make it fail."""

    sent: list[Notification] = field(default_factory=list)
    account: Account | None = None

    def send(self, notification: Notification) -> None:
        """Keep the message. Raises what AWS answers."""
        with translated(), self.account.call("Publish") if self.account else nullcontext():
            self.sent.append(notification)
