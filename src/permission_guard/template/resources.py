"""The resources of a template that this deployment has, each property resolved when it is asked for; stacks among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from permission_guard.iam.policy import Json
from permission_guard.template.intrinsics import Scope
from permission_guard.template.value import Value, table, text_of


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: its logical ID, its type, and its properties."""

    id: str
    kind: str
    scope: Scope

    def get(self, name: str) -> Value:
        """Return a property, resolved; None if it is not there."""
        return self.scope.property_of(self.id, name)


def resources(scope: Scope) -> Iterator[Resource]:
    """Yield the resources that exist; those whose condition cannot be told are taken to exist."""
    for logical_id, body in scope.section("Resources").items():
        if not isinstance(body, Mapping):
            continue
        condition: Json = body.get("Condition")
        if isinstance(condition, str) and scope.condition(condition) is False:
            continue
        yield Resource(logical_id, str(body.get("Type")), scope)


@dataclass(frozen=True, slots=True)
class Nested:
    """A stack that a template nests. `file` is what it says of the template, if that may be a file beside it."""

    owner: str
    file: str | None
    parameters: Mapping[str, Value]


def nested(scope: Scope) -> Iterator[Nested]:
    """Yield the stacks that a template nests."""
    for one in resources(scope):
        if one.kind == "AWS::CloudFormation::Stack":
            location = text_of(one.get("TemplateURL"))
            is_file = location is not None and "://" not in location
            yield Nested(one.id, location if is_file else None, table(one.get("Parameters")))
