"""One file: its kind, what it declares, and the place of each verdict in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from itertools import product
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.model.finding import Concern, Finding
from permission_guard.template.cloudformation import declared, unknown_conditions
from permission_guard.template.declared import Declared
from permission_guard.template.destination import Destination, destination_for
from permission_guard.template.ignore import Ignore, in_comments, in_metadata
from permission_guard.template.intrinsics import Scope
from permission_guard.template.json_text import load_json, with_places
from permission_guard.template.resources import Nested, left_out, nested
from permission_guard.template.sam import MACRO, is_sam, origin, transformed
from permission_guard.template.syntax import (
    At,
    Items,
    Node,
    NotReadable,
    Object,
    elements,
    member,
    members,
    place,
    plain,
)
from permission_guard.template.terraform import declared_by_plan
from permission_guard.template.terraform_plan import PLAN_COMMANDS, is_plan
from permission_guard.template.value import Value, text_of
from permission_guard.template.yaml_text import read_yaml

LARGEST: Final = 20_000_000
"""The most bytes of a file that is read. CloudFormation accepts templates of at most one million."""
_MOST_CONDITIONS: Final = 4
"""How many undecided conditions are tried both as true and as false. Further ones stay unresolved."""
_KNOWN_MACROS: Final = frozenset({MACRO, "AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23"})
_CDK_PATH: Final = "aws:cdk:path"


@frozen
class CheckOptions:
    """What the user gives for a check: parameters, Region and account of the deployment, and what to ignore."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    destination: Destination | None = None
    """The destination of the stack that nests this template."""
    ignores: tuple[Ignore, ...] = ()
    """What to ignore in addition to what the template ignores."""


@frozen
class Source:
    """A file that was read."""

    file: str
    root: Node
    body: Mapping[str, Json]
    is_plan: bool
    is_yaml: bool
    variants: tuple[tuple[Mapping[str, bool], Declared], ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """The parts that were not evaluated, and why."""
    notes: tuple[tuple[str, str], ...] = ()
    """Resources that these parameters do not deploy, and keys that an object has twice."""
    nested: tuple[Nested, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    """The rules to ignore, and where."""

    @property
    def destination(self) -> Destination:
        """The account and Region of the deployment."""
        return self.variants[0][1].destination

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the template's parameters."""
        return frozenset(members(self.body.get("Parameters")))

    def path(self, owner: str) -> tuple[str | int, ...]:
        """Return the path of what defines a resource; an empty one in a plan."""
        return () if self.is_plan else origin(self.body, owner)

    def ignore_of(self, owner: str, finding: Finding) -> Ignore | None:
        """Return the entry that ignores a finding: on its line, on the line of its resource, or by the resource's name."""
        if not self.ignores:
            return None
        path = self.path(owner)
        defined = place(self.root, path[:2]) or self.root.at
        names = {owner, self.name(owner), *map(str, path[1:2])}
        lines = {defined.line, self.at(owner, finding).line}
        rule = finding.concern.value
        return next((one for one in self.ignores if one.covers(rule, names, lines)), None)

    def at(self, owner: str, finding: Finding) -> At:
        """Return the place of a verdict: the property that causes it if there is one, else the resource."""
        if self.is_plan:
            # A plan is one line of JSON, and the finding names the address.
            return self.root.at
        path = origin(self.body, owner)
        details: tuple[tuple[str, ...], ...] = ()
        if finding.concern is Concern.FUNCTION_URL_IS_NOT_PUBLIC:
            details = (("AuthType",),)
        elif finding.rule in {"function-is-not-public", "layer-is-not-public"}:
            details = (("Properties", "Principal"),)
        places = (place(self.root, (*path, *more)) for more in (*details, ()))
        return next((at for at in places if at is not None), self.root.at)

    def name(self, owner: str) -> str:
        """Return the name of a resource for a reader.

        This is its path in the CDK if it has one; for a resource that SAM generates, the resource that it comes from; else
        its logical ID or address.
        """
        found = member(self.body, "Resources", owner, "Metadata", _CDK_PATH)
        if isinstance(found, str):
            return found
        made = [str(step) for step in origin(self.body, owner)[1:] if step != "Properties"]
        return ".".join(made) or owner


def read(text: str, file: str) -> tuple[Node, Json, bool]:
    """Return a file's nodes, its values, and whether it is YAML and not JSON. Raises NotReadable."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            body = load_json(text)
            # A finding in a plan names an address, so the places of its values are not needed.
            root = Object({}, At(1, 1)) if is_plan(members(body)) else with_places(text)
        except NotReadable:
            if not file.endswith((".yaml", ".yml")):
                raise
        else:
            return root, body, False
    root = read_yaml(text)
    return root, plain(root), True


def source(text: str, file: str, options: CheckOptions) -> Source:
    """Read a file. Raises NotReadable, with the place."""
    try:
        root, body, is_yaml = read(text, file)
    except NotReadable:
        if file.endswith(_SOURCES):
            raise NotReadable(_TERRAFORM) from None
        raise
    if file.endswith(_SOURCES) and not (isinstance(body, Mapping) and is_plan(body)):
        raise NotReadable(_TERRAFORM)
    if not isinstance(body, Mapping):
        raise NotReadable("is neither a template nor a plan: it is not an object", root.at)
    try:
        destination = options.destination or destination_for(text, options.region, options.account)
        if is_plan(body):
            planned: _Variants = (({}, declared_by_plan(body, destination)),)
            return Source(
                file, root, body, is_plan=True, is_yaml=is_yaml, variants=planned, ignores=options.ignores
            )
        scope = _scope(root, body, destination, options)
        skipped, stacks = tuple(_skipped(body)), tuple(nested(scope))
        notes = (*_twice(root), *_left_out(scope, body))
        comments = in_comments(text) if is_yaml else ()
        ignores = (*in_metadata(body, root), *comments, *options.ignores)
        return Source(file, root, body, False, is_yaml, _variants(scope), skipped, notes, stacks, ignores)  # noqa: FBT003  # it is no plan
    except NotReadable as error:
        error.at = error.at or (place(root, error.path) if error.path else None)
        raise
    except RecursionError as error:
        raise NotReadable("refers to itself in a loop") from error


_TERRAFORM: Final = f"is Terraform source. {PLAN_COMMANDS}"
_SOURCES: Final = (".tf", ".tf.json")
_SECTIONS: Final = frozenset(
    {"AWSTemplateFormatVersion", "Conditions", "Mappings", "Outputs", "Parameters", "Rules", "Transform"}
)
"""Sections that identify a template without Resources, as the CDK can write it."""
_Variants: TypeAlias = tuple[tuple[Mapping[str, bool], Declared], ...]


def _scope(root: Node, body: Mapping[str, Json], destination: Destination, options: CheckOptions) -> Scope:
    """Return the scope of a template, after SAM's transform."""
    resources = body.get("Resources", {} if _SECTIONS & body.keys() else None)
    if not isinstance(resources, Mapping):
        raise NotReadable("is neither a template (it has no Resources) nor a Terraform plan", root.at)
    kept = {key: one for key, one in resources.items() if not _is_expanded(key, one)}
    for logical_id, one in kept.items():
        kind = member(one, "Type")
        if not isinstance(kind, str):
            raise NotReadable(f"the resource {logical_id} has no Type", path=("Resources", logical_id))
        if kind.startswith("AWS::Serverless::") and not is_sam(body):
            why = f"the resource {logical_id} is a SAM resource, but the template has no Transform: {MACRO}"
            raise NotReadable(why, path=("Resources", logical_id))
    given: Mapping[str, Json] = {**body, "Resources": kept}
    if is_sam(body) and kept:
        given = transformed(given, _texts(body, options), destination.region)
    return Scope(given, destination, options.parameters)


def _is_expanded(name: str, body: Json) -> bool:
    """Return whether CloudFormation expands an entry into resources."""
    is_macro = isinstance(body, Mapping) and "Type" not in body and "Fn::Transform" in body
    return is_macro or name == "Fn::Transform" or name.startswith("Fn::ForEach::")


def _variants(scope: Scope) -> _Variants:
    """Return what the template declares for each combination of the undecided conditions."""
    open_ = tuple(unknown_conditions(scope))[:_MOST_CONDITIONS]
    return tuple(
        (assumed, declared(replace(scope, assumed=assumed)))
        for answers in product((True, False), repeat=len(open_))
        for assumed in [dict(zip(open_, answers, strict=True))]
    )


def _texts(body: Mapping[str, Json], options: CheckOptions) -> Mapping[str, str]:
    """Return the parameters for SAM: those that the user gave, the template has, and are resolved."""
    names = members(body.get("Parameters")).keys() & options.parameters.keys()
    given = ((name, text_of(options.parameters[name])) for name in names)
    return {name: text for name, text in given if text is not None}


def _skipped(body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    asked = body.get("Transform")
    for macro in [asked] if isinstance(asked, str | Mapping) else elements(asked):
        name = member(macro, "Name") if isinstance(macro, Mapping) else macro
        if name is not None and text_of(name) not in _KNOWN_MACROS:
            yield f"what the macro {name} makes", "only CloudFormation can run it"
    if "Fn::Transform" in body:
        yield "what Fn::Transform adds", "only CloudFormation can run it"
    for logical_id, one in members(body.get("Resources")).items():
        if _is_expanded(logical_id, one):
            yield f"the resources of {logical_id}", "only CloudFormation can make them"
        for key in members(member(one, "Properties")):
            if key == "Fn::Transform" or key.startswith("Fn::ForEach::"):
                yield f"what {key} adds to {logical_id}", "only CloudFormation can run it"


def _left_out(scope: Scope, body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield each resource that these parameters do not deploy, by its name in the template."""
    for names in dict.fromkeys(origin(body, one)[1:2] for one in left_out(scope)):
        yield "".join(map(str, names)), "its Condition is false with these parameters"


def _twice(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the keys that an object has twice."""
    if isinstance(node, Object):
        yield from (
            (f"the key {key!r} at {at.line}:{at.column}", "the object has it twice; the last one counts")
            for key, at in node.twice
        )
        for entry in node.entries.values():
            yield from _twice(entry.value)
    elif isinstance(node, Items):
        for one in node.values:
            yield from _twice(one)
