"""What a repair changes: whether a trusted caller loses access, and whether any caller gains access.

Both are a search for a request that one policy allows and the other does not. In the first policy an Allow applies and
no Deny does. In the second policy either no Allow applies, or a Deny applies that the first policy does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from permission_guard.access import actions
from permission_guard.access.answer import Change, WitnessRequest
from permission_guard.access.callers import kinds
from permission_guard.access.clauses import Clause
from permission_guard.access.external import Analysis, Question
from permission_guard.access.literal import MAY, SearchMode, Stance, Want
from permission_guard.access.meter import BudgetSpent
from permission_guard.access.scene import Side
from permission_guard.iam import Effect, EvalDecision, Policy, Statement, decide

_ADMITTED: Final = Stance.SURE | Stance.NETWORK
_SURE: Final = SearchMode(sure=True, admits=_ADMITTED)
_MAY: Final = SearchMode(sure=False, admits=MAY | Stance.NETWORK)
_EVERYBODY: Final = Side(None, None)

Outcome: TypeAlias = tuple[Change, WitnessRequest | None]


def lost(analysis: Analysis, after: Policy) -> Outcome:
    """Look for a request from inside the zone of trust that the analyzed policy allows and the other does not."""
    scene = analysis.scene
    sides = [scene.accounts, *([scene.members] if scene.members else [])]
    return _outcome(analysis, after, sides)


def admitted(analysis: Analysis, before: Policy) -> Outcome:
    """Look for any request that the analyzed policy allows and the policy before it does not."""
    return _outcome(analysis, before, [_EVERYBODY])


def _outcome(analysis: Analysis, other: Policy, sides: Sequence[Side]) -> Outcome:
    unknown: Outcome = (Change.NONE, None)
    try:
        for difference in _differences(analysis, other, sides):
            if difference[0] is Change.SOME:
                return difference
            unknown = difference if unknown[1] is None else unknown
    except BudgetSpent:
        return Change.TOO_COMPLEX, None
    return unknown


def _differences(analysis: Analysis, other: Policy, sides: Sequence[Side]) -> Iterator[Outcome]:
    scene = analysis.scene
    statements = [one for policy in scene.policies for one in policy.statements]
    denied_alike = all(
        any(_same(deny, one) for one in analysis.policy.statements)
        for deny in other.statements
        if deny.effect is Effect.DENY
    )
    every = (*actions.EVERY, actions.READ_LAYER, *actions.written(statements))
    for allow in analysis.policy.statements:
        if allow.effect is not Effect.ALLOW:
            continue
        if denied_alike and any(_same(allow, one) for one in other.statements):
            # The other policy has this Allow and no further Deny, so it allows the same requests.
            continue
        for side in sides:
            for action in analysis.coverage.distinguished(allow, every):
                for kind in kinds(side, allow.principals):
                    may = Question(side, action, kind, _MAY)
                    outcome = _first(analysis, other, allow, may)
                    if outcome is not None and outcome[0] is Change.UNKNOWN:
                        outcome = _first(analysis, other, allow, may._replace(mode=_SURE)) or outcome
                    if outcome is not None:
                        yield outcome


def _first(analysis: Analysis, other: Policy, allow: Statement, asked: Question) -> Outcome | None:
    """Return the first request that the policies decide differently, or may; None if there is none."""
    for extra, clauses in _ways(analysis, other, asked):
        candidate = analysis.find(allow, asked, clauses, extra)
        if candidate is not None:
            witness = analysis.witness(asked.action, candidate)
            first, second = analysis.decided(witness).answer, decide(witness.request, resource=other).answer
            is_sure = (
                not candidate.found.unsure
                and first is EvalDecision.ALLOWED
                and second in {EvalDecision.DENIED, EvalDecision.NOT_ALLOWED}
            )
            return (Change.SOME if is_sure else Change.UNKNOWN), witness
    return None


def _ways(
    analysis: Analysis, other: Policy, asked: Question
) -> Iterator[tuple[Sequence[Want], Sequence[Clause]]]:
    """Yield the ways in which the other policy can refuse: wants that must all be met, and clauses."""
    allows = (one for one in other.statements if one.effect is Effect.ALLOW)
    yield (), [analysis.scene.literals.broken(one) for one in allows if analysis.may_apply(one, asked)]
    for deny in other.statements:
        applies = deny.effect is Effect.DENY and analysis.applies(deny, asked)
        if applies and not any(_same(deny, one) for one in analysis.policy.statements):
            yield tuple(analysis.fulfilled(deny)), ()


def _same(one: Statement, other: Statement) -> bool:
    return (
        one.effect is other.effect
        and one.principals == other.principals
        and one.actions == other.actions
        and one.resources == other.resources
        and one.conditions == other.conditions
    )
