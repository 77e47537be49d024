"""Read a Terraform plan from `terraform show -json`: its resources, and the resources that their arguments refer to.

https://developer.hashicorp.com/terraform/internals/json-format. Arguments whose values are not known yet are in
`after_unknown`. The configuration in the plan tells which resources they refer to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.template.syntax import NotReadable, elements, member, members

PLAN_COMMANDS: Final = (
    "Run `terraform plan -out plan.out && terraform show -json plan.out > plan.json`, and check plan.json."
)
"""How a plan is made readable (https://developer.hashicorp.com/terraform/cli/commands/show)."""
_FORMAT: Final = "1."
_INDEX: Final = re.compile(r"\[[^\]]*\]")
_PROVIDER: Final = "aws"
_DEEPEST: Final = 20
"""The most modules and variables that a reference is followed through."""


def is_plan(body: Mapping[str, Json]) -> bool:
    """Return whether a document is from Terraform."""
    return "format_version" in body and "Resources" not in body


@frozen
class Reference:
    """An attribute of a resource that an argument refers to. `resource` is the address without instance keys."""

    resource: str
    attribute: str


@frozen
class Planned:
    """One resource after the plan is applied. `unknown` are the arguments that are known only then."""

    address: str
    kind: str
    values: Mapping[str, Json]
    unknown: frozenset[str]
    references: Mapping[str, tuple[Reference, ...]]
    region: str | None = None
    """Its own Region, where it may be another than the plan's."""

    @property
    def plain_address(self) -> str:
        """The address without the keys of count and for_each."""
        return _INDEX.sub("", self.address)

    @property
    def keys(self) -> list[str]:
        """The keys of count and for_each in the address."""
        return _INDEX.findall(self.address)


@frozen
class TerraformPlan:
    """The planned resources, and the account and Region if the plan has them."""

    resources: tuple[Planned, ...]
    account: str | None
    region: str | None


def read_plan(body: Mapping[str, Json]) -> TerraformPlan:
    """Read a plan. Raises NotReadable for another version of the format, and for any other document."""
    version = body.get("format_version")
    if not isinstance(version, str) or not version.startswith(_FORMAT):
        raise NotReadable(f"has format_version {version!r}. Supported is 1.x, of Terraform 1.0 and newer")
    if not isinstance(body.get("planned_values"), Mapping):
        what = "a state, not a plan" if "values" in body else "not a plan"
        raise NotReadable(f"is {what}. {PLAN_COMMANDS}")
    configured = dict(_configured(member(body, "configuration", "root_module"), "", {}))
    regions = {key: region for key, region in _regions(body).items() if key != _PROVIDER}
    changes = {
        str(member(one, "address")): members(member(one, "change", "after_unknown"))
        for one in elements(body.get("resource_changes"))
    }
    planned = tuple(_planned(member(body, "planned_values", "root_module"), changes, configured, regions))
    return TerraformPlan(planned, _account(body, planned), _region(body, planned))


def _planned(
    module: Json,
    changes: Mapping[str, Mapping[str, Json]],
    configured: Mapping[str, _Configured],
    regions: Mapping[str, str],
) -> Iterator[Planned]:
    for one in elements(member(module, "resources")):
        address = str(member(one, "address"))
        if member(one, "mode") != "managed":
            continue
        later, values = changes.get(address, {}), members(member(one, "values"))
        provider, references = configured.get(_INDEX.sub("", address), ("", {}))
        # Version 6 of the provider knows the Region of each resource, even if none is set.
        region = values.get("region", regions.get(provider))
        yield Planned(
            address,
            str(member(one, "type")),
            values,
            frozenset(name for name, what in later.items() if _holds_true(what)),
            references,
            _first([region]),
        )
    for child in elements(member(module, "child_modules")):
        yield from _planned(child, changes, configured, regions)


def _holds_true(what: Json) -> bool:
    """Return whether anything in a part of after_unknown is unknown."""
    if isinstance(what, Mapping):
        return any(map(_holds_true, what.values()))
    return what is True or any(map(_holds_true, elements(what)))


@frozen
class _Module:
    """A module of the configuration, with the references in the values of its variables."""

    body: Json
    prefix: str
    given: Mapping[str, tuple[Reference, ...]]

    def resolved(self, expression: Json, depth: int = 0) -> tuple[Reference, ...]:
        """Return the resources that an expression refers to, through variables and the outputs of modules."""
        found: dict[Reference, None] = {}
        for text in elements(member(expression, "references")):
            if isinstance(text, str) and depth < _DEEPEST:
                found.update(dict.fromkeys(self._one(_INDEX.sub("", text), depth + 1)))
        return tuple(found)

    def _one(self, text: str, depth: int) -> Iterator[Reference]:
        parts = text.split(".")
        match parts:
            case ["var", name, *_]:
                yield from self.given.get(name, ())
            case ["local" | "each" | "count" | "path" | "terraform" | "self" | "data", *_]:
                yield Reference(text, "")
            case ["module", name, output, *_]:
                called = member(self.body, "module_calls", name)
                inner = _called(self, name, called, depth)
                yield from inner.resolved(
                    member(member(called, "module"), "outputs", output, "expression"), depth
                )
            case [kind, name, attribute, *_]:
                yield Reference(f"{self.prefix}{kind}.{name}", attribute)
            case _:
                # The resource itself is listed after its attribute.
                return


def _called(module: _Module, name: str, called: Json, depth: int) -> _Module:
    expressions = members(member(called, "expressions"))
    given = {key: module.resolved(one, depth) for key, one in expressions.items()}
    return _Module(member(called, "module"), f"{module.prefix}module.{name}.", given)


_Configured: TypeAlias = tuple[str, Mapping[str, tuple[Reference, ...]]]
"""The key of a resource's provider, and what its arguments refer to."""


def _configured(
    body: Json, prefix: str, given: Mapping[str, tuple[Reference, ...]]
) -> Iterator[tuple[str, _Configured]]:
    """Yield each resource of the configuration."""
    module = _Module(body, prefix, given)
    for one in elements(member(body, "resources")):
        expressions = members(member(one, "expressions"))
        found = {
            name: module.resolved(what) for name, what in expressions.items() if isinstance(what, Mapping)
        }
        yield f"{prefix}{member(one, 'address')}", (str(member(one, "provider_config_key")), found)
    for name, called in members(member(body, "module_calls")).items():
        inner = _called(module, name, called, 0)
        yield from _configured(inner.body, inner.prefix, inner.given)


def _account(body: Mapping[str, Json], planned: tuple[Planned, ...]) -> str | None:
    """Return the account: from the plan's aws_caller_identity, else from the ARNs of functions that exist already."""
    identities = [one.get("account_id") for one in _data(body, "aws_caller_identity")]
    arns = [str(one.values.get("arn")).split(":") for one in planned if one.kind == "aws_lambda_function"]
    found = {arn[4] for arn in arns if len(arn) > 6}  # noqa: PLR2004
    return _first((*identities, *(found if len(found) == 1 else ())))


def _regions(body: Mapping[str, Json]) -> Mapping[str, str]:
    """Return the Regions of the providers whose Region is a constant, by the providers' keys."""
    providers = members(member(body, "configuration", "provider_config"))
    found = {key: member(one, "expressions", "region", "constant_value") for key, one in providers.items()}
    return {key: region for key, region in found.items() if isinstance(region, str)}


def _region(body: Mapping[str, Json], planned: tuple[Planned, ...]) -> str | None:
    """Return the Region: from the provider's configuration, else from the plan's aws_region, else of the first function."""
    named = (one.get("region", one.get("name")) for one in _data(body, "aws_region"))
    own = (one.region for one in planned if one.kind == "aws_lambda_function")
    return _first((_regions(body).get(_PROVIDER), *named, *own))


def _first(found: Iterable[Json]) -> str | None:
    return next((one for one in found if isinstance(one, str)), None)


def _data(body: Mapping[str, Json], kind: str) -> Iterator[Mapping[str, Json]]:
    for one in elements(member(body, "prior_state", "values", "root_module", "resources")):
        if member(one, "type") == kind and member(one, "mode") == "data":
            yield members(member(one, "values"))
