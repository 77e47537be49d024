"""What a template declares, as facts for the rules: once in the worst case, once in the best case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn, Policy
from permission_guard.model.document import Body, dumped
from permission_guard.model.facts import (
    Configuration,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Unreadable,
    parsed,
)
from permission_guard.template.declared import (
    Declared,
    DeclaredFunction,
    DeclaredRole,
    Document,
    Permission,
    WholePolicy,
)
from permission_guard.template.reading import Reading, document, grant_of
from permission_guard.template.value import filled, is_known, reasons

_REMEMBERED: Final = 1000
"""Parsed policies that are kept: many roles have the same policies, and both cases often give the same text."""
_EVERYTHING: Final = Policy.parse(
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    name="what is not resolved",
)


@frozen
class Case:
    """The facts about one function, version, alias or layer version in one case.

    `owner` is the resource that defines it, if it is in the template. `owners` are the resources of the policy's statements.
    """

    owner: str
    role_owner: str
    facts: FunctionFacts
    owners: tuple[str, ...] = ()


Key: TypeAlias = tuple[FunctionArn | LayerVersionArn, str | None]


@frozen
class Deployed:
    """All that a template declares about one function, version, alias or layer version."""

    declared: Declared
    key: Key
    owner: str
    """The resource that defines the function, if it is in the template; else the first resource that refers to it."""
    function: DeclaredFunction | None
    permissions: tuple[Permission, ...]
    policy: WholePolicy | None

    def worst_case(self) -> Case:
        """Return the worst case: resource policies allow as much, and roles as little, as the unresolved parts make possible."""
        there = self.declared.destination.at(self.key[0].region)
        permissions = Reading(there, wide=True, own_account=False, unknown=_statement("Allow", Principal="*"))
        return self._case(
            permissions, Reading(there, wide=False, own_account=False, unknown=_statement("Deny"))
        )

    def best_case(self) -> Case:
        """Return the best case: resource policies allow as little, and roles as much, as the unresolved parts make possible."""
        there = self.declared.destination.at(self.key[0].region)
        permissions = Reading(there, wide=False, own_account=True, unknown=None)
        return self._case(
            permissions, Reading(there, wide=True, own_account=True, unknown=_statement("Allow"))
        )

    def _case(self, permissions: Reading, role: Reading) -> Case:
        facts = FunctionFacts(*self.key, has_public_url=False)
        role_owner = self.owner
        if self.function is not None:
            facts = _with_role(facts, self.function, self.declared, role)
            role_owner = (
                self.function.role.owner if isinstance(self.function.role, DeclaredRole) else self.owner
            )
        if self.policy is not None:
            # The document replaces the statements of single permissions; AWS advises never to use both (facts 3.1).
            facts, owners = _with_document(facts, self.policy, permissions)
        else:
            read = [(grant_of(one, permissions), one.owner) for one in self.permissions]
            facts = _with_policy(facts, [body for body, _ in read if body is not None])
            owners = tuple(owner for body, owner in read if body is not None)
        return Case(self.owner, role_owner, facts, owners)


def deployed(declared: Declared) -> Iterator[Deployed]:
    """Yield everything that the rules evaluate."""
    functions: dict[Key, DeclaredFunction] = {(one.arn, None): one for one in declared.functions}
    permissions: dict[Key, list[Permission]] = {}
    for one in declared.permissions:
        permissions.setdefault((one.function, one.qualifier), []).append(one)
    policies: dict[Key, WholePolicy] = {(one.function, one.qualifier): one for one in declared.policies}
    defined = {one.arn: one.owner for one in reversed(declared.functions)}
    for key in dict.fromkeys((*functions, *permissions, *policies)):
        own, policy = tuple(permissions.get(key, ())), policies.get(key)
        first = own[0].owner if own else policy.owner if policy else ""
        arn = key[0]
        owner = defined.get(arn, first) if isinstance(arn, FunctionArn) else first
        yield Deployed(declared, key, owner, functions.get(key), own, policy)


def _statement(effect: str, **more: str) -> Body:
    return {"Effect": effect, "Action": "*", "Resource": "*", **more}


def _with_document(
    facts: FunctionFacts, whole: WholePolicy, reading: Reading
) -> tuple[FunctionFacts, tuple[str, ...]]:
    """Return the facts with a policy that is deployed as one document, and the owners of its statements."""
    policy = _policy(Document(f"document of {whole.owner}", whole.owner, whole.body), reading)
    if isinstance(policy, Unreadable):
        return replace(facts, policy=policy), ()
    owners = (whole.owner,) * len(policy.statements)
    return replace(facts, policy=PolicyFacts(facts.qualifier, policy, "", Family.DOCUMENT)), owners


def _with_policy(facts: FunctionFacts, statements: list[Body]) -> FunctionFacts:
    if not statements:
        return facts
    read = _parsed(dumped({"Version": "2012-10-17", "Statement": statements}), "the template")
    statement_policy = (
        PolicyFacts(facts.qualifier, read, "", Family.STATEMENTS) if isinstance(read, Policy) else read
    )
    return replace(facts, policy=statement_policy)


def _with_role(
    facts: FunctionFacts, function: DeclaredFunction, declared: Declared, reading: Reading
) -> FunctionFacts:
    group = filled(function.log_group)
    facts = replace(facts, log_group_exists=_exists(facts.arn.region, group, declared))
    role = function.role
    if isinstance(role, Unreadable):
        return replace(facts, role=role)
    is_any = not is_known(function.log_group)
    read = _role(role, replace(reading, is_any_group=is_any))
    if reading.wide and is_any:
        read = replace(read, identity=(*read.identity, _EVERYTHING))
    return replace(facts, configuration=Configuration(role.arn, group or "not-resolved"), role=read)


def _exists(region: str, group: str | None, declared: Declared) -> bool | Unreadable:
    if group is not None and (region, group) in declared.log_groups:
        return True
    return Unreadable(f"whether the log group {group or 'of the function'} exists", "a template does not say")


def _role(role: DeclaredRole, reading: Reading) -> RoleFacts:
    policies = [_policy(one, reading) for one in role.documents if one.is_sure or reading.wide]
    unreadable = (one for one in policies if isinstance(one, Unreadable))
    boundary = _policy(role.boundary, reading) if role.boundary else None
    trust = _policy(Document("trust", role.owner, role.trust), reading) if role.trust is not None else None
    return RoleFacts(
        role.arn,
        tuple(one for one in policies if isinstance(one, Policy)),
        boundary if isinstance(boundary, Policy) else None,
        role.tags,
        tuple(one.name for one in role.documents if one.name.startswith("arn:")),
        trust if isinstance(trust, Policy) else None,
        (*role.unreadable, *unreadable),
        (boundary,) if isinstance(boundary, Unreadable) else (),
    )


def _policy(one: Document, reading: Reading) -> Policy | Unreadable:
    text = document(one, reading)
    if text is None:
        why = next(reasons(one.body), "not resolved")
        return Unreadable(f"the policy {one.name}", f"it is {why}")
    return _parsed(text, one.name)


_parsed = lru_cache(maxsize=_REMEMBERED)(parsed)
