"""Resolve CloudFormation's intrinsic functions from the parameters, mappings and resources of the template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.template.destination import FORMS, STACK, Destination, attribute, name_of
from permission_guard.template.functions import ONLY_DEPLOYED, dynamic, given_by
from permission_guard.template.syntax import elements, member, members
from permission_guard.template.value import (
    REMOVED,
    Partial,
    Unresolved,
    Value,
    is_same,
    joined,
    reasons,
    text_of,
)

_SSM: Final = "AWS::SSM::Parameter::"
_PAIR = 2
_PSEUDO: Final = {"AWS::AccountId": "not known: pass --account", "AWS::StackName": "", "AWS::StackId": ""}
_VERSION: Final = "1"
_NAMED_BY_FUNCTION: Final = {
    ("AWS::Lambda::Alias", None),
    ("AWS::Lambda::Alias", "AliasArn"),
    ("AWS::Lambda::Version", None),
    ("AWS::Lambda::Version", "FunctionArn"),
}


@frozen
class Scope:
    """The values from which the functions of one template are resolved.

    `given` are the parameters that the user gave; `assumed` are the values that are tried for undecided conditions.
    With `is_exact`, an account, a Region and a stack name that the user did not give are unresolved. Without it, they
    are invented.
    """

    template: Mapping[str, Json]
    destination: Destination
    given: Mapping[str, Value] = field(default_factory=dict)
    assumed: Mapping[str, bool] = field(default_factory=dict)
    is_exact: bool = False

    @property
    def exact(self) -> Scope:
        """The same, for values that decide a condition: these must not be invented."""
        return replace(self, is_exact=True)

    def section(self, name: str) -> Mapping[str, Json]:
        """Return a section of the template; an empty one if the template does not have it."""
        return members(self.template.get(name))

    def resolve(self, value: Json) -> Value:
        """Resolve a value as far as it can be."""
        if isinstance(value, str):
            return joined(dynamic(value)) if "{{resolve:" in value else value
        if isinstance(value, Mapping):
            return self._object(value)
        if isinstance(value, Sequence):
            resolved = (self.resolve(one) for one in value)
            return [one for one in resolved if one is not REMOVED]
        return value

    def _object(self, body: Mapping[str, Json]) -> Value:
        if len(body) == 1:
            ((name, argument),) = body.items()
            if name == "Ref" and isinstance(argument, str):
                return self.ref(argument)
            if name.startswith("Fn::"):
                return given_by(self, name, argument)
        resolved = ((key, self.resolve(one)) for key, one in body.items())
        return {key: one for key, one in resolved if one is not REMOVED}

    def ref(self, name: str) -> Value:
        """Return what Ref returns: the value of a parameter, or the name or ARN of a resource."""
        destination = self.destination
        if name == "AWS::NoValue":
            return REMOVED
        pseudo = {
            "AWS::AccountId": destination.account,
            "AWS::Region": destination.region,
            "AWS::Partition": destination.partition,
            "AWS::StackName": STACK,
            "AWS::URLSuffix": "amazonaws.com.cn" if destination.partition == "aws-cn" else "amazonaws.com",
            "AWS::StackId": f"arn:{destination.partition}:cloudformation:{destination.region}:{destination.account}:stack/stack/example",
        }
        if name in pseudo:
            given = {
                "AWS::AccountId": destination.is_account_given,
                "AWS::StackName": False,
                "AWS::StackId": False,
            }
            if given.get(name, destination.is_region_given) or not self.is_exact:
                return pseudo[name]
            how = _PSEUDO.get(name, "not known: pass --region") or ONLY_DEPLOYED
            return Unresolved(f"{name}, {how}", name)
        if name in self.section("Parameters"):
            return self._parameter(name)
        return self.of_resource(name, None)

    def _parameter(self, name: str) -> Value:
        body = members(self.section("Parameters")[name])
        kind, default = str(body.get("Type", "String")), body.get("Default")
        if kind.startswith(_SSM):
            return Unresolved(f"a value of Parameter Store (parameter {name}), {ONLY_DEPLOYED}", name)
        value: Value = self.given.get(name, default)
        if value is None:
            return Unresolved(
                f"the parameter {name}, which has no default: pass --parameter {name}=VALUE", name
            )
        text = text_of(value)
        if text is None:
            # The template that nests this one may give a list, or a value that is not resolved.
            is_given = name in self.given
            return value if is_given else Unresolved(f"the parameter {name}, whose default is not a text")
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [one.strip() for one in text.split(",")]
        return text

    def of_resource(self, logical_id: str, wanted: str | None) -> Value:
        """Return what GetAtt returns for the wanted attribute of a resource; what Ref returns if `wanted` is None."""
        body = self.section("Resources").get(logical_id)
        asked = f"{logical_id}.{wanted}" if wanted else logical_id
        if not isinstance(body, Mapping):
            return Unresolved(f"{asked}, and the template has no {logical_id}")
        kind = str(body.get("Type"))
        special = self._of_lambda(logical_id, kind, wanted)
        if special is not None:
            return special
        found = attribute(kind, self.name(logical_id, kind), wanted, self.destination)
        return (
            Unresolved(f"{asked} of a resource of the type {kind}, {ONLY_DEPLOYED}")
            if found is None
            else found
        )

    def name(self, logical_id: str, kind: str) -> Value:
        """Return the name of a resource of the template."""
        form = FORMS.get(kind)
        return name_of(kind, logical_id, self.property_of(logical_id, form.name) if form else None)

    def _of_lambda(self, logical_id: str, kind: str, wanted: str | None) -> Value | None:
        """Return what Ref or GetAtt returns for a version, an alias or a URL; None for any other type.

        The number of a version is not known, but no permission depends on it.
        """
        if kind == "AWS::Lambda::Version" and wanted == "Version":
            return _VERSION
        if (kind, wanted) in _NAMED_BY_FUNCTION:
            function = self.function_arn(self.property_of(logical_id, "FunctionName"))
            alias = self.property_of(logical_id, "Name") if kind == "AWS::Lambda::Alias" else _VERSION
            return joined((function, ":", alias))
        if kind == "AWS::Lambda::Url" and wanted in {None, "FunctionArn"}:
            return self.function_arn(self.property_of(logical_id, "TargetFunctionArn"))
        return None

    def function_arn(self, name: Value) -> Value:
        """Return a function's ARN from its name or ARN."""
        text = text_of(name) if not isinstance(name, Partial) else name.widest
        if text is not None and text.startswith("arn:"):
            return name
        return self.destination.arn("lambda", joined(("function:", name)))

    def property_of(self, logical_id: str, name: str) -> Value:
        """Return one property of a resource, resolved; None if the resource does not have it.

        Properties are resolved one at a time, because two resources may refer to each other in different properties.
        """
        found = self.resolve(member(self.section("Resources"), logical_id, "Properties", name))
        return None if found is REMOVED else found

    def condition(self, name: str) -> bool | Unresolved:
        """Return whether a condition holds."""
        if name in self.assumed:
            return self.assumed[name]
        declared = self.section("Conditions").get(name)
        if declared is None:
            return Unresolved(f"the condition {name}, which the template does not have")
        return self._holds(declared)

    def _holds(self, body: Json) -> bool | Unresolved:
        if isinstance(body, Mapping) and len(body) == 1:
            ((name, argument),) = body.items()
            if name == "Condition" and isinstance(argument, str):
                return self.condition(argument)
            parts = elements(argument) or [argument]
            if name == "Fn::Equals" and len(parts) == _PAIR:
                return _equal(self.exact.resolve(parts[0]), self.exact.resolve(parts[1]))
            if name == "Fn::Not":
                inner = self._holds(parts[0])
                return inner if isinstance(inner, Unresolved) else not inner
            if name in {"Fn::And", "Fn::Or"}:
                answers, decisive = [self._holds(one) for one in parts], name == "Fn::Or"
                doubt = next((one for one in answers if isinstance(one, Unresolved)), not decisive)
                return decisive if any(one is decisive for one in answers) else doubt
        return Unresolved("a condition of an unknown form")


def _equal(left: Value, right: Value) -> bool | Unresolved:
    if REMOVED in (left, right):
        return Unresolved("AWS::NoValue, which a condition cannot compare")
    if is_same(left, right):
        return True
    for why in (*reasons(left), *reasons(right)):
        return Unresolved(why)
    texts = text_of(left), text_of(right)
    return left == right if None in texts else texts[0] == texts[1]
