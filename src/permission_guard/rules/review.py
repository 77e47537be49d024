"""The answers about one resource-based policy, each computed once: rules, proofs and explanations share them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from permission_guard.access import Access, Analysis, Answer, Scale, Target
from permission_guard.iam import Context, Effect, FunctionArn, Policy, Statement, Truth
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.principal import Principals
from permission_guard.model.facts import FunctionFacts, Trusted
from permission_guard.services import is_public_topic

_WITH_VARIABLES: Final = "2012-10-17"
RESOURCE: Final = "Resource"
"""The key that stands for an answer about versions or aliases only."""
_REMEMBERED: Final = 8
"""Policies of one event: of the function, its versions and aliases, before and after a repair."""
_BY_ARN: Final = frozenset({"arnlike", "arnequals", "stringequals", "stringlike"})


@dataclass(eq=False)
class Review:
    """One policy with its analysis. Each Allow is split into its services and its other principals.

    `publishers` are, by the index of a statement, AWS's own topics that it names. The rest of such a condition is analyzed
    without them.
    """

    target: str
    name: str
    policy: Policy
    trusted: Trusted
    at: datetime
    is_function: bool
    services: tuple[Statement, ...]
    others: tuple[Statement, ...]
    publishers: dict[int, tuple[str, ...]]
    _analysis: Analysis
    _answers: dict[tuple[int, tuple[str, ...]], Answer] = field(default_factory=dict)

    def answer(self, statement: Statement, actions: Sequence[str]) -> Answer:
        """Return what one of `services` or `others` admits for some of the actions."""
        key = (id(statement), tuple(actions))
        if key not in self._answers:
            self._answers[key] = self._answer(statement, actions)
        return self._answers[key]

    def _answer(self, statement: Statement, actions: Sequence[str]) -> Answer:
        here = self._analysis.answer(statement, actions)
        if here.scale is not Scale.DEAD:
            return here
        return next(self._of_versions(statement, actions), here)

    def _of_versions(self, statement: Statement, actions: Sequence[str]) -> Iterator[Answer]:
        """Yield the answer of a function's statement that is about its versions and aliases only.

        A document may list `function:NAME:*`, as AWS's own example does. Whether Lambda asks the function's policy about
        a call of a version or alias is not documented (facts 3.3), so what such a statement admits is unknown.
        """
        if not self.is_function or statement.resources is None:
            return
        for pattern in statement.resources.patterns:
            head, _, qualifier = pattern.text.rpartition(":")
            if head == self.target:
                arn = f"{self.target}:{qualifier.replace('*', '1').replace('?', '1')}"
                there = self.alone(statement, actions, arn, with_denies=True)
                if there.access is not Access.CLOSED:
                    yield replace(there, access=Access.UNKNOWN, scale=Scale.UNKNOWN, keys=(RESOURCE,))
                elif there.scale is not Scale.DEAD:
                    yield there

    def alone(
        self, statement: Statement, actions: Sequence[str], arn: str = "", *, with_denies: bool = False
    ) -> Answer:
        """Return what a statement would admit alone, with its own step budget."""
        denies = [one for one in self.policy.statements if with_denies and one.effect is Effect.DENY]
        policy = Policy(self.policy.name, (statement, *denies), self.policy.version)
        return Analysis.of(policy, Target.of(arn or self.target), self.trusted, self.at).answer(
            statement, actions
        )


def review_of(facts: FunctionFacts, trusted: Trusted) -> Review:
    """Return the answers about a policy that was read. Raises ValueError if there is none."""
    policy = facts.resource_policy
    if policy is None:
        raise ValueError(f"{facts.target} has no resource policy that was read")
    is_function = isinstance(facts.arn, FunctionArn) and facts.qualifier is None
    name = f"{facts.arn.name}:{facts.qualifier}" if facts.qualifier else facts.arn.name
    return _reviewed(policy, facts.target, name, is_function, trusted, facts.at)


@lru_cache(maxsize=_REMEMBERED)
def _reviewed(
    policy: Policy,
    target: str,
    name: str,
    is_function: bool,  # noqa: FBT001  # lru_cache tells keywords in another order apart
    trusted: Trusted,
    at: datetime,
) -> Review:
    services: list[Statement] = []
    others: list[Statement] = []
    publishers: dict[int, tuple[str, ...]] = {}
    for statement in policy.statements:
        # Lambda accepts no statement without a Principal, and it would admit nobody.
        if statement.effect is not Effect.ALLOW or statement.principals is None:
            continue
        named, rest = _split(statement)
        if named is not None:
            kept, topics = _without_publishers(named, policy)
            if topics:
                publishers[statement.index] = topics
            services += [kept] if kept is not None else []
        others += [rest] if rest is not None else []
    denies = [one for one in policy.statements if one.effect is Effect.DENY]
    split = Policy(policy.name, (*services, *others, *denies), policy.version)
    analysis = Analysis.of(split, Target.of(target), trusted, at)
    kept_all = (tuple(services), tuple(others))
    return Review(target, name, policy, trusted, at, is_function, *kept_all, publishers, analysis)


def _split(statement: Statement) -> tuple[Statement | None, Statement | None]:
    """Return a statement for the services that it names, and for the others."""
    principals = statement.principals
    if principals is None or principals.negated:
        return None, statement
    services = tuple(one for one in principals.named if one.type == "Service")
    if not services or len(services) == len(principals.named):
        return (statement, None) if services else (None, statement)
    others = tuple(one for one in principals.named if one.type != "Service")
    return (
        replace(statement, principals=Principals(services)),
        replace(statement, principals=Principals(others)),
    )


def _without_publishers(statement: Statement, policy: Policy) -> tuple[Statement | None, tuple[str, ...]]:
    """Return what a statement admits besides topics of AWS's own, and those topics.

    A condition that lists ARNs in full admits what it would admit for each of them.
    """
    for place, condition in enumerate(statement.conditions):
        topics = tuple(text for text in condition.texts if is_public_topic(text))
        if not topics or condition.lower_key != "aws:sourcearn" or not _is_plain(condition):
            continue
        rest = tuple(text for text in condition.texts if text not in topics)
        if not rest:
            return None, topics
        conditions = list(statement.conditions)
        variables = policy.version == _WITH_VARIABLES
        conditions[place] = Condition.compiled(condition.operator, condition.key, rest, variables=variables)
        return replace(statement, conditions=tuple(conditions)), topics
    return statement, ()


def _is_plain(condition: Condition) -> bool:
    return condition.base in _BY_ARN and condition.quantifier is Quantifier.NONE and not condition.if_exists


def covers(statement: Statement, actions: Sequence[str]) -> bool:
    """Return whether an Allow's Action element covers one of the actions."""
    anything = Context()
    return any(statement.actions.match(action.lower(), anything) is not Truth.NO for action in actions)
