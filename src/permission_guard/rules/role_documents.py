"""Which documents count as a role's policies, and what those allow at most that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.iam import Policy
from permission_guard.model.facts import RoleFacts, Unreadable


def readable(role: RoleFacts) -> RoleFacts:
    """Return the role with only the policies that can be a role's: IAM refuses the others, so they count as not read.

    A statement needs a Resource, and a Principal stands in resource-based policies only
    (IAM/latest/UserGuide/reference_policies_grammar.html).
    """
    every = (*role.identity, *([role.boundary] if role.boundary else ()))
    whys = {id(policy): why for policy in every if (why := _why_no_identity_policy(policy)) is not None}
    if not whys:
        return role

    def unread(*policies: Policy | None) -> Iterator[Unreadable]:
        return (
            Unreadable(f"policy {one.name}", whys[id(one)]) for one in policies if one and id(one) in whys
        )

    return replace(
        role,
        identity=tuple(policy for policy in role.identity if id(policy) not in whys),
        boundary=None if id(role.boundary) in whys else role.boundary,
        unreadable=(*role.unreadable, *unread(*role.identity)),
        unreadable_limits=(*role.unreadable_limits, *unread(role.boundary)),
    )


def _why_no_identity_policy(policy: Policy) -> str | None:
    for statement in policy.statements:
        if statement.principals is not None:
            return f"{statement.phrase} has a Principal, which a role's policy must not have"
        if statement.resources is None:
            return f"{statement.phrase} has no Resource"
    return None


_EVERYTHING: Final = Policy.parse(
    {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="a policy that could not be read"
)
"""What a policy that could not be read allows at most. What the others refuse all the same is certain."""


def at_most(role: RoleFacts) -> RoleFacts:
    """Return the role with everything that a policy which could not be read may allow."""
    return replace(role, identity=(*role.identity, _EVERYTHING)) if role.unreadable else role
