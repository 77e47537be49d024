"""How far a statement opens a function: one scale, found by asking the policy itself.

resource - account - organisation - open - dead - unknown. The strangers of `family` are put to the policy one by one: one
that is let in is the witness, and the statement is open. If none is, the trusted are put to it, and the scale is how
general a caller it still lets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Final

from permission_guard.exposure.actions import INVOKING, covered, told_apart
from permission_guard.exposure.family import Families
from permission_guard.exposure.origins import Kin
from permission_guard.exposure.question import Member, Question
from permission_guard.exposure.unmet import nearest
from permission_guard.exposure.wildcards import Filling, on_its_own
from permission_guard.facts import FunctionFacts, Subject, Trusted
from permission_guard.finding import DeniedRequest, Undecided, Witness
from permission_guard.iam import Answer, Decision, Policy, Request, Statement, decide
from permission_guard.mismatch import unknowns

_REMEMBERED: Final = 1024
"""How many statements' places are kept: more than a policy of 20 KB can hold, in two versions of it."""


_MOST_STRANGERS: Final = 20_000
_TOO_MANY: Final = (
    f"the policy names so many accounts and resources that {_MOST_STRANGERS} strangers did not exhaust them"
)


class Scale(Enum):
    """Whom a statement lets in."""

    RESOURCE = "only what it names, in accounts you trust"
    ACCOUNT = "anything in accounts you trust"
    ORGANIZATION = "any account of an organisation you trust"
    OPEN = "strangers"
    DEAD = "nobody"
    UNKNOWN = "it cannot be told whom"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A place on the scale, with the proof where it is OPEN, UNKNOWN, or DEAD by the statement's own words."""

    scale: Scale
    witness: Witness | None = None
    doubt: Undecided | None = None
    unmet: DeniedRequest | None = None
    """For DEAD: the call that comes nearest and what stands in its way. None if a Deny keeps everybody out."""
    kin: Kin = Kin.STRANGER
    """Whether the witness is anybody, or of an account or organisation that the policy names."""


@dataclass(frozen=True, slots=True)
class Door:
    """A function, version, alias or layer version with the policy that guards it."""

    subject: Subject
    qualifier: str | None
    policy: Policy
    trusted: Trusted

    @property
    def target(self) -> str:
        """The ARN by which callers name it."""
        return self.subject.qualified(self.qualifier)

    def families(self, statement: Statement, actions: tuple[str, ...] = INVOKING) -> tuple[Families, ...]:
        """Return the families around one statement, one for each of the actions that it covers.

        Of actions that nothing in the policy tells apart, one stands for all.
        """
        alone = on_its_own(self.policy, statement)
        return tuple(
            Families(Question(alone, self.subject, self.target, action, self.trusted))
            for action in told_apart(alone, covered(statement, actions))
        )

    def exposure(self, statement: Statement, actions: tuple[str, ...] = INVOKING) -> Exposure:
        """Place a statement on the scale, by the strangest and the most general caller whom it lets in."""
        return _exposed(replace(self, policy=on_its_own(self.policy, statement)), actions)


@lru_cache(maxsize=_REMEMBERED)
def _exposed(door: Door, actions: tuple[str, ...]) -> Exposure:
    """Place the one Allow statement of a door's policy; the rest of that are Denies.

    Remembered, because a repair is proved by judging the policy again in which one statement of many has changed.
    """
    statement = door.policy.statements[0]
    families = door.families(statement, actions)
    here = _placed(families)
    if here.scale is not Scale.DEAD:
        return here
    elsewhere = next(_by_qualifier(door, statement, actions), None)
    if elsewhere is not None:
        return elsewhere
    unmet = None if any(_opens(statement, family) for family in families) else nearest(statement, families)
    return replace(here, unmet=unmet)


def _by_qualifier(door: Door, statement: Statement, actions: tuple[str, ...]) -> Iterator[Exposure]:
    """Yield the exposure of a function's statement that is about its versions and aliases only.

    A document may list `function:NAME:*`, as AWS's own example does. Whether Lambda asks the function's policy about
    a call to a version or alias is not spelled out (facts 3.3, marked unsure), so that what such a statement opens
    is in doubt, and never a fault or a pass.
    """
    if door.qualifier is not None or statement.resources is None:
        return
    filling = Filling(door.subject, door.subject.account, "1")
    for pattern in statement.resources.patterns:
        head, _, qualifier = filling.text(pattern.text).rpartition(":")
        if head == door.target:
            there = _exposed(replace(door, qualifier=qualifier), actions)
            if there.scale is not Scale.DEAD:
                yield _in_doubt(there)


def _placed(families: tuple[Families, ...]) -> Exposure:
    doubt: Undecided | None = None
    scales: set[Scale] = set()
    for family in families:
        policy = family.asked.policy
        for count, member in enumerate(family.strangers()):
            decision = decide(member.request, resource=policy)
            if count == _MOST_STRANGERS:
                doubt = doubt or Undecided(member.request, decision, _TOO_MANY)
                break
            if decision.answer is Answer.ALLOWED:
                witness = Witness(member.request, decision, member.who)
                return Exposure(Scale.OPEN, witness=witness, kin=member.kin)
            if decision.answer is Answer.UNDECIDED and doubt is None:
                doubt = Undecided(member.request, decision, _doubt(member, decision))
        scales |= {_SCALES[friend.kin] for friend in family.friends() if _lets_in(policy, friend.request)}
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


def _lets_in(policy: Policy, request: Request) -> bool:
    return decide(request, resource=policy).answer in {Answer.ALLOWED, Answer.UNDECIDED}


def _opens(statement: Statement, family: Families) -> bool:
    """Tell whether the statement lets anybody in once no Deny stands beside it."""
    alone = Policy(family.asked.policy.name, (statement,), family.asked.policy.version)
    members = (*family.strangers(), *family.friends())
    return any(_lets_in(alone, member.request) for member in members)


def _doubt(member: Member, decision: Decision) -> str:
    unknown = [one for cited in decision.statements for one in unknowns(cited.statement, member.request)]
    what = f"whether {member.who} may call {member.request.action}"
    if not unknown:
        return f"{what} cannot be told from {' and '.join(map(str, decision.statements))}"
    return f"{what} depends on {' and '.join(dict.fromkeys(unknown))}, which cannot be known beforehand"


def _in_doubt(there: Exposure) -> Exposure:
    """What a statement opens if Lambda asks the function's policy about calls to its versions and aliases."""
    if there.witness is None:
        return there
    request, who = there.witness.request, there.witness.stranger
    doubt = f"{who} gets in if Lambda asks this policy about {request.resource}, which AWS does not say"
    return Exposure(Scale.UNKNOWN, doubt=Undecided(request, there.witness.decision, doubt), kin=there.kin)


def door_of(facts: FunctionFacts, trusted: Trusted) -> Door:
    """Return the door of the function, version or alias in question. Raises ValueError if it has no policy."""
    if facts.resource_policy is None:
        raise ValueError(f"{facts.target} has no resource policy that was read")
    return Door(facts.arn, facts.qualifier, facts.resource_policy, trusted)
