"""What a template or plan declares about functions, with parts that may not be resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.model.facts import Unreadable
from permission_guard.template.destination import Destination
from permission_guard.template.value import Value


@frozen
class Document:
    """A policy document: its name, the resource that contains it, and its content."""

    name: str
    owner: str
    body: Value
    is_sure: bool = True
    """Whether it is surely attached to the role. If not, it counts in the role's best case only."""


@frozen
class DeclaredRole:
    """An execution role, with all its policies that the template contains."""

    owner: str
    """The resource that defines the role."""
    arn: str
    documents: tuple[Document, ...] = ()
    boundary: Document | None = None
    trust: Value = None
    tags: Mapping[str, str] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()


@frozen
class DeclaredFunction:
    """A function. `owner` is the resource that defines it."""

    owner: str
    arn: FunctionArn
    log_group: Value
    role: DeclaredRole | Unreadable


@frozen
class Permission:
    """One AddPermission or AddLayerVersionPermission call of the deployment. The keys of `given` are fields of `Grant`."""

    owner: str
    sid: str
    function: FunctionArn | LayerVersionArn
    qualifier: str | None
    given: Mapping[str, Value]
    labels: Mapping[str, str] = field(default_factory=dict)
    """The name of a field in the template or plan, where it differs."""


@frozen
class WholePolicy:
    """A resource policy that is deployed as one document."""

    owner: str
    function: FunctionArn
    qualifier: str | None
    body: Value


@frozen
class Declared:
    """Everything that the rules evaluate, and the destination of the deployment."""

    destination: Destination
    functions: tuple[DeclaredFunction, ...] = ()
    permissions: tuple[Permission, ...] = ()
    policies: tuple[WholePolicy, ...] = ()
    log_groups: frozenset[tuple[str, str]] = frozenset()
    """The Regions and names of the log groups that are deployed with it."""
