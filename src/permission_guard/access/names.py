"""The callers that a Principal element names, as patterns that match the callers' words."""

from __future__ import annotations

from permission_guard.access.letters import SEPARATOR
from permission_guard.access.text import Named
from permission_guard.iam.pattern import Pieces, Wild
from permission_guard.iam.principal import NamedPrincipal, Principals

_EVERYBODY: Pieces = (Wild.RUN,)


def names_of_principals(principals: Principals, kind: str, partition: str, *, tail: bool) -> Named:
    """Return whom an element names among the principals of one kind. With `tail`, a session's name follows the ARN."""
    patterns: list[Pieces] = []
    excepted: list[Pieces] = []
    vague = False
    roots = {one.account for one in principals.named if one.account and one.is_root_of(one.account)}
    for one in principals.named:
        if one.is_anyone:
            patterns.append(_EVERYBODY)
            excepted.append(_EVERYBODY)
        elif one.type == "CanonicalUser" or (one.type == "Federated" and kind in {"role", "federated"}):
            vague = True
        elif one.type == "AWS":
            itself = _itself(one, tail=tail)
            patterns += itself
            if one.account and one.is_root_of(one.account):
                patterns += [
                    (f"arn:{partition}:{service}::{one.account}:", Wild.RUN) for service in ("iam", "sts")
                ]
                excepted.append((f"arn:{partition}:iam::{one.account}:root",))
            elif one.account in roots:
                excepted += itself
            patterns += _session(one, partition) if tail else ()
    return Named(tuple(patterns), tuple(excepted), vague)


def _itself(one: NamedPrincipal, *, tail: bool) -> list[Pieces]:
    if not one.name.startswith("arn:") or SEPARATOR in one.name:
        return []
    return [(f"{one.name}{SEPARATOR}", Wild.RUN)] if tail else [(one.name,)]


def _session(one: NamedPrincipal, partition: str) -> list[Pieces]:
    """Match the role of a named session: who may assume the role can choose this session name. The ARN has no role path."""
    head, found, rest = one.name.partition(":assumed-role/")
    role, _, session = rest.partition("/")
    if not found or head != f"arn:{partition}:sts::{one.account}" or not session:
        return []
    start = f"arn:{partition}:iam::{one.account}:role/"
    end = f"{role}{SEPARATOR}{session}"
    return [(start + end,), (start, Wild.RUN, f"/{end}")]


def names_of_services(principals: Principals) -> Named:
    """Return which services an element names."""
    if any(one.is_anyone for one in principals.named):
        return Named((_EVERYBODY,), (_EVERYBODY,), vague=False)
    services = [one for one in principals.named if one.type == "Service"]
    names: list[Pieces] = [(one.name.lower(),) for one in services if not {"*", "?"} & set(one.name)]
    return Named(tuple(names), tuple(names), len(names) < len(services))
