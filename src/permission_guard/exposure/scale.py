"""How far a statement opens a function: one scale, found by asking the policy itself.

resource - account - organisation - open - dead - unknown. The strangers of `family` are put to the policy one by one: one
that is let in is the witness, and the statement is open. If none is, the trusted are put to it, and the scale is how
general a caller it still lets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from permission_guard.exposure.family import INVOKE, INVOKE_URL, Families, Member
from permission_guard.exposure.origins import Kin
from permission_guard.exposure.wildcards import on_its_own
from permission_guard.facts import FunctionFacts, PolicyFacts, Trusted
from permission_guard.finding import Undecided, Witness
from permission_guard.iam import Answer, Context, Effect, FunctionArn, Policy, Statement, Truth, decide


class Scale(Enum):
    """Whom a statement lets in."""

    RESOURCE = "only what it names, in accounts you trust"
    ACCOUNT = "anything in accounts you trust"
    ORGANIZATION = "any account of an organisation you trust"
    OPEN = "strangers"
    DEAD = "nobody: no caller can fulfil it"
    UNKNOWN = "it cannot be told whom"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A place on the scale, with the proof where it is OPEN or UNKNOWN."""

    scale: Scale
    witness: Witness | None = None
    doubt: Undecided | None = None
    kin: Kin = Kin.STRANGER
    """Whether the witness is anybody, or of an account or organisation that the policy names."""


def invoking(statement: Statement) -> tuple[str, ...]:
    """Return the actions of invoking that an Allow statement covers."""
    if statement.effect is not Effect.ALLOW:
        return ()
    anything = Context()
    return tuple(
        action
        for action in (INVOKE, INVOKE_URL)
        if statement.actions.match(action.lower(), anything) is not Truth.NO
    )


@dataclass(frozen=True, slots=True)
class Door:
    """A function, version or alias with the policy that guards it."""

    function: FunctionArn
    target: str
    policy: Policy
    trusted: Trusted

    def families(self, statement: Statement) -> tuple[Families, ...]:
        """Return the families around one statement, one for each action of invoking that it covers."""
        alone = on_its_own(self.policy, statement)
        return tuple(
            Families(alone, self.function, self.target, action, self.trusted)
            for action in invoking(statement)
        )

    def exposure(self, statement: Statement) -> Exposure:
        """Place a statement on the scale."""
        doubt: Undecided | None = None
        scales: set[Scale] = set()
        for family in self.families(statement):
            for member in family.strangers():
                decision = decide(member.request, resource=family.policy)
                if decision.answer is Answer.ALLOWED:
                    return Exposure(
                        Scale.OPEN, witness=Witness(member.request, decision, member.who), kin=member.kin
                    )
                if decision.answer is Answer.UNDECIDED and doubt is None:
                    doubt = Undecided(member.request, decision, _doubt(member))
            scales |= {_SCALES[friend.kin] for friend in family.friends() if _lets_in(family.policy, friend)}
        if doubt is not None:
            return Exposure(Scale.UNKNOWN, doubt=doubt)
        widest = (Scale.ORGANIZATION, Scale.ACCOUNT, Scale.RESOURCE)
        return Exposure(next((scale for scale in widest if scale in scales), Scale.DEAD))


_SCALES = {
    Kin.STRANGER: Scale.OPEN,
    Kin.FOREIGN: Scale.OPEN,
    Kin.MEMBER: Scale.ORGANIZATION,
    Kin.ACCOUNT: Scale.ACCOUNT,
    Kin.NAMED: Scale.RESOURCE,
}


def _lets_in(policy: Policy, member: Member) -> bool:
    return decide(member.request, resource=policy).answer in {Answer.ALLOWED, Answer.UNDECIDED}


def _doubt(member: Member) -> str:
    return f"whether {member.who} may invoke depends on a condition key that cannot be known beforehand"


def door_of(facts: FunctionFacts, trusted: Trusted) -> Door:
    """Return the door of the function, version or alias in question. Raises ValueError if it has no policy."""
    if not isinstance(facts.policy, PolicyFacts) or facts.policy.policy is None:
        raise ValueError(f"{facts.target} has no resource policy that was read")
    return Door(facts.arn, facts.target, facts.policy.policy, trusted)
