"""One request to AWS: principal, action, resource, and condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TypeAlias

from permission_guard.frozen import frozen

Values: TypeAlias = tuple[str, ...] | None
"""The values of a condition key in a request: `()` if it is absent, None if it is not known."""

ABSENT: tuple[str, ...] = ()
UNKNOWN: None = None


@frozen
class ServicePrincipal:
    """An AWS service that calls with its own service principal, `s3.amazonaws.com`."""

    name: str


@frozen
class IamPrincipal:
    """A user, role or root of an account.

    `arn` is the ARN as a policy's Principal names it; `session` is the assumed-role ARN of the session, if any.
    """

    arn: str
    account: str
    session: str | None = None


@frozen
class Anonymous:
    """A caller without credentials. Only `Principal: "*"` matches it."""


Principal: TypeAlias = ServicePrincipal | IamPrincipal | Anonymous


@frozen
class Context:
    """The condition keys of one request.

    Keys are case-insensitive, tag keys included
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html).
    A key that is not in `keys` has the value `unlisted`, unless it begins with one of the `complete` prefixes. All keys
    with such a prefix are in `keys`, so it is absent.
    """

    keys: Mapping[str, Values] = field(default_factory=lambda: MappingProxyType({}))
    unlisted: Values = UNKNOWN
    complete: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, keys: Mapping[str, str | Values], *, unlisted: Values = UNKNOWN, complete: tuple[str, ...] = ()
    ) -> Context:
        """Build a context. A string is one value."""
        return cls(MappingProxyType(_lowered(keys)), unlisted, tuple(prefix.lower() for prefix in complete))

    def values(self, key: str) -> Values:
        """Return the values of a key, given in lower case."""
        if key in self.keys:
            return self.keys[key]
        if self.complete and key.startswith(self.complete):
            return ABSENT
        return self.unlisted

    def with_keys(self, keys: Mapping[str, str | Values]) -> Context:
        """Return a copy in which some keys have other values."""
        return Context(MappingProxyType({**self.keys, **_lowered(keys)}), self.unlisted, self.complete)


def _lowered(keys: Mapping[str, str | Values]) -> dict[str, Values]:
    return {key.lower(): (value,) if isinstance(value, str) else value for key, value in keys.items()}


@frozen
class Request:
    """One call to AWS, to be decided by policies."""

    action: str
    resource: str
    principal: Principal
    context: Context = field(default_factory=Context)
