"""The resources of a template that a deployment creates, and the stacks that it nests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.template.intrinsics import Scope
from permission_guard.template.value import Value, table, text_of


@frozen
class Resource:
    """A resource: its logical ID, its type and, through `get`, its properties."""

    id: str
    kind: str
    scope: Scope

    def get(self, name: str) -> Value:
        """Return a property, resolved; None if the resource does not have it."""
        return self.scope.property_of(self.id, name)

    @property
    def metadata(self) -> Mapping[str, Value]:
        """Its Metadata."""
        body = table(self.scope.section("Resources").get(self.id))
        return table(body.get("Metadata"))


def resources(scope: Scope) -> Iterator[Resource]:
    """Yield the resources that are created, including those whose condition is undecided."""
    for logical_id, body in scope.section("Resources").items():
        if isinstance(body, Mapping) and _exists(body, scope):
            yield Resource(logical_id, str(body.get("Type")), scope)


def _exists(body: Mapping[str, Json], scope: Scope) -> bool:
    condition = body.get("Condition")
    return not isinstance(condition, str) or scope.condition(condition) is not False


def left_out(scope: Scope) -> Iterator[str]:
    """Yield the resources that the rules evaluate but whose condition is false with these parameters."""
    for logical_id, body in scope.section("Resources").items():
        if isinstance(body, Mapping) and body.get("Type") in _JUDGED and not _exists(body, scope):
            yield logical_id


_JUDGED: Final = frozenset(
    {
        "AWS::CloudFormation::Stack",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Lambda::Permission",
        "AWS::Lambda::ResourcePolicy",
    }
)


@frozen
class Nested:
    """A stack that a template nests. `file` is the path of its template, if that is a local file.

    `is_application` tells whether it is an application of the Serverless Application Repository.
    """

    owner: str
    file: str | None
    parameters: Mapping[str, Value]
    is_application: bool = False


def nested(scope: Scope) -> Iterator[Nested]:
    """Yield the stacks that a template nests."""
    for one in resources(scope):
        if one.kind == "AWS::CloudFormation::Stack":
            location = one.get("TemplateURL")
            file = text_of(one.metadata.get(_ASSET)) or text_of(location)
            is_file = file is not None and "://" not in file
            parameters = table(one.get("Parameters"))
            yield Nested(one.id, file if is_file else None, parameters, isinstance(location, Mapping))


_ASSET: Final = "aws:asset:path"
"""The Metadata in which the CDK writes the path of a nested stack's template, relative to the nesting template."""
