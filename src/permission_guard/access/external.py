"""The analysis of one policy: who outside the zone of trust has access, and who inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import product
from typing import Final, NamedTuple

from permission_guard.access import actions
from permission_guard.access.alike import Kinds
from permission_guard.access.answer import Access, Answer, Scale, WitnessRequest
from permission_guard.access.callers import ANY_SERVICE, DOCUMENTED, build, kinds
from permission_guard.access.choices import with_fitting_tags
from permission_guard.access.clauses import Clause, Search
from permission_guard.access.coverage import Coverage
from permission_guard.access.identities import SERVICE_NAMES
from permission_guard.access.keys import NETWORK, TOKEN, VIA_URL
from permission_guard.access.literal import MAY, PRINCIPAL, Found, SearchMode, Stance, Want
from permission_guard.access.meter import BUDGET, BudgetSpent, Meter
from permission_guard.access.node import Caller
from permission_guard.access.scene import Scene, Side, Target
from permission_guard.access.sources import SOURCE_KEYS
from permission_guard.iam import (
    ABSENT,
    Context,
    Decision,
    Effect,
    EvalDecision,
    Policy,
    Request,
    Statement,
    Truth,
    decide,
)
from permission_guard.model.facts import Trusted

_ARN: Final = "aws:sourcearn"
_SHARE: Final = 100_000
"""Steps that each statement gets at first; an ordinary statement takes 15,000 at most."""
_TOO_COMPLEX: Final = Answer(-1, Access.TOO_COMPLEX, Scale.UNKNOWN)
_SEVERAL: Final = 3
_BY_SERVICE: Final = frozenset({*SOURCE_KEYS, TOKEN, VIA_URL, SERVICE_NAMES})
"""Keys that are unsure for an unknown service, and may be sure for a service of the table."""
_SURE: Final = SearchMode(sure=True, admits=Stance.SURE)
_MAY: Final = SearchMode(sure=False, admits=MAY)
_INSIDE: Final = SearchMode(sure=False, admits=Stance.SURE | Stance.NETWORK | Stance.DOUBTFUL)
_INSIDE_MAY: Final = SearchMode(sure=False, admits=MAY | Stance.NETWORK | Stance.DOUBTFUL)


class _Disagreement(Exception):
    """The evaluator refuses a request that the analysis found to be allowed: a fault of this program."""

    def __init__(self, witness: WitnessRequest) -> None:
        self.witness = witness


class Question(NamedTuple):
    """Which requests to search: from which side, for which action, by which kind of caller, and how sure."""

    side: Side
    action: str
    kind: str
    mode: SearchMode


class Candidate(NamedTuple):
    """A request that an Allow admits and no Deny refuses: its values, and the kind of caller that makes it."""

    found: Found
    caller: Caller


@dataclass
class Analysis:
    """One policy, its step budget, and what has been found so far."""

    scene: Scene
    coverage: Coverage
    kinds: Kinds
    _searches: dict[Question, Search | None] = field(default_factory=dict)
    _passed: dict[tuple[Search, tuple[Clause, ...]], bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        policy: Policy,
        target: Target,
        trusted: Trusted,
        now: datetime,
        *,
        other: Policy | None = None,
        budget: int = BUDGET,
    ) -> Analysis:
        """Read a policy, and the policy that it is compared with, if any."""
        policies = (policy, other) if other else (policy,)
        scene = Scene.of(target, trusted, now, policies, Meter(budget))
        return cls(scene, Coverage(scene), Kinds(scene))

    @property
    def policy(self) -> Policy:
        """The policy that is analyzed."""
        return self.scene.policies[0]

    def answer(self, allow: Statement, among: Sequence[str]) -> Answer:
        """Return what an Allow statement admits for these actions."""
        try:
            return self._answer(allow, among)
        except BudgetSpent:
            return Answer(allow.index, Access.TOO_COMPLEX, Scale.UNKNOWN)
        except _Disagreement as fault:
            return Answer(allow.index, Access.UNKNOWN, Scale.UNKNOWN, fault.witness, disagreement=True)

    def answers(self, allows: Sequence[Statement], among: Sequence[str]) -> tuple[Answer, ...]:
        """Return an answer for each statement. One that needs many steps does not use up the steps of the others.

        Each statement gets an equal share first. Those that need more then share half of the rest. The other half is kept
        for a later question about other actions. Statements that differ only in names take the steps of one.
        """
        found = dict.fromkeys(range(len(allows)), _TOO_COMPLEX)
        for fraction, most in ((1, _SHARE), (2, BUDGET)):
            hard = [place for place, one in found.items() if one.access is Access.TOO_COMPLEX]
            share = min(most, self.scene.meter.left // (fraction * max(1, len(hard))))
            for place in hard:
                with self.scene.meter.at_most(share):
                    found[place] = self.kinds.answer(allows[place], tuple(among), self.answer)
        return tuple(found.values())

    def _answer(self, allow: Statement, among: Sequence[str]) -> Answer:
        asked = self.coverage.distinguished(allow, among)
        unknown: tuple[Candidate, WitnessRequest] | None = None
        sides = [self.scene.untrusted(named=False), self.scene.untrusted(named=True)]
        for side, action in product(dict.fromkeys(sides), asked):
            result = self._untrusted(allow, side, action)
            if isinstance(result, WitnessRequest):
                access = Access.OPEN if side == sides[0] else Access.NAMED
                return Answer(allow.index, access, Scale.OPEN, result)
            unknown = unknown or result
        if unknown is not None and not self._rests_on_form(allow, asked):
            candidate, witness = unknown
            keys = self._keys(candidate.found, witness)
            return Answer(allow.index, Access.UNKNOWN, Scale.UNKNOWN, witness, keys)
        network = self.scene.mentions(*NETWORK) and self._over_network(allow, asked)
        return Answer(allow.index, Access.CLOSED, self._scale(allow, asked), network=network)

    @cached_property
    def _denies(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.policy.statements if one.effect is Effect.DENY)

    def _untrusted(
        self, allow: Statement, side: Side, action: str
    ) -> WitnessRequest | tuple[Candidate, WitnessRequest] | None:
        """Return an untrusted request that is allowed; or one that may be; or None."""
        network = Stance(0) if action in actions.INVOKING else Stance.NETWORK
        may, must = (SearchMode(mode.sure, mode.admits | network) for mode in (_MAY, _SURE))
        unknown: tuple[Candidate, WitnessRequest] | None = None
        for kind in kinds(side, allow.principals):
            question = Question(side, action, kind, may)
            candidate = self.find(allow, question)
            if candidate is None:
                continue
            witness, found = self.witness(action, candidate), candidate.found
            if not found.unsure and self.decided(witness).answer is EvalDecision.ALLOWED:
                return witness
            named = kind == ANY_SERVICE and (not found.unsure or _BY_SERVICE.intersection(found.unsure))
            for sure in (kind, *(DOCUMENTED if named else ())):
                again = self.find(allow, Question(side, action, sure, must))
                if again is not None:
                    return self._agreed(self.witness(action, again))
            fitted = with_fitting_tags(witness, self.policy.statements)
            if not found.unsure and self.decided(fitted).answer is EvalDecision.ALLOWED:
                return fitted
            unknown = unknown or (candidate, witness)
        return unknown

    def _agreed(self, witness: WitnessRequest) -> WitnessRequest:
        if self.decided(witness).answer is not EvalDecision.ALLOWED:
            raise _Disagreement(witness)
        return witness

    def decided(self, witness: WitnessRequest) -> Decision:
        """Ask the ordinary evaluator."""
        return decide(witness.request, resource=self.policy)

    def _rests_on_form(self, allow: Statement, asked: Iterable[str]) -> bool:
        """Return whether only an undocumented form of SourceArn makes the answer unknown, and no trusted caller has access.

        The statement is then dead by itself. The table of services decides between dead and unknown here, never for a pass:
        if a Deny refuses the documented forms, the answer stays unknown.
        """
        documented = SearchMode(sure=False, admits=MAY ^ Stance.UNDOCUMENTED | Stance.NETWORK)
        side = self.scene.untrusted(named=True)
        every = (Question(side, *one, documented) for one in product(asked, kinds(side, allow.principals)))
        if not self.scene.mentions(_ARN) or any(self._admits(allow, one) for one in every):
            return False
        return self._scale(allow, asked) is Scale.DEAD

    def _admits(self, allow: Statement, asked: Question) -> bool:
        """Return whether an Allow admits a request for an action that it covers; a Deny may refuse it."""
        search = self._search(asked)
        return search is not None and search.solve(self.fulfilled(allow), ()) is not None

    def _over_network(self, allow: Statement, asked: Iterable[str]) -> bool:
        mode = SearchMode(sure=False, admits=MAY | Stance.NETWORK)
        return any(self._anybody(allow, self.scene.untrusted(named=True), action, mode) for action in asked)

    def _anybody(self, allow: Statement, side: Side, action: str, mode: SearchMode) -> bool:
        return any(
            self.find(allow, Question(side, action, kind, mode)) for kind in kinds(side, allow.principals)
        )

    def _scale(self, allow: Statement, asked: Iterable[str]) -> Scale:
        """Who inside the zone of trust has access."""
        members, accounts = self.scene.members, self.scene.accounts
        steps: list[tuple[Side | None, SearchMode, Scale]] = [
            (members, _INSIDE, Scale.ORGANIZATION),
            (self.scene.renamed(accounts), _INSIDE, Scale.ACCOUNT),
            (accounts, _INSIDE, Scale.RESOURCE),
            (accounts, _INSIDE_MAY, Scale.UNKNOWN),
            (members, _INSIDE_MAY, Scale.UNKNOWN),
        ]
        for side, mode, scale in steps:
            if side is not None and any(self._anybody(allow, side, action, mode) for action in asked):
                return scale
        return Scale.DEAD

    def find(
        self, allow: Statement, asked: Question, more: Sequence[Clause] = (), extra: Sequence[Want] = ()
    ) -> Candidate | None:
        """Return a request of one kind of caller that the Allow admits and no Deny refuses; None if there is none.

        `more` are further clauses and `extra` further wants to meet. Raises BudgetSpent.
        """
        search = self._search(asked) if self.applies(allow, asked) else None
        if search is None:
            return None
        clauses = tuple(self.scene.literals.broken(one) for one in self._denies if self.may_apply(one, asked))
        if self._many and clauses and not self._passable(search, clauses):
            return None
        found = search.solve([*self.fulfilled(allow), *extra], [*clauses, *more])
        return None if found is None else Candidate(found, search.caller)

    @cached_property
    def _many(self) -> bool:
        """Whether the policy has so many Allows that checking the Denies once for each kind of caller saves steps."""
        return sum(1 for one in self.policy.statements if one.effect is Effect.ALLOW) > _SEVERAL

    def _passable(self, search: Search, clauses: tuple[Clause, ...]) -> bool:
        key = search, clauses
        if key not in self._passed:
            self._passed[key] = search.solve((), clauses) is not None
        return self._passed[key]

    def _search(self, asked: Question) -> Search | None:
        """Return the search of a question; actions whose calls have the same keys share it."""
        key = asked._replace(action=self.coverage.modelled(asked.action))
        if key not in self._searches:
            caller = build(self.scene, asked.side, asked.action, asked.kind)
            self._searches[key] = None if caller is None else Search(caller, asked.mode, self.scene.meter)
        return self._searches[key]

    def applies(self, statement: Statement, asked: Question) -> bool:
        """Return whether a statement covers the call, as surely as the mode asks."""
        return asked.mode.accepts(self.coverage.truth(statement, asked.action), wanted=True)

    def may_apply(self, statement: Statement, asked: Question) -> bool:
        """Return whether the mode does not accept that a statement leaves the call uncovered."""
        return not asked.mode.accepts(self.coverage.truth(statement, asked.action), wanted=False)

    def fulfilled(self, statement: Statement) -> Iterator[Want]:
        """Yield the wants that together make a statement apply."""
        for literal, wanted in self.scene.literals.broken(statement):
            yield literal, not wanted

    def witness(self, action: str, candidate: Candidate) -> WitnessRequest:
        """Return a candidate as a request, with the keys that the policies mention."""
        values = candidate.found.values
        keys = {key: value for key, value in values.items() if key in self.scene.literals.mentioned}
        context = Context.of(keys, unlisted=ABSENT)
        principal = candidate.caller.principal(values)
        return WitnessRequest(Request(action, self.scene.target.arn, principal, context))

    def _keys(self, found: Found, witness: WitnessRequest) -> tuple[str, ...]:
        """Return the condition keys that the answer depends on; the Principal element if there are none."""
        context = witness.request.context
        conditions = [one for statement in self.policy.statements for one in statement.conditions]
        unknown = [one.lower_key for one in conditions if one.holds(context) is Truth.UNKNOWN]
        varying = [one.lower_key for one in conditions if any("${" in text for text in one.texts)]
        keys = dict.fromkeys(key for key in (*found.unsure, *unknown) if key != PRINCIPAL)
        return tuple(keys) or tuple(dict.fromkeys(varying)) or ("Principal",)
