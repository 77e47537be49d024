"""Reading a function as it is now."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeAlias

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.policies import PolicyStore
from permission_guard.aws.roles import RoleStore
from permission_guard.aws.users import log_group, users
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.model.facts import (
    GONE,
    NOT_READ,
    Configuration,
    FactKind,
    FunctionFacts,
    Gone,
    MissingRole,
    PolicyFacts,
    RoleFacts,
    Unreadable,
    is_version,
)
from permission_guard.ports import NOT_FOUND, Refused
from permission_guard.settings import MODE_TAG

PERMISSIONS = (
    *("lambda:GetFunctionConfiguration", "lambda:GetFunctionUrlConfig", "lambda:ListTags"),
    "logs:DescribeLogGroups",
)
"""The rights that this module's calls need; each store beside it names its own."""

_Role: TypeAlias = RoleFacts | MissingRole | Unreadable


class AwsObserver:
    """Reads facts from AWS. A call that is refused makes its fact Unreadable; throttling raises RetryLater."""

    def __init__(
        self,
        clients: Clients,
        logging_policy_arn: str,
        roles: RoleStore | None = None,
        policies: PolicyStore | None = None,
    ) -> None:
        self._clients = clients
        self._logging_policy_arn = logging_policy_arn
        self._roles = roles or RoleStore(clients)
        self._policies = policies or PolicyStore(clients)

    def read(self, facts: FunctionFacts, wanted: FactKind, likely_role: str | None = None) -> FunctionFacts:
        """Read what is wanted."""
        if FactKind.ROLE in wanted:
            facts = self._with_role(facts, likely_role)
        if FactKind.POLICY in wanted:
            facts = replace(facts, policy=self._policy(facts))
        if FactKind.LOG_GROUP in wanted:
            facts = replace(facts, log_group_exists=self._log_group_exists(facts))
        if FactKind.REMEDY in wanted:
            facts = replace(facts, remedy=self._roles.managed_policy(self._logging_policy_arn))
        if FactKind.URL in wanted:
            facts = replace(facts, has_public_url=self._has_public_url(facts))
        return facts

    def read_beside(
        self, facts: FunctionFacts, wanted: FactKind, likely_role: str | None, other: Callable[[], None]
    ) -> FunctionFacts:
        """Read in a thread, while `other` runs in this one."""
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(self.read, facts, wanted, likely_role)
            other()
        return reading.result()

    def role(self, role_arn: str) -> _Role:
        """Return a role as it is now."""
        return self._roles.role(role_arn)

    def attached(self, role_arn: str) -> _Role:
        """Return a role without what its policies say (GetRole and ListAttachedRolePolicies)."""
        return self._roles.attached(role_arn)

    def users(self, role_arn: str) -> tuple[FunctionFacts, ...] | Unreadable:
        """Return the functions of the account that use a role, in every region, with their configuration."""
        return users(self._clients, role_arn)

    def mode_tag(self, function: FunctionArn) -> str | Unreadable:
        """Return the value of the function's tag (ListTags)."""
        try:
            with translated():
                found = self._clients.lambda_.list_tags(Resource=str(function))
        except Refused as error:
            return "" if error.code in NOT_FOUND else Unreadable(f"the tags of {function}", str(error))
        return found.get("Tags", {}).get(MODE_TAG, "")

    def _with_role(self, facts: FunctionFacts, likely: str | None) -> FunctionFacts:
        configuration = facts.configuration
        role: _Role | None = None
        if configuration is NOT_READ:
            configuration, role = self._configuration_beside(facts, likely)
        if not isinstance(configuration, Configuration):
            return replace(facts, configuration=configuration, role=configuration)
        return replace(
            facts, configuration=configuration, role=role or self._roles.role(configuration.role_arn)
        )

    def _configuration_beside(
        self, facts: FunctionFacts, likely: str | None
    ) -> tuple[Configuration | Gone | Unreadable, _Role | None]:
        """Read the configuration, and at the same time the role that it likely has; None if it has another."""
        if likely is None:
            return self._configuration(facts), None
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(self._roles.role, likely)
            configuration = self._configuration(facts)
        named = isinstance(configuration, Configuration) and configuration.role_arn == likely
        return configuration, reading.result() if named else None

    def _configuration(self, facts: FunctionFacts) -> Configuration | Gone | Unreadable:
        asked = {"Qualifier": facts.qualifier} if facts.qualifier and is_version(facts.qualifier) else {}
        try:
            with translated():
                found = self._clients.lambda_.get_function_configuration(FunctionName=str(facts.arn), **asked)
        except Refused as error:
            return GONE if error.code in NOT_FOUND else Unreadable(f"function {facts.target}", str(error))
        group = log_group(facts.arn.name, found.get("LoggingConfig", {}).get("LogGroup"))
        return Configuration(role_arn=found["Role"], log_group=group)

    def _policy(self, facts: FunctionFacts) -> PolicyFacts | Unreadable:
        try:
            if isinstance(facts.arn, LayerVersionArn):
                return self._policies.of_layer(facts.arn)
            return self._policies.read(facts.target, facts.qualifier)
        except Refused as error:
            return Unreadable(f"the resource policy of {facts.target}", str(error))

    def _has_public_url(self, facts: FunctionFacts) -> bool | Unreadable:
        """Return whether a function URL needs no credentials. A published version has no URL (lambda/latest/dg/urls-configuration.html)."""
        if not isinstance(facts.arn, FunctionArn) or is_version(facts.qualifier):
            return False
        asked = {"Qualifier": facts.qualifier} if facts.qualifier else {}
        try:
            with translated():
                found = self._clients.lambda_.get_function_url_config(FunctionName=str(facts.arn), **asked)
        except Refused as error:
            if error.code in NOT_FOUND:
                return False
            return Unreadable(f"the function URL of {facts.target}", str(error))
        return found["AuthType"] == "NONE"

    def _log_group_exists(self, facts: FunctionFacts) -> bool | Unreadable:
        if not isinstance(facts.configuration, Configuration):
            return Unreadable("the log group", "the function's configuration was not read")
        name = facts.configuration.log_group
        clients = self._clients.in_region(facts.arn.region)
        try:
            with translated():
                # Of all names with this prefix, the name itself comes first.
                found = clients.logs.describe_log_groups(logGroupNamePrefix=name, limit=1)
        except Refused as error:
            return Unreadable(f"log group {name}", str(error))
        return any(group.get("logGroupName") == name for group in found["logGroups"])
