"""What a CloudFormation template declares about functions. A SAM template is transformed first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.iam import ArnError, FunctionArn, LayerVersionArn
from permission_guard.iam.arn import named
from permission_guard.iam.policy import Json
from permission_guard.template.declared import (
    Declared,
    DeclaredFunction,
    Permission,
    WholePolicy,
)
from permission_guard.template.declared_roles import Roles
from permission_guard.template.destination import Destination, with_own_account
from permission_guard.template.intrinsics import Scope
from permission_guard.template.resources import Resource, resources
from permission_guard.template.value import Unresolved, Value, filled, joined, table, text_of

PERMISSION: Final = {
    "Action": "action",
    "Principal": "principal",
    "SourceArn": "source_arn",
    "SourceAccount": "source_account",
    "EventSourceToken": "event_source_token",
    "PrincipalOrgID": "principal_org_id",
    "FunctionUrlAuthType": "function_url_auth_type",
    "InvokedViaFunctionUrl": "invoked_via_function_url",
}
"""The field of `Grant` for each property of AWS::Lambda::Permission."""
PROPERTIES: Final = {field: name for name, field in PERMISSION.items()}
"""The property for each field."""
_LAYER_PERMISSION: Final = {
    "Action": "action",
    "Principal": "principal",
    "OrganizationId": "principal_org_id",
}


def declared(scope: Scope) -> Declared:
    """Return everything that the rules evaluate."""
    found = tuple(resources(scope))
    roles = Roles(scope, found)
    by_kind: dict[str, list[Resource]] = {}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one)

    def of(kind: str) -> list[Resource]:
        return by_kind.get(kind, [])

    return Declared(
        scope.destination,
        tuple(_function(one, roles) for one in of("AWS::Lambda::Function")),
        (
            *(_permission(one) for one in of("AWS::Lambda::Permission")),
            *(_layer(one) for one in of("AWS::Lambda::LayerVersionPermission")),
        ),
        tuple(_policy(one) for one in of("AWS::Lambda::ResourcePolicy")),
        frozenset(
            (scope.destination.region, filled(scope.ref(one.id)) or "") for one in of("AWS::Logs::LogGroup")
        ),
    )


def _function(one: Resource, roles: Roles) -> DeclaredFunction:
    scope = one.scope
    name = scope.ref(one.id)
    arn, _ = target(one.id, name, scope.destination)
    group = table(one.get("LoggingConfig")).get("LogGroup")
    return DeclaredFunction(
        one.id,
        arn,
        joined(("/aws/lambda/", name)) if group is None else group,
        roles.role(one.get("Role"), one.id),
    )


def target(owner: str, name: Value, destination: Destination) -> tuple[FunctionArn, str | None]:
    """Return the function, and its version or alias, that a name or ARN stands for; an invented function if it is not known."""
    text = "" if isinstance(name, Unresolved) and not name.name else filled(name)
    try:
        return named(
            with_own_account(text or "", destination),
            partition=destination.partition,
            region=destination.region,
            account=destination.account,
        )
    except ArnError:
        return FunctionArn(
            destination.partition, destination.region, destination.account, f"function-of-{owner}"
        ), None


def _permission(one: Resource) -> Permission:
    function, qualifier = target(one.id, one.get("FunctionName"), one.scope.destination)
    given = {field: one.get(name) for name, field in PERMISSION.items()}
    return Permission(one.id, one.id, function, qualifier, given, PROPERTIES)


def _policy(one: Resource) -> WholePolicy:
    """The documentation names the property FunctionResourceArn, its examples ResourceArn (facts 3.1)."""
    name = one.get("FunctionResourceArn") or one.get("ResourceArn")
    function, qualifier = target(one.id, name, one.scope.destination)
    return WholePolicy(one.id, function, qualifier, one.get("PolicyDocument") or one.get("Policy"))


def _layer(one: Resource) -> Permission:
    given = {field: one.get(name) for name, field in _LAYER_PERMISSION.items()}
    layer = layer_of(one.id, one.get("LayerVersionArn"), one.scope.destination)
    return Permission(
        one.id, one.id, layer, None, given, {**PROPERTIES, "principal_org_id": "OrganizationId"}
    )


def layer_of(owner: str, value: Value, destination: Destination) -> LayerVersionArn:
    """Return the layer version that an ARN stands for; an invented one if it is not known."""
    try:
        return LayerVersionArn.parse(text_of(value) or "")
    except ArnError:
        return LayerVersionArn(
            destination.partition, destination.region, destination.account, f"layer-of-{owner}", "1"
        )


def unknown_conditions(scope: Scope) -> Iterator[str]:
    """Yield the conditions that are undecided and do not refer to other conditions."""
    for name, body in scope.section("Conditions").items():
        if not isinstance(scope.condition(name), bool) and not _refers(body):
            yield name


def _refers(body: Json) -> bool:
    """Return whether a condition refers to another."""
    if isinstance(body, dict):
        return "Condition" in body or any(map(_refers, body.values()))
    return isinstance(body, list) and any(map(_refers, body))
