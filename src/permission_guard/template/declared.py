"""What a template or a plan declares about functions, before it is read for better or for worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.model.facts import Unreadable
from permission_guard.template.home import Destination
from permission_guard.template.value import Value


@frozen
class Document:
    """A policy document: its name, the resource that holds it, and what stands in it."""

    name: str
    owner: str
    body: Value
    is_sure: bool = True
    """Whether it is attached for certain; else it counts only where the role is read for the better."""


@frozen
class DeclaredRole:
    """An execution role, with every policy that bears on it as far as the template tells."""

    owner: str
    """The resource that defines it."""
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
    """One AddPermission or AddLayerVersionPermission call that the deployment will make, by the names of `Grant`'s fields."""

    owner: str
    sid: str
    function: FunctionArn | LayerVersionArn
    qualifier: str | None
    given: Mapping[str, Value]
    says: Mapping[str, str] = field(default_factory=dict)
    """What the fields are called where the permission is written, if not so."""


@frozen
class WholePolicy:
    """A resource policy that is deployed as one document."""

    owner: str
    function: FunctionArn
    qualifier: str | None
    body: Value


@frozen
class Declared:
    """Everything that bears on the rules, with where it is taken to be deployed."""

    home: Destination
    functions: tuple[DeclaredFunction, ...] = ()
    permissions: tuple[Permission, ...] = ()
    policies: tuple[WholePolicy, ...] = ()
    log_groups: frozenset[tuple[str, str]] = frozenset()
    """The Regions and names of the log groups that are deployed with it."""
