"""What people do to an account: make roles, create functions, hand out permissions; and what one then reads there."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.embedded.clients import Clients, Credentials, clients_of
from tests.embedded.cloudtrail import Caller, Trail, watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.embedded.emulator import Emulator

LOGGING_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DEPLOYER = "Deployer"


@dataclass(frozen=True, slots=True)
class People:
    """Alice works under the role Deployer, and CloudTrail watches her; the administrator prepares and reads back."""

    emulator: Emulator
    admin: Clients
    alice: Clients
    credentials: Credentials
    """Alice's."""
    trail: Trail
    functions: set[str] = field(default_factory=set)
    """Made and not deleted, by name."""
    roles: set[str] = field(default_factory=set)

    # ---- doing

    def make_role(
        self, name: str, *, attach: str | None = None, inline: Mapping[str, object] | None = None
    ) -> str:
        """A role for a function; returns its ARN."""
        trust = _document({"Service": "lambda.amazonaws.com"})
        role = self.admin.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        self.roles.add(name)
        if attach:
            self.admin.iam.attach_role_policy(RoleName=name, PolicyArn=attach)
        if inline:
            document = json.dumps({"Version": "2012-10-17", "Statement": [inline]})
            self.admin.iam.put_role_policy(
                RoleName=name, PolicyName=str(inline["Sid"]), PolicyDocument=document
            )
        return role["Arn"]

    def with_rights(self, name: str, actions: list[str]) -> Credentials:
        """Those of a person who may call these actions and no others."""
        self.roles.add(name)
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return come(self.admin, name, "bob", document)[1]

    def create_function(self, name: str, role_arn: str, *, unseen: bool = False) -> None:
        """Alice creates a function; `unseen`: somebody does, and no event tells of it."""
        (self.admin if unseen else self.alice).functions.create_function(
            FunctionName=name,
            Role=role_arn,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": package()},
        )
        self.functions.add(name)

    def delete_function(self, name: str) -> None:
        """Alice deletes a function."""
        self.alice.functions.delete_function(FunctionName=name)
        self.functions.discard(name)

    def delete_role(self, name: str) -> None:
        """Somebody deletes a role; IAM refuses while a policy is attached to it."""
        self.admin.iam.delete_role(RoleName=name)
        self.roles.discard(name)

    def add_permission(self, function: str, principal: str, *, unseen: bool = False, **source: str) -> str:
        """Alice lets somebody invoke a function; returns how the new statement reads."""
        answer = (self.admin if unseen else self.alice).functions.add_permission(
            FunctionName=function,
            StatementId=sid_of(principal),
            Action="lambda:InvokeFunction",
            Principal=principal,
            **source,  # type: ignore[arg-type]  # SourceAccount, SourceArn
        )
        return _reading(json.loads(answer["Statement"]))

    def remove_permission(self, function: str, principal: str) -> None:
        """Alice takes back what she handed out."""
        self.alice.functions.remove_permission(FunctionName=function, StatementId=sid_of(principal))

    # ---- reading back

    def read_role(self, name: str) -> str:
        """All policies of a role in one line."""
        attached = self.admin.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        texts = [f"attached {policy['PolicyName']}" for policy in attached]
        for inline in self.admin.iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document: Any = self.admin.iam.get_role_policy(RoleName=name, PolicyName=inline)["PolicyDocument"]
            texts += [f"{said['Effect']} {said['Action']}" for said in document["Statement"]]
        return ", ".join(texts) or "no policy at all"

    def read_permissions(self, function: str, principal: str) -> str:
        """Every statement of the function's policy that names this principal."""
        policy = json.loads(self.admin.functions.get_policy(FunctionName=function)["Policy"])
        statements = [said for said in policy["Statement"] if _principal(said) == principal]
        return "; ".join(_reading(statement) for statement in statements) or "no permission"

    # ---- leaving

    def tidy_up(self) -> None:
        """Delete what was made here and is still there."""
        for function in self.functions:
            self.admin.functions.delete_function(FunctionName=function)
        for role in (*self.roles, DEPLOYER):
            for policy in self.admin.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
                self.admin.iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
            for inline in self.admin.iam.list_role_policies(RoleName=role)["PolicyNames"]:
                self.admin.iam.delete_role_policy(RoleName=role, PolicyName=inline)
            self.admin.iam.delete_role(RoleName=role)


def bring_in_alice(emulator: Emulator, admin: Clients) -> People:
    """Make the role that she works under, let her assume it, and have CloudTrail watch what she does."""
    document = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    caller, credentials = come(
        admin, DEPLOYER, "alice", json.dumps({"Version": "2012-10-17", "Statement": document})
    )
    alice = clients_of(emulator, credentials)
    trail = Trail(admin, caller)
    watch(alice.functions.meta.events, emulator.region, trail.record)
    return People(emulator, admin, alice, credentials, trail)


def package() -> bytes:
    """The code of a function that does nothing."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'done'\n")
    return zipped.getvalue()


def come(admin: Clients, role: str, session: str, policy: str) -> tuple[Caller, Credentials]:
    """Make a role with this policy and no other, and let somebody assume it."""
    account = admin.sts.get_caller_identity()["Account"]
    trust = _document({"AWS": f"arn:aws:iam::{account}:root"})
    arn = admin.iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    admin.iam.put_role_policy(RoleName=role, PolicyName="only", PolicyDocument=policy)
    assumed = admin.sts.assume_role(RoleArn=arn, RoleSessionName=session)
    given = assumed["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Caller(account, arn, assumed["AssumedRoleUser"]["Arn"]), credentials


def sid_of(principal: str) -> str:
    """How Alice names a permission for somebody."""
    return f"{principal.partition('.')[0].replace('*', 'anybody')}-may-invoke"


def _document(principal: dict[str, str]) -> str:
    """A trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _principal(statement: dict[str, Any]) -> str:
    principal = statement["Principal"]
    return principal if isinstance(principal, str) else str(principal.get("Service", principal.get("AWS")))


def _reading(statement: dict[str, Any]) -> str:
    """A statement in words: who may invoke, and only if what."""
    conditions = [
        f"{operator} {key.replace('AWS:', 'aws:')} {value}"
        for operator, pairs in sorted(statement.get("Condition", {}).items())
        for key, value in sorted(pairs.items())
    ]
    return f"{_principal(statement)}, " + (
        f"only if {' and '.join(conditions)}" if conditions else "no condition"
    )
