"""What a role may do whatever the keys are that nobody knows: its policies as they are in each case.

Two statements can be complements (an Allow for one organization, and one for all others) or exclude each other. Then the verdict
is the same in every case, though each statement alone is undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Final, TypeAlias

from permission_guard.access import forms, letters
from permission_guard.access.literal import MAY, Literals, SearchMode
from permission_guard.access.meter import Meter
from permission_guard.access.text import Automata, Several, Variables
from permission_guard.iam import ABSENT, Context, Policy, Statement, Truth
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.operators import NEGATIONS
from permission_guard.model.facts import RoleFacts

_MOST: Final = 16
"""How many cases are evaluated; with more, the verdict stays unknown."""
_TRIED: Final = 64
"""How many ways in which the conditions on one key could come out are tried."""
_MAY: Final = SearchMode(sure=False, admits=MAY)

Outcome: TypeAlias = Mapping[Condition, bool]
"""How each condition on a key comes out in one case."""


def unknown_keys(role: RoleFacts, sessions: Sequence[Context]) -> tuple[str, ...]:
    """Return the keys in the conditions of the role's policies whose values no session shows."""
    mentioned = dict.fromkeys(one.lower_key for one in _conditions(role))
    return tuple(key for key in mentioned if all(one.values(key) is None for one in sessions))


def every_case(role: RoleFacts, keys: Iterable[str], meter: Meter) -> Iterator[RoleFacts]:
    """Yield the role in each case, the one in which every key is absent first; nothing if there are too many cases.

    Raises BudgetSpent.
    """
    automata = Automata(meter)
    outcomes = [
        _outcomes([one for one in _conditions(role) if one.lower_key == key], automata) for key in keys
    ]
    if not outcomes or prod(map(len, outcomes)) > _MOST:
        return
    for chosen in product(*outcomes):
        known = {condition: true for outcome in chosen for condition, true in outcome.items()}
        identity = tuple(_in_case(one, known) for one in role.identity)
        yield replace(role, identity=identity, boundary=role.boundary and _in_case(role.boundary, known))


def _conditions(role: RoleFacts) -> Iterator[Condition]:
    for policy in (*role.identity, *([role.boundary] if role.boundary else [])):
        for statement in policy.statements:
            yield from statement.conditions


def _outcomes(conditions: Sequence[Condition], automata: Automata) -> list[Outcome]:
    """Return how conditions on one key come out: without the key, and with any value that it may have.

    Conditions that compare with the same values come out alike. Of texts only those cases count that some text makes so; a
    case too many can only leave the verdict unknown. A condition that stays unknown is in no outcome. Raises BudgetSpent.
    """
    key = conditions[0].lower_key
    without, there = (Context.of({key: value}) for value in (ABSENT, "x"))
    asked = [one for one in dict.fromkeys(conditions) if _is_open(one, without)]
    tests = list(dict.fromkeys(_test(one) for one in asked if one.base != "null" and not _takes_all(one)))
    if 1 << len(tests) > _TRIED:
        return [{}]
    found: list[Outcome] = [{one: one.holds(without) is Truth.YES for one in asked}]
    literals = Literals()
    words = Several(key, forms.plain(letters.TEXT, least=0), 1, automata, Variables(Context()))
    for chosen in product((True, False), repeat=len(tests)):
        passed = dict(zip(tests, chosen, strict=True))
        outcome = {
            one: one.holds(there) is Truth.YES
            if one.base == "null"
            else passed.get(_test(one), True) != one.negated
            for one in asked
        }
        if words.solve([literals.want(one, wanted=true) for one, true in outcome.items()], _MAY) is not None:
            found.append(outcome)
    return [*found, *(one for one in _if_empty(asked, without, there) if one not in found)]


def _if_empty(asked: Sequence[Condition], without: Context, there: Context) -> Iterator[Outcome]:
    """Yield how conditions come out for an empty text.

    Whether Null and ForAnyValue with IfExists treat it as a missing key is not documented: once so, and once not.
    """
    for otherwise in (without, there):
        holds = {one: one.holds(Context.of({one.lower_key: ""})) for one in asked}
        unknown = {one: one.holds(otherwise) for one in asked if holds[one] is Truth.UNKNOWN}
        yield {one: (holds | unknown)[one] is Truth.YES for one in asked}


def _is_open(condition: Condition, without: Context) -> bool:
    """Return whether a condition can come out in both ways. One with a variable is left alone."""
    variable = any("${" in text for text in condition.texts)
    return not variable and condition.holds(Context()) is Truth.UNKNOWN is not condition.holds(without)


def _test(condition: Condition) -> tuple[object, ...]:
    """Return what two conditions have in common that come out alike, or opposite if one is negated."""
    base = condition.base
    if condition.quantifier is Quantifier.NONE:
        base = NEGATIONS.get(base, base)
    return condition.quantifier, base, condition.wanted and condition.wanted.tokens


def _takes_all(condition: Condition) -> bool:
    return condition.quantifier is Quantifier.NONE and condition.matches_any_text


def _in_case(policy: Policy, known: Outcome) -> Policy:
    """Return the statements that can apply in a case, without the conditions that are then fulfilled."""
    kept = (one for one in policy.statements if all(known.get(each, True) for each in one.conditions))
    return replace(policy, statements=tuple(_bare(one, known) for one in kept))


def _bare(statement: Statement, known: Outcome) -> Statement:
    return replace(statement, conditions=tuple(one for one in statement.conditions if one not in known))
