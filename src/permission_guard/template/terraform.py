"""What a Terraform plan declares about functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, PolicyError
from permission_guard.iam.arn import partition_of
from permission_guard.iam.policy import Json, loads
from permission_guard.model.facts import Unreadable
from permission_guard.template.cloudformation import PERMISSION, layer_of, target
from permission_guard.template.declared import (
    Declared,
    DeclaredFunction,
    DeclaredRole,
    Document,
    Permission,
    WholePolicy,
)
from permission_guard.template.declared_roles import aws_managed
from permission_guard.template.destination import Destination
from permission_guard.template.terraform_plan import Planned, Reference, TerraformPlan, read_plan
from permission_guard.template.value import Unresolved, Value, joined, listed, reasons, table, text_of

_SERVICES: Final = {
    "aws_sns_topic": "sns",
    "aws_sqs_queue": "sqs",
    "aws_cloudwatch_event_rule": "events",
    "aws_iot_topic_rule": "iot",
    "aws_cognito_user_pool": "cognito-idp",
    "aws_apigatewayv2_api": "execute-api",
    "aws_api_gateway_rest_api": "execute-api",
    "aws_lb_target_group": "elasticloadbalancing",
    "aws_cloudwatch_log_group": "logs",
    "aws_lambda_function": "lambda",
    "aws_lambda_alias": "lambda",
    "aws_sfn_state_machine": "states",
    "aws_dynamodb_table": "dynamodb",
    "aws_kinesis_stream": "kinesis",
    "aws_secretsmanager_secret": "secretsmanager",
    "aws_cloudwatch_metric_alarm": "cloudwatch",
}
"""The service in the ARN of each resource type, for resources that do not exist yet. Region and account are the own ones."""
_NAMES: Final = ("name", "function_name", "bucket", "alarm_name")
_ARN_ATTRIBUTES: Final = frozenset({"arn", "execution_arn", "invoke_arn", "qualified_arn"})
_ATTACHING: Final = {
    "aws_iam_role_policy": "role",
    "aws_iam_role_policy_attachment": "role",
    "aws_iam_policy_attachment": "roles",
}
"""The resource types that attach policies to a role, and the argument that names the role."""
_GLOBAL: Final = "aws_iam_"
"""Resource types that have no Region."""
_LAYER: Final = {"action": "action", "principal": "principal", "organization_id": "principal_org_id"}


def destination_of(plan: TerraformPlan, destination: Destination) -> Destination:
    """Return the destination of a plan. An account or Region that the user did not give comes from the plan, if it has it."""
    region = destination.region if destination.is_region_given or plan.region is None else plan.region
    account = destination.account if destination.is_account_given or plan.account is None else plan.account
    return replace(
        destination,
        partition=partition_of(region),
        region=region,
        account=account,
        is_region_given=destination.is_region_given or plan.region is not None,
        is_account_given=destination.is_account_given or plan.account is not None,
    )


def declared_by_plan(body: Mapping[str, Json], destination: Destination) -> Declared:
    """Return everything that the rules evaluate. Raises NotReadable."""
    plan = read_plan(body)
    return _Terraform(plan.resources, destination_of(plan, destination)).declared()


@frozen
class _Terraform:
    resources: tuple[Planned, ...]
    destination: Destination
    by_kind: dict[str, list[Planned]] = field(default_factory=dict)
    by_address: dict[str, list[Planned]] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], Planned] = field(default_factory=dict)
    """By type, Region and name or ARN."""
    by_role: dict[str, list[Planned]] = field(default_factory=dict)
    """The resources that attach policies to a role, by the role's address."""

    def __post_init__(self) -> None:
        for one in self.resources:
            self.by_kind.setdefault(one.kind, []).append(one)
            self.by_address.setdefault(one.plain_address, []).append(one)
            for key in (*_NAMES, "arn"):
                name = text_of(one.values.get(key))
                if name is not None:
                    self.by_name.setdefault((one.kind, self._region(one, one.kind), name), one)
        for kind, argument in _ATTACHING.items():
            for one in self._of(kind):
                for role in self._all_referred(one, argument, "aws_iam_role"):
                    self.by_role.setdefault(role.address, []).append(one)

    def declared(self) -> Declared:
        groups = [(one, text_of(self._value(one, "name"))) for one in self._of("aws_cloudwatch_log_group")]
        return Declared(
            self.destination,
            tuple(self._function(one) for one in self._of("aws_lambda_function")),
            (
                *(self._permission(one) for one in self._of("aws_lambda_permission")),
                *(self._layer(one) for one in self._of("aws_lambda_layer_version_permission")),
            ),
            policies=tuple(self._resource_policy(one) for one in self._of("aws_lambda_resource_policy")),
            log_groups=frozenset(
                (self._destination(one).region, name) for one, name in groups if name is not None
            ),
        )

    def _of(self, kind: str) -> Iterator[Planned]:
        return iter(self.by_kind.get(kind, ()))

    def _destination(self, one: Planned) -> Destination:
        """Return where a resource is deployed."""
        return self.destination.at(one.region)

    def _region(self, one: Planned, kind: str) -> str:
        """Return in which Region a resource means others of a type by their names; IAM has none."""
        return "" if kind.startswith(_GLOBAL) else self._destination(one).region

    def _value(self, one: Planned, name: str) -> Value:
        """Return an argument; Unresolved or Partial if it is known only after the plan is applied."""
        if name in one.unknown:
            return self._later(one, name)
        value: Value = one.values.get(name)
        return value

    def _later(self, one: Planned, name: str) -> Value:
        """Return what is known of an argument that is known fully only after the plan is applied.

        An argument that refers to a single ARN begins with that ARN, because an ARN cannot be within another. The plan
        does not say what follows it.
        """
        why = Unresolved("known only after the plan is applied")
        references = one.references.get(name, ())
        if len(references) == 1 and references[0].attribute in _ARN_ATTRIBUTES:
            for other in self._instances(one, references[0]):
                if other.kind in _SERVICES:
                    made = self._destination(other).arn(_SERVICES[other.kind], "")
                    return joined((text_of(other.values.get("arn")) or made, why))
        return why

    def _referred(self, one: Planned, name: str, kind: str) -> Planned | None:
        """Return the resource of a type that an argument refers to, or names; in the same Region."""
        return next(self._all_referred(one, name, kind), None)

    def _all_referred(self, one: Planned, name: str, kind: str) -> Iterator[Planned]:
        named = listed(one.values.get(name)) if name not in one.unknown else ()
        region = self._region(one, kind)
        keys = ((kind, region, text_of(each) or "") for each in named)
        found = [self.by_name[key] for key in keys if key in self.by_name]
        for reference in one.references.get(name, ()) if not found else ():
            others = self._instances(one, reference)
            found += [each for each in others if (each.kind, self._region(each, kind)) == (kind, region)]
        yield from {other.address: other for other in found}.values()

    def _instances(self, one: Planned, reference: Reference) -> list[Planned]:
        """Return the resources of a reference; of several instances, the one with the same keys of count and for_each."""
        found = self.by_address.get(reference.resource, [])
        same = [other for other in found if one.keys[: len(other.keys)] == other.keys]
        return same if len(same) == 1 else found

    def _function_arn(self, one: Planned) -> FunctionArn:
        name = one.values.get("function_name")
        return target(one.address, name if isinstance(name, str) else None, self._destination(one))[0]

    def _function(self, one: Planned) -> DeclaredFunction:
        arn = self._function_arn(one)
        logging = listed(self._value(one, "logging_config"))
        group = table(logging[0]).get("log_group") if logging else None
        return DeclaredFunction(one.address, arn, group or f"/aws/lambda/{arn.name}", self._role_of(one))

    def _role_of(self, one: Planned) -> DeclaredRole | Unreadable:
        found = self._referred(one, "role", "aws_iam_role")
        if found is not None:
            return self._role(found)
        role = text_of(one.values.get("role"))
        why = f"{role} is not defined in this plan" if role else "it is known only after the plan is applied"
        return Unreadable(f"the role of {one.address}", why)

    def _role(self, one: Planned) -> DeclaredRole:
        name = one.values.get("name")
        arn = one.values.get("arn")
        made = f"arn:{self.destination.partition}:iam::{self.destination.account}:role/{name if isinstance(name, str) else 'role'}"
        found = list(self._policies(one))
        boundary = self._value(one, "permissions_boundary")
        limit = None if boundary is None else self._managed(one, "permissions_boundary", boundary)
        if isinstance(limit, Unreadable):
            found.append(limit)
        trust = _document("trust", one.address, self._value(one, "assume_role_policy"))
        return DeclaredRole(
            one.address,
            arn if isinstance(arn, str) else made,
            tuple(each for each in found if isinstance(each, Document)),
            limit if isinstance(limit, Document) else None,
            trust.body if isinstance(trust, Document) else None,
            {key: str(value) for key, value in table(self._value(one, "tags_all")).items()},
            tuple(each for each in found if isinstance(each, Unreadable)),
        )

    def _policies(self, role: Planned) -> Iterator[Document | Unreadable]:
        """Yield the policies in the role, then those that other resources attach."""
        for each in listed(self._own(role, "inline_policy")):
            policy = each if isinstance(each, Unresolved) else table(each).get("policy")
            if policy is not None:
                yield _document(f"inline_policy of {role.address}", role.address, policy)
        for arn in listed(self._own(role, "managed_policy_arns")):
            yield self._managed(role, "managed_policy_arns", arn)
        for one in self.by_role.get(role.address, ()):
            if one.kind == "aws_iam_role_policy":
                yield _document(one.address, one.address, self._value(one, "policy"))
            else:
                yield self._managed(one, "policy_arn", self._value(one, "policy_arn"))

    def _own(self, role: Planned, argument: str) -> Value:
        """Return an argument of the role; None if it is not set, although the plan lists it as unknown."""
        is_set = argument not in role.unknown or argument in role.references
        return self._value(role, argument) if is_set else None

    def _managed(self, one: Planned, argument: str, arn: Value) -> Document | Unreadable:
        found = self._referred(one, argument, "aws_iam_policy")
        if found is not None:
            return _document(found.address, found.address, self._value(found, "policy"))
        what = f"{argument} of {one.address}"
        for why in reasons(arn):
            return Unreadable(what, f"it is {why}")
        return aws_managed(text_of(arn) or "", what)

    def _permission(self, one: Planned) -> Permission:
        found = self._referred(one, "function_name", "aws_lambda_function")
        name = self._value(one, "function_name")
        function, qualifier = target(one.address.replace(".", "-"), name, self._destination(one))
        if found is not None:
            function = self._function_arn(found)
        alias = text_of(self._value(one, "qualifier")) or qualifier
        given = {field: self._value(one, argument) for argument, field in _ARGUMENTS.items()}
        sid = text_of(one.values.get("statement_id"))
        return Permission(
            one.address, sid or one.plain_address.replace(".", "-"), function, alias or None, given
        )

    def _resource_policy(self, one: Planned) -> WholePolicy:
        found = self._referred(one, "resource_arn", "aws_lambda_function")
        function, qualifier = target(
            one.address.replace(".", "-"), self._value(one, "resource_arn"), self._destination(one)
        )
        read = _document(one.address, one.address, self._value(one, "policy"))
        body = Unresolved(read.why.removeprefix("it is ")) if isinstance(read, Unreadable) else read.body
        function = function if found is None else self._function_arn(found)
        return WholePolicy(one.address, function, qualifier, body)

    def _layer(self, one: Planned) -> Permission:
        name, version = self._value(one, "layer_name"), self._value(one, "version_number")
        arn = joined((name, ":", version)) if (text_of(name) or "").startswith("arn:") else name
        given = {field: self._value(one, key) for key, field in _LAYER.items()}
        labels = {field: key for key, field in _LAYER.items()}
        sid = one.plain_address.replace(".", "-")
        return Permission(
            one.address, sid, layer_of(one.address, arn, self._destination(one)), None, given, labels
        )


_ARGUMENTS: Final = {field: field for field in PERMISSION.values()}
"""aws_lambda_permission's arguments have the names of Grant's fields."""


def _document(name: str, owner: str, body: Value) -> Document | Unreadable:
    """Return a policy that an argument has as JSON text."""
    for why in reasons(body):
        return Unreadable(f"the policy {name}", f"it is {why}")
    try:
        return Document(name, owner, loads(text_of(body) or ""))
    except PolicyError as error:
        return Unreadable(f"the policy {name}", str(error))
