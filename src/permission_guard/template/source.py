"""One file: what kind it is, what is declared in it, and where in it a verdict belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, TypeAlias

from permission_guard.finding import Concern, Finding
from permission_guard.iam.policy import Json
from permission_guard.template.cloudformation import declared, unknown_conditions
from permission_guard.template.declared import Declared
from permission_guard.template.home import Home, home_for
from permission_guard.template.intrinsics import Scope
from permission_guard.template.json_text import read_json
from permission_guard.template.node import At, Node, NotReadable, Table, place, plain
from permission_guard.template.plan import is_plan
from permission_guard.template.resources import Nested, nested
from permission_guard.template.sam import MACRO, is_sam, origin, transformed
from permission_guard.template.terraform import declared_by_plan
from permission_guard.template.value import Value, text_of
from permission_guard.template.yaml_text import read_yaml

LARGEST: Final = 20_000_000
"""Bytes of a file that is read; CloudFormation takes no template of more than a million."""
_MOST_CONDITIONS: Final = 4
"""Conditions that cannot be told and are tried both ways; with more of them, those that are left stay unresolved."""
_KNOWN_MACROS: Final = frozenset({MACRO, "AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23"})
_CDK_PATH: Final = "aws:cdk:path"


@dataclass(frozen=True, slots=True)
class Said:
    """What was said on the command line about the deployment."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    home: Home | None = None
    """Where the stack is deployed that nests this one."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read."""

    file: str
    root: Node
    body: Mapping[str, Json]
    is_plan: bool
    is_yaml: bool
    worlds: tuple[tuple[Mapping[str, bool], Declared], ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """What in it was not looked at, and why."""
    nested: tuple[Nested, ...] = ()

    @property
    def home(self) -> Home:
        """Where it is taken to be deployed."""
        return self.worlds[0][1].home

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the template's parameters."""
        named = self.body.get("Parameters")
        return frozenset(named) if isinstance(named, Mapping) else frozenset()

    def at(self, owner: str, finding: Finding) -> At:
        """Return where a verdict belongs: what says it if there is such a line, else what lacks it."""
        if self.is_plan:
            return next(self._in_plan(owner), self.root.at)
        path = origin(self.body, owner)
        details: tuple[tuple[str, ...], ...] = ()
        if finding.concern is Concern.FUNCTION_URL_IS_NOT_PUBLIC:
            details = (("AuthType",),)
        elif finding.rule in {"function-is-not-public", "layer-is-not-public"}:
            details = (("Properties", "Principal"),)
        places = (place(self.root, (*path, *more)) for more in (*details, ()))
        return next((at for at in places if at is not None), self.root.at)

    def _in_plan(self, address: str) -> Iterator[At]:
        """Yield where a plan's resource stands."""
        yield from _addressed(self.root, address)

    def name(self, owner: str) -> str:
        """Return what people call a resource.

        Its path in the CDK's tree if it has one; for one that SAM makes, what it makes it of; else its logical ID or address.
        """
        found: Json = self.body.get("Resources")
        for key in (owner, "Metadata", _CDK_PATH):
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            return found
        made = [str(step) for step in origin(self.body, owner)[1:] if step != "Properties"]
        return ".".join(made) or owner


def _addressed(node: Node, address: str) -> Iterator[At]:
    if isinstance(node, Table):
        entry = node.entries.get("address")
        if entry is not None and plain(entry.value) == address and "values" in node.entries:
            yield node.at
        for each in node.entries.values():
            yield from _addressed(each.value, address)
    elif hasattr(node, "values"):
        for one in node.values:
            yield from _addressed(one, address)


def read(text: str, file: str) -> tuple[Node, bool]:
    """Read the text of a file, and tell whether it is YAML and no JSON. Raises NotReadable."""
    looks_like_json = text.lstrip()[:1] in {"{", "["}
    if looks_like_json and not file.endswith((".yaml", ".yml")):
        return read_json(text), False
    try:
        return (read_json(text), False) if looks_like_json else (read_yaml(text), True)
    except NotReadable:
        if not looks_like_json:
            raise
        return read_yaml(text), True


def source(text: str, file: str, said: Said) -> Source:
    """Read a file and say what is declared in it. Raises NotReadable, which names the place."""
    root, is_yaml = read(text, file)
    body = plain(root)
    if not isinstance(body, Mapping):
        raise NotReadable("is neither a template nor a plan: it is no object", root.at)
    try:
        home = said.home or home_for(text, said.region, said.account)
        if is_plan(body):
            planned: _Worlds = (({}, declared_by_plan(body, home)),)
            return Source(file, root, body, is_plan=True, is_yaml=is_yaml, worlds=planned)
        scope = _scope(root, body, home, said)
        skipped, stacks = tuple(_skipped(body)), tuple(nested(scope))
        return Source(file, root, body, False, is_yaml, _worlds(scope), skipped, stacks)  # noqa: FBT003  # it is no plan
    except NotReadable as error:
        error.at = error.at or (place(root, error.path) if error.path else None)
        raise
    except RecursionError as error:
        raise NotReadable("refers to itself without end") from error


_Worlds: TypeAlias = tuple[tuple[Mapping[str, bool], Declared], ...]


def _scope(root: Node, body: Mapping[str, Json], home: Home, said: Said) -> Scope:
    """Return what a template's values are resolved with, SAM's resources transformed."""
    resources = body.get("Resources")
    if not isinstance(resources, Mapping) or not resources:
        raise NotReadable("is neither a template (it has no Resources) nor a plan of Terraform's", root.at)
    for logical_id, one in resources.items():
        is_loop = logical_id.startswith("Fn::ForEach::")
        if not is_loop and (not isinstance(one, Mapping) or not isinstance(one.get("Type"), str)):
            raise NotReadable(f"the resource {logical_id} has no Type", path=("Resources", logical_id))
    expanded = transformed(body, _texts(body, said), home.region) if is_sam(body) else body
    return Scope(expanded, home, said.parameters)


def _worlds(scope: Scope) -> _Worlds:
    """Return what is declared, once for each way in which the conditions that cannot be told may turn out."""
    open_ = tuple(unknown_conditions(scope))[:_MOST_CONDITIONS]
    return tuple(
        (assumed, declared(replace(scope, assumed=assumed)))
        for answers in product((True, False), repeat=len(open_))
        for assumed in [dict(zip(open_, answers, strict=True))]
    )


def _texts(body: Mapping[str, Json], said: Said) -> Mapping[str, str]:
    """Return the parameters for SAM: those said that the template has, and that are known."""
    known = body.get("Parameters")
    names = known if isinstance(known, Mapping) else {}
    given = ((name, text_of(said.parameters[name])) for name in names if name in said.parameters)
    return {name: text for name, text in given if text is not None}


def _skipped(body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    asked = body.get("Transform")
    for macro in asked if isinstance(asked, Sequence) and not isinstance(asked, str) else [asked]:
        name = macro.get("Name") if isinstance(macro, Mapping) else macro
        if name is not None and text_of(name) not in _KNOWN_MACROS:
            yield f"what the macro {name} makes", "only CloudFormation can run it"
    for logical_id in body["Resources"] if isinstance(body["Resources"], Mapping) else ():
        if logical_id.startswith("Fn::ForEach::"):
            yield f"the resources of {logical_id}", "only CloudFormation can run the loop"
