"""Stacks within a stack: where their templates are, and which parameters they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from permission_guard.template.intrinsics import Scope
from permission_guard.template.resources import resources
from permission_guard.template.value import Value, table, text_of


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
