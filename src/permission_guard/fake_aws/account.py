"""One account's functions, resource policies, roles and log groups, with AWS's own calls and refusals.

Each method of `Calls` is one API call and can raise ApiError with AWS's code. What is modelled is what a repair depends
on: a policy for each qualifier, Sids that are unique within it, a revision that every write moves and that a stale
writer fails against, 404 where there is no policy, and the quotas (facts 3 and 5.6).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from permission_guard.fake_aws.contents import ATTACHED_LIMIT, ApiError, FakeFunction, FakeRole
from permission_guard.iam import FunctionArn, Policy, PolicyError
from permission_guard.iam.arn import ArnError, named
from permission_guard.model.document import POLICY_LIMIT, Body, dumped, statements_of
from permission_guard.repair.grant import Grant


def _quiet(_call: str) -> None:
    """No fault."""


@dataclass(slots=True)
class Account:
    """An account in one region. `calls` lists every call made; `before` and `after` may raise, to make a call fail."""

    account: str = "111122223333"
    region: str = "us-east-1"
    partition: str = "aws"
    has_resource_policy_calls: bool = True
    """Whether GetResourcePolicy and PutResourcePolicy exist here."""
    functions: dict[str, FakeFunction] = field(default_factory=dict)
    roles: dict[str, FakeRole] = field(default_factory=dict)
    managed: dict[str, str] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    """How many versions each layer has, by its name."""
    layer_policies: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Document and revision of each layer version that is shared, by its ARN."""
    log_groups: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    before: Callable[[str], None] = _quiet
    after: Callable[[str], None] = _quiet

    # Setting up

    def role_arn(self, path_and_name: str) -> str:
        """Return the ARN of a role of this account."""
        return f"arn:{self.partition}:iam::{self.account}:role/{path_and_name}"

    def with_function(
        self, name: str, *, role: str = "role", log_group: str = "", aliases: Sequence[str] = ()
    ) -> FakeFunction:
        """Create a function; its role need not exist."""
        arn = FunctionArn(self.partition, self.region, self.account, name)
        made = FakeFunction(arn, self.role_arn(role), log_group or f"/aws/lambda/{name}", set(aliases))
        self.functions[name] = made
        return made

    def with_role(self, path_and_name: str = "role", **inline: Body) -> FakeRole:
        """Create a role with inline policies."""
        made = FakeRole(self.role_arn(path_and_name), {name: dumped(body) for name, body in inline.items()})
        self.roles[path_and_name.rsplit("/", 1)[-1]] = made
        return made

    # Lambda

    def get_function(self, name: str) -> FakeFunction:
        """GetFunctionConfiguration, by name or ARN."""
        with self.call("GetFunctionConfiguration"):
            return self._resolved(name)[0]

    def list_tags(self, name: str) -> dict[str, str]:
        """ListTags: those of a function."""
        with self.call("ListTags"):
            return dict(self._resolved(name)[0].tags)

    def get_policy(self, target: str) -> tuple[str, str]:
        """GetPolicy."""
        with self.call("GetPolicy"):
            return self._policy(target)

    def get_function_url_config(self, target: str) -> str:
        """GetFunctionUrlConfig: the AuthType of the URL of a function or alias."""
        with self.call("GetFunctionUrlConfig"):
            function, qualifier = self._resolved(target)
            if qualifier not in function.urls:
                raise ApiError("ResourceNotFoundException", "The resource you requested does not exist.")
            return function.urls[qualifier]

    def get_resource_policy(self, target: str) -> tuple[str, str]:
        """GetResourcePolicy."""
        with self.call("GetResourcePolicy"):
            self._must_have_resource_policy_calls()
            return self._policy(target)

    def get_layer_version_policy(self, layer: str) -> tuple[str, str]:
        """GetLayerVersionPolicy."""
        with self.call("GetLayerVersionPolicy"):
            if layer not in self.layer_policies:
                raise ApiError(
                    "ResourceNotFoundException", "No policy is associated with the given resource."
                )
            return self.layer_policies[layer]

    def put_resource_policy(self, target: str, document: str, revision: str | None) -> tuple[str, str]:
        """PutResourcePolicy."""
        with self.call("PutResourcePolicy"):
            self._must_have_resource_policy_calls()
            function, qualifier = self._resolved(target)
            self._must_be_current(function, qualifier, revision)
            try:
                document.encode()
                policy = Policy.parse(document)
            except (PolicyError, UnicodeEncodeError) as error:
                raise ApiError("InvalidParameterValueException", str(error)) from error
            sids = [statement.sid for statement in policy.statements if statement.sid]
            if len(sids) != len(set(sids)):
                raise ApiError(
                    "InvalidParameterValueException", "Statement IDs (SID) in a single policy must be unique"
                )
            return self._stored(function, qualifier, document)

    def add_permission(self, target: str, grant: Grant, revision: str | None = None) -> Body:
        """AddPermission."""
        with self.call("AddPermission"):
            function, qualifier = self._resolved(target)
            self._must_be_current(function, qualifier, revision)
            text = function.policies.get(
                qualifier, ('{"Version":"2012-10-17","Id":"default","Statement":[]}', "")
            )[0]
            statements = statements_of(text)
            if any(statement.get("Sid") == grant.sid for statement in statements):
                raise ApiError(
                    "ResourceConflictException", f"The statement id ({grant.sid}) provided already exists"
                )
            made = grant.statement(function.arn.qualified(qualifier))
            self._stored(function, qualifier, _document(*statements, made))
            return made

    def remove_permission(self, target: str, sid: str, revision: str | None = None) -> None:
        """RemovePermission."""
        with self.call("RemovePermission"):
            function, qualifier = self._resolved(target)
            statements = statements_of(self._policy(target)[0])
            kept = [statement for statement in statements if statement.get("Sid") != sid]
            if len(kept) == len(statements):
                raise ApiError(
                    "ResourceNotFoundException", f"Statement {sid} is not found in resource policy"
                )
            self._must_be_current(function, qualifier, revision)
            if kept:
                self._stored(function, qualifier, _document(*kept))
            else:
                del function.policies[qualifier]

    def _must_have_resource_policy_calls(self) -> None:
        if not self.has_resource_policy_calls:
            raise ApiError("UnknownOperationException", "")

    def _resolved(self, target: str) -> tuple[FakeFunction, str | None]:
        try:
            arn, qualifier = named(target, partition=self.partition, region=self.region, account=self.account)
        except ArnError as error:
            raise ApiError("InvalidParameterValueException", str(error)) from error
        function = self.functions.get(arn.name)
        if function is None or function.arn != arn or (qualifier and qualifier not in function.qualifiers):
            raise ApiError("ResourceNotFoundException", f"Function not found: {target}")
        return function, qualifier

    def _policy(self, target: str) -> tuple[str, str]:
        function, qualifier = self._resolved(target)
        if qualifier not in function.policies:
            raise ApiError("ResourceNotFoundException", "The resource you requested does not exist.")
        return function.policies[qualifier]

    def _must_be_current(self, function: FakeFunction, qualifier: str | None, revision: str | None) -> None:
        if revision is not None and revision != function.policies.get(qualifier, ("", ""))[1]:
            raise ApiError(
                "PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId."
            )

    def _stored(self, function: FakeFunction, qualifier: str | None, document: str) -> tuple[str, str]:
        if len(document) > POLICY_LIMIT:
            raise ApiError(
                "PolicyLengthExceededException", "The final policy size is bigger than the limit (20480)."
            )
        function.policies[qualifier] = (
            document,
            str(uuid.uuid5(uuid.NAMESPACE_OID, f"{len(self.calls)}{document}")),
        )
        return function.policies[qualifier]

    # IAM and CloudWatch Logs

    def get_role(self, name: str) -> FakeRole:
        """GetRole."""
        with self.call("GetRole"):
            return self._role(name)

    def get_managed_policy(self, arn: str) -> str:
        """GetPolicy and GetPolicyVersion of IAM."""
        with self.call("iam:GetPolicy"):
            if arn not in self.managed:
                raise ApiError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
            return self.managed[arn]

    def attach_role_policy(self, name: str, arn: str) -> None:
        """AttachRolePolicy; attaching what is attached already is no error."""
        with self.call("AttachRolePolicy"):
            role = self._role(name)
            if "/aws-service-role/" in role.arn or "/aws-reserved/" in role.arn:
                raise ApiError(
                    "UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}'"
                )
            if arn not in self.managed:
                raise ApiError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
            if arn in role.attached:
                return
            if len(role.attached) >= ATTACHED_LIMIT:
                raise ApiError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {ATTACHED_LIMIT}")
            role.attached.append(arn)

    def detach_role_policy(self, name: str, arn: str) -> None:
        """DetachRolePolicy; to detach what is not attached is an error."""
        with self.call("DetachRolePolicy"):
            role = self._role(name)
            if arn not in role.attached:
                raise ApiError("NoSuchEntity", f"Policy {arn} was not found.")
            role.attached.remove(arn)

    def functions_with(self, role_arn: str) -> tuple[FakeFunction, ...]:
        """ListFunctions, filtered by the role of the function or of a version: Lambda itself cannot filter."""
        with self.call("ListFunctions"):
            return tuple(
                function
                for function in self.functions.values()
                if role_arn in {function.role_arn, *function.version_roles.values()}
            )

    def has_log_group(self, name: str) -> bool:
        """DescribeLogGroups."""
        with self.call("DescribeLogGroups"):
            return name in self.log_groups

    def _role(self, name: str) -> FakeRole:
        if name not in self.roles:
            raise ApiError("NoSuchEntity", f"The role with name {name} cannot be found.")
        return self.roles[name]

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Note a call, and let a test make it fail before its effect or after."""
        self.calls.append(name)
        try:
            self.before(name)
            yield
            self.after(name)
        except ApiError as error:
            error.call = name
            raise


def _document(*statements: Body) -> str:
    """Return the document that AddPermission and RemovePermission make of statements (facts 3.2)."""
    return dumped({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})
