"""From a statement to the AddPermission calls that make it. A resource of a template makes one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from permission_guard.iam.arn import is_account
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.repair.grant import Grant, NotExpressible

MOST: Final = 20
"""How many resources may replace one; a whole policy is shorter than more."""


def grants_of(statement: Body, target: str, sid: str) -> tuple[Grant, ...] | None:
    """Return the calls that make the statement, under one Sid; None if there are none, or too many.

    A condition with several values becomes several statements, because its values are alternatives.
    """
    found: list[Grant] = []
    for single in islice(_singles({**statement, "Sid": sid}), MOST + 1):
        try:
            found.append(Grant.of(_with_account(single), target))
        except NotExpressible:
            return None
    return tuple(found) if 0 < len(found) <= MOST else None


def grant_of(statement: Body, target: str) -> Grant | None:
    """Return the one call that makes the statement, if there is one."""
    sid = statement.get("Sid")
    found = grants_of(statement, target, sid) if isinstance(sid, str) else None
    return found[0] if found and len(found) == 1 else None


def marks_of(grants: tuple[Grant, ...], before: Grant) -> Mapping[str, str]:
    """Return what happens to each parameter that differs: `add` or `changed`."""
    names = [field.name for field in fields(Grant) if field.name != "sid"]
    return MappingProxyType(
        {
            name: "add" if getattr(before, name) is None else "changed"
            for name in names
            if any(getattr(one, name) != getattr(before, name) for one in grants)
        }
    )


def _singles(statement: Body) -> Iterator[Body]:
    block = statement.get("Condition")
    if not isinstance(block, Mapping):
        yield statement
        return
    flat = [
        [(operator, key, value) for value in _values(listed)]
        for operator, keys in block.items()
        for key, listed in (keys.items() if isinstance(keys, Mapping) else [("", keys)])
    ]
    for chosen in product(*flat):
        single: dict[str, dict[str, Json]] = {}
        for operator, key, value in chosen:
            single.setdefault(operator, {})[key] = value
        yield {**statement, "Condition": single}


def _values(listed: Json) -> Sequence[Json]:
    return listed if isinstance(listed, Sequence) and not isinstance(listed, str) else (listed,)


def _with_account(statement: Body) -> Body:
    """Replace "anyone, of this account", which AddPermission cannot write, by the account."""
    block = statement.get("Condition")
    if statement.get("Principal") not in ("*", {"AWS": "*"}) or not isinstance(block, Mapping):
        return statement
    equal = block.get("StringEquals")
    account = next(iter(equal.values()), None) if isinstance(equal, Mapping) and len(equal) == 1 else None
    if list(block) != ["StringEquals"] or not isinstance(equal, Mapping) or not isinstance(account, str):
        return statement
    if [key.lower() for key in equal] != ["aws:principalaccount"] or not is_account(account):
        return statement
    rest = {key: value for key, value in statement.items() if key != "Condition"}
    partition = str(statement.get("Resource")).split(":")[1:2]
    return {**rest, "Principal": {"AWS": f"arn:{''.join(partition)}:iam::{account}:root"}}
