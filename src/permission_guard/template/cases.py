"""What is declared, as facts for the rules: once at its most open, once at its most closed."""

from __future__ import annotations

from dataclasses import replace
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
from permission_guard.template.declared import Declared, DeclaredFunction, DeclaredRole, Document, WholePolicy
from permission_guard.template.managed import managed_document
from permission_guard.template.reading import (
    Reading,
    document,
    grant_of,
)
from permission_guard.template.value import filled, is_known, reasons

_BASIC: Final = "AWSLambdaBasicExecutionRole"
_EVERYTHING: Final = Policy.parse(
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    name="what is not resolved",
)


@frozen
class Case:
    """The facts about one function, version, alias or layer version in one reading.

    `owner` is the resource that defines it, if it is in the template; `owners` those of the policy's statements.
    """

    owner: str
    role_owner: str
    facts: FunctionFacts
    owners: tuple[str, ...] = ()


Key: TypeAlias = tuple[FunctionArn | LayerVersionArn, str | None]


def at_worst(declared: Declared) -> dict[Key, Case]:
    """Return every case at its worst: resource policies as open as they may be, roles with as few rights."""
    permissions = Reading(declared.home, wide=True, at_home=False, unknown=_statement("Allow", Principal="*"))
    role = Reading(declared.home, wide=False, at_home=False, unknown=_statement("Deny"))
    return _cases(declared, permissions, role)


def at_best(declared: Declared) -> dict[Key, Case]:
    """Return every case at its best."""
    permissions = Reading(declared.home, wide=False, at_home=True, unknown=None)
    role = Reading(declared.home, wide=True, at_home=True, unknown=_statement("Allow"))
    return _cases(declared, permissions, role)


def _statement(effect: str, **more: str) -> Body:
    return {"Effect": effect, "Action": "*", "Resource": "*", **more}


def _cases(declared: Declared, permissions: Reading, role: Reading) -> dict[Key, Case]:
    found: dict[Key, Case] = {}
    defined = {one.arn: one.owner for one in reversed(declared.functions)}
    for function in declared.functions:
        facts = _with_role(FunctionFacts(function.arn, has_public_url=False), function, declared, role)
        owner = function.role.owner if isinstance(function.role, DeclaredRole) else function.owner
        found[function.arn, None] = Case(function.owner, owner, facts)
    for key, (statements, owners) in _statements(declared, permissions).items():
        arn, qualifier = key
        known = found.get(key)
        owner = owners[0] if isinstance(arn, LayerVersionArn) else defined.get(arn, owners[0])
        case = known or Case(owner, owner, FunctionFacts(arn, qualifier, has_public_url=False))
        found[key] = replace(case, facts=_with_policy(case.facts, statements), owners=owners)
    whole = {(one.function, one.qualifier): one for one in declared.policies}
    for whole_key, policy in whole.items():
        # It replaces what single permissions made (facts 3.1); AWS advises never to mix the two.
        owner = defined.get(policy.function, policy.owner)
        case = found.get(whole_key) or Case(owner, owner, FunctionFacts(*whole_key, has_public_url=False))
        found[whole_key] = _with_document(case, policy, permissions)
    return found


def _with_document(case: Case, whole: WholePolicy, reading: Reading) -> Case:
    policy = _policy(Document(f"document of {whole.owner}", whole.owner, whole.body), reading)
    if isinstance(policy, Unreadable):
        return replace(case, facts=replace(case.facts, policy=policy), owners=())
    owners = (whole.owner,) * len(policy.statements)
    return replace(
        case, facts=replace(case.facts, policy=_facts(case.facts, policy, Family.DOCUMENT)), owners=owners
    )


def _facts(facts: FunctionFacts, policy: Policy, family: Family) -> PolicyFacts:
    return PolicyFacts(facts.qualifier, policy, "", family)


def _with_policy(facts: FunctionFacts, statements: list[Body]) -> FunctionFacts:
    if not statements:
        return facts
    policy = parsed(dumped({"Version": "2012-10-17", "Statement": statements}), "the template")
    return replace(
        facts, policy=policy if isinstance(policy, Unreadable) else _facts(facts, policy, Family.STATEMENTS)
    )


def _statements(declared: Declared, reading: Reading) -> dict[Key, tuple[list[Body], tuple[str, ...]]]:
    """Return the statements of each policy that is made of permissions, with their resources."""
    found: dict[Key, list[tuple[Body | None, str]]] = {}
    for one in declared.permissions:
        found.setdefault((one.function, one.qualifier), []).append((grant_of(one, reading), one.owner))
    return {
        key: (
            [body for body, _ in pairs if body is not None],
            tuple(owner for body, owner in pairs if body is not None) or (pairs[0][1],),
        )
        for key, pairs in found.items()
    }


def _with_role(
    facts: FunctionFacts, function: DeclaredFunction, declared: Declared, reading: Reading
) -> FunctionFacts:
    home = declared.home
    arn = f"arn:{home.partition}:iam::aws:policy/service-role/{_BASIC}"
    group = filled(function.log_group)
    remedy = Policy.parse(managed_document(_BASIC) or "", name=arn)
    facts = replace(facts, remedy=remedy, log_group_exists=_exists(group, declared))
    role = function.role
    if isinstance(role, Unreadable):
        return replace(facts, role=role)
    is_any = not is_known(function.log_group)
    read = _role(role, replace(reading, is_any_group=is_any))
    if reading.wide and is_any:
        read = replace(read, identity=(*read.identity, _EVERYTHING))
    return replace(facts, configuration=Configuration(role.arn, group or "not-resolved"), role=read)


def _exists(group: str | None, declared: Declared) -> bool | Unreadable:
    if group is not None and group in declared.log_groups:
        return True
    return Unreadable(
        f"whether the log group {group or 'of the function'} exists", "a template does not tell"
    )


def _role(role: DeclaredRole, reading: Reading) -> RoleFacts:
    policies = [_policy(one, reading) for one in role.documents if one.is_sure or reading.wide]
    unreadable = [one for one in policies if isinstance(one, Unreadable)]
    boundary = _policy(role.boundary, reading) if role.boundary else None
    if isinstance(boundary, Unreadable):
        unreadable.append(boundary)
    trust = _policy(Document("trust", role.owner, role.trust), reading) if role.trust is not None else None
    return RoleFacts(
        role.arn,
        tuple(one for one in policies if isinstance(one, Policy)),
        boundary if isinstance(boundary, Policy) else None,
        role.tags,
        tuple(one.name for one in role.documents if one.name.startswith("arn:")),
        trust if isinstance(trust, Policy) else None,
        (*role.unreadable, *unreadable),
    )


def _policy(one: Document, reading: Reading) -> Policy | Unreadable:
    text = document(one, reading)
    if text is None:
        why = next(reasons(one.body), "not resolved")
        return Unreadable(f"the policy {one.name}", f"it is {why}")
    return parsed(text, one.name)
