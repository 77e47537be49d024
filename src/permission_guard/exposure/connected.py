"""What is connected: the resources for which services are set up to invoke the function, and whether they get in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from permission_guard.callers import Caller, caller_of
from permission_guard.exposure.actions import INVOKING
from permission_guard.exposure.question import Member, Question
from permission_guard.exposure.services import calls_for
from permission_guard.exposure.wildcards import on_its_own
from permission_guard.facts import Family, FunctionFacts, PolicyFacts, Source, Trusted, Wired
from permission_guard.grant import is_twin
from permission_guard.iam import Answer, Context, Policy, Statement, Truth, decide

_LATEST: Final = ":$LATEST"
"""The newest code is what the function itself runs, and has no policy of its own (facts 3.3)."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A resource for which a service is set up to invoke the function, and those of the service's calls that get in."""

    service: str
    caller: Caller
    source: Source
    admitted: tuple[Member, ...]

    def __str__(self) -> str:
        return f"{self.service} for {self.source.arn} of account {self.source.account}"


def connected(facts: FunctionFacts, trusted: Trusted) -> Iterator[Connected]:
    """Yield everything that is known to be connected; a service comes by each name that the policy has for it.

    Raises ValueError if there is no policy that was read.
    """
    policy = _policy(facts)
    named = dict.fromkeys(name for statement in policy.statements for name in _services(statement))
    for principal, _ in facts.wirings:
        for service in dict.fromkeys((principal, *(name for name in named if _principal(name) == principal))):
            for one in _set_up(service, facts, policy, trusted):
                yield replace(one, admitted=_let_in(policy, one.admitted))


def reached_by(statement: Statement, facts: FunctionFacts, trusted: Trusted) -> tuple[Connected, ...]:
    """Return what is connected to what a statement covers, by a service that it names, and let in by nothing else.

    What another statement lets in has that one; this one may stand there for something that is still to be connected,
    since deployment tools add the permission before the trigger. Raises ValueError if there is no policy that was read.
    """
    policy = _policy(facts)
    alone, others = on_its_own(policy, statement), _without(statement, facts, policy)
    found: list[Connected] = []
    for service in _services(statement):
        for one in _set_up(service, facts, policy, trusted):
            here, elsewhere = _let_in(alone, one.admitted), _let_in(others, one.admitted)
            served = bool(elsewhere) and all(call in elsewhere for call in here)
            if _covers(statement, one.source) and not served:
                found.append(replace(one, admitted=here))
    return tuple(found)


def _policy(facts: FunctionFacts) -> Policy:
    if facts.resource_policy is None:
        raise ValueError(f"{facts.target} has no resource policy that was read")
    return facts.resource_policy


def _services(statement: Statement) -> tuple[str, ...]:
    principals = statement.principals
    if principals is None or principals.negated:
        return ()
    return tuple(one.name for one in principals.named if one.type == "Service")


def _principal(service: str) -> str | None:
    caller = caller_of(service)
    return caller.principal if caller else None


def _set_up(service: str, facts: FunctionFacts, policy: Policy, trusted: Trusted) -> Iterator[Connected]:
    """Yield each resource that a service is known to be set up for, with every call that it makes for it."""
    caller = caller_of(service)
    if caller is None:
        return
    wiring = facts.wiring(caller.principal)
    for source in wiring.sources if isinstance(wiring, Wired) else ():
        target = source.target.removesuffix(_LATEST)
        questions = (Question(policy, facts.arn, target, action, trusted) for action in INVOKING)
        calls = (call for asked in questions for call in calls_for(source, service, caller, asked))
        yield Connected(service, caller, source, tuple(calls))


def _covers(statement: Statement, source: Source) -> bool:
    resources, target = statement.resources, source.target.removesuffix(_LATEST)
    return resources is None or resources.match(target, Context()) is not Truth.NO


def _without(statement: Statement, facts: FunctionFacts, policy: Policy) -> Policy:
    """Return the policy without a statement, and without what a run that died has put beside it to take its place."""
    by_statements = isinstance(facts.policy, PolicyFacts) and facts.policy.family is Family.STATEMENTS
    kept = (
        one
        for one in policy.statements
        if one.index != statement.index and not (by_statements and is_twin(one.sid, statement.sid))
    )
    return Policy(policy.name, tuple(kept), policy.version)


def _let_in(policy: Policy, calls: tuple[Member, ...]) -> tuple[Member, ...]:
    return tuple(call for call in calls if decide(call.request, resource=policy).answer is Answer.ALLOWED)
