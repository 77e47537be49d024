"""The answers about one resource-based policy, each computed once: rules, proofs and explanations share them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from permission_guard.access import (
    BUDGET,
    MANAGING,
    READING,
    Access,
    Analysis,
    Answer,
    Scale,
    Target,
)
from permission_guard.access.meter import BudgetSpent, Meter
from permission_guard.access.qualifiers import left_out
from permission_guard.iam import Context, Effect, FunctionArn, Policy, Statement, Truth
from permission_guard.iam.arn import account_not_in
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.pattern import Patterns
from permission_guard.iam.principal import NamedPrincipal, Principals
from permission_guard.model.facts import FunctionFacts, Trusted
from permission_guard.services import Service, is_public_topic, service_of

_WITH_VARIABLES: Final = "2012-10-17"
RESOURCE: Final = "Resource"
"""The key that stands for an answer about versions or aliases only."""
_REMEMBERED: Final = 8
"""Policies of one event: of the function, its versions and aliases, before and after a repair."""
_TOPICS: Final = "sns.amazonaws.com"
_QUALIFIERS: Final = ("1", "live", "$LATEST")
"""A version, an alias and the function itself, as examples of what a pattern may cover."""
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
    _alone: dict[tuple[object, ...], Answer] = field(default_factory=dict)
    _qualified: dict[Patterns, tuple[str, ...]] = field(default_factory=dict)
    _spent: int = 0
    """Steps that `alone` and `qualified` have taken."""

    @cached_property
    def _denies(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.policy.statements if one.effect is Effect.DENY)

    @property
    def unnamed_account(self) -> str:
        """An untrusted account that the policy does not name."""
        return account_not_in(" ".join((self.policy.text, *self.trusted.all_accounts)), "987654321")

    def answer(self, statement: Statement, actions: Sequence[str]) -> Answer:
        """Return what one of `services` or `others` admits for some of the actions."""
        key = (id(statement), tuple(actions))
        if key not in self._answers:
            asked = [one for one in (*self.services, *self.others) if one.covers(actions)]
            for one, here in zip(asked, self._analysis.answers(asked, actions), strict=True):
                self._answers[id(one), tuple(actions)] = self._of_versions(one, actions, here)
        return self._answers[key]

    def _of_versions(self, statement: Statement, actions: Sequence[str], here: Answer) -> Answer:
        """Return the answer of a function's statement with what it admits to versions and aliases.

        A document may list `function:NAME:*`, as AWS's own example does. Whether Lambda asks the function's policy about
        a call of a version or alias is not documented (facts 3.3), so what a statement admits to those alone is unknown.
        """
        if here.access is not Access.CLOSED:
            return here
        found = here
        try:
            places = self.qualified(statement)
        except BudgetSpent:
            return replace(here, access=Access.TOO_COMPLEX, scale=Scale.UNKNOWN)
        for arn in places:
            there = self.alone(statement, actions, arn, with_denies=True)
            if there.access is Access.TOO_COMPLEX:
                return there
            if there.access is not Access.CLOSED:
                return replace(there, access=Access.UNKNOWN, scale=Scale.UNKNOWN, keys=(RESOURCE,))
            if found.gives_nobody_access:
                found = there
        return found

    def qualified(self, statement: Statement) -> tuple[str, ...]:
        """Return versions and aliases that a statement covers, which different sets of Denies cover too.

        Without those that the same Denies cover as the function itself, if the statement covers it: they fare like it.
        Raises BudgetSpent.
        """
        covered = statement.resources
        if not self.is_function or covered is None:
            return ()
        if covered not in self._qualified:
            # One statement that needs many steps does not use up those of the others.
            meter = Meter((BUDGET - self._spent) // 4)
            try:
                self._qualified[covered] = self._told_apart(statement, meter)
            finally:
                self._spent += min(meter.spent, meter.budget)
        return self._qualified[covered]

    def _told_apart(self, statement: Statement, meter: Meter) -> tuple[str, ...]:
        elements = [one.resources for one in (statement, *self._denies) if one.resources is not None]
        written = [pattern.text.rpartition(":")[2] for element in elements for pattern in element.patterns]
        texts = (one.replace("*", "1").replace("?", "1") for one in written)
        qualifiers = dict.fromkeys((*_QUALIFIERS, *filter(_QUALIFIER.fullmatch, texts)))
        alike: dict[tuple[Truth, ...], str] = {}
        examples = (
            *(f"{self.target}:{one}" for one in qualifiers),
            *left_out(self.target, elements[0], elements[1:], meter),
        )
        for arn in (self.target, *examples):
            truths = tuple(_covering(one, arn) for one in (statement, *self._denies))
            if truths[0] is not Truth.NO:
                alike.setdefault(truths, arn)
        return tuple(arn for arn in alike.values() if arn != self.target)

    def alone(
        self, statement: Statement, actions: Sequence[str], arn: str = "", *, with_denies: bool = False
    ) -> Answer:
        """Return what a statement would admit without the others. All such answers together have one step budget."""
        place = arn or self.target
        elements = (statement.principals, statement.actions, statement.resources, statement.conditions)
        key = (elements, tuple(actions), place, with_denies)
        if key not in self._alone:
            statements = (statement, *self._denies) if with_denies else (statement,)
            policy = replace(self.policy, statements=statements)
            self._alone[key] = self._analyzed(policy, statement, actions, place)
        return self._alone[key]

    def _analyzed(self, policy: Policy, statement: Statement, actions: Sequence[str], place: str) -> Answer:
        target, left = Target.of(place), BUDGET - self._spent
        try:
            analysis = Analysis.of(policy, target, self.trusted, self.at, budget=left)
        except BudgetSpent:
            return Answer(statement.index, Access.TOO_COMPLEX, Scale.UNKNOWN)
        found = analysis.answer(statement, actions)
        self._spent += min(left, analysis.scene.meter.spent)
        return found


_QUALIFIER: Final = re.compile(r"[A-Za-z0-9_$.-]{1,128}")


def _covering(statement: Statement, arn: str) -> Truth:
    return Truth.YES if statement.resources is None else statement.resources.match(arn, Context())


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
            kept, topics = _without_publishers(named, policy, target)
            if topics:
                publishers[statement.index] = topics
            services += [kept] if kept is not None else []
        others += [rest] if rest is not None else []
    denies = [one for one in policy.statements if one.effect is Effect.DENY]
    split = replace(policy, statements=(*services, *others, *denies))
    analysis = Analysis.of(split, Target.of(target), trusted, at)
    kept_all = (tuple(services), tuple(others))
    return Review(target, name, policy, trusted, at, is_function, *kept_all, publishers, analysis)


def _split(statement: Statement) -> tuple[Statement | None, Statement | None]:
    """Return a statement for the services that it names, and for the others."""
    principals = statement.principals
    if principals is None or principals.negated:
        return None, statement
    services = tuple(one for one in principals.named if one.type == "Service")
    others = tuple(one for one in principals.named if one.type != "Service")
    return _for(services, statement), _for(others, statement)


def _for(named: tuple[NamedPrincipal, ...], statement: Statement) -> Statement | None:
    return replace(statement, principals=Principals(named)) if named else None


def _without_publishers(
    statement: Statement, policy: Policy, target: str
) -> tuple[Statement | None, tuple[str, ...]]:
    """Return what a statement admits besides topics of AWS's own, and those topics.

    A condition that lists ARNs in full admits what it would admit for each of them. Only SNS publishes for a topic, and a
    topic only invokes.
    """
    if not _is_for_topics(statement, target):
        return statement, ()
    for condition in statement.conditions:
        topics = tuple(text for text in condition.texts if is_public_topic(text))
        if not topics or condition.lower_key != "aws:sourcearn" or not _is_plain(condition):
            continue
        rest = tuple(text for text in condition.texts if text not in topics)
        if not rest:
            return None, topics
        variables = policy.version == _WITH_VARIABLES
        others = Condition.compiled(condition.operator, condition.key, rest, variables=variables)
        conditions = tuple(others if one is condition else one for one in statement.conditions)
        return replace(statement, conditions=conditions), topics
    return statement, ()


def _is_for_topics(statement: Statement, target: str) -> bool:
    return (
        all(one.lower() == _TOPICS for one in services_in(statement))
        and not statement.covers((*MANAGING, *READING))
        and _covering(statement, target) is Truth.YES
    )


def _is_plain(condition: Condition) -> bool:
    return condition.base in _BY_ARN and condition.quantifier is Quantifier.NONE and not condition.if_exists


def services_in(statement: Statement) -> tuple[str, ...]:
    """Return the services that a statement names; none for a NotPrincipal."""
    principals = statement.principals
    if principals is None or principals.negated:
        return ()
    return tuple(one.name for one in principals.named if one.type == "Service")


def rows_in(statement: Statement) -> tuple[Service, ...]:
    """Return what is known about the services that a statement names."""
    return tuple(row for one in services_in(statement) if (row := service_of(one)))
