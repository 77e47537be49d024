"""The one question: do these policies allow this request?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an explicit Deny anywhere
wins; identity policies are united; the permissions boundary and every level of service control policies must allow
too; within an account a resource policy may allow by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from permission_guard.iam.policy import Effect, Policy, Statement
from permission_guard.iam.request import Request
from permission_guard.iam.truth import Truth, all_of, any_of


class Answer(Enum):
    """What the policies say of a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    UNDECIDED = "cannot be told"


class Layer(Enum):
    """Which kind of policy decided."""

    IDENTITY = "identity policies"
    BOUNDARY = "permissions boundary"
    ORGANIZATION = "service control policies"
    RESOURCE = "resource policy"


@dataclass(frozen=True, slots=True)
class Cited:
    """A statement, and the policy it stands in."""

    policy: str
    statement: Statement

    def __str__(self) -> str:
        return f"{self.statement.label} of {self.policy}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the layer that gave it, and the statements it rests on (none, if what decided is that none allows)."""

    answer: Answer
    layer: Layer
    statements: tuple[Cited, ...] = ()


def applies(statement: Statement, request: Request) -> Truth:
    """Tell whether a statement, whatever its effect, is about this request."""
    parts: tuple[Callable[[], Truth], ...] = (
        lambda: statement.actions.match(request.action.lower(), request.context),
        lambda: statement.principals.match(request.principal) if statement.principals else Truth.YES,
        lambda: (
            statement.resources.match(request.resource, request.context) if statement.resources else Truth.YES
        ),
        lambda: all_of(condition.holds(request.context) for condition in statement.conditions),
    )
    return all_of(part() for part in parts)


@dataclass(frozen=True, slots=True)
class _Votes:
    """What one layer's statements say: how surely it allows and denies, and on which statements that rests."""

    allows: Truth
    denies: Truth
    allowing: tuple[Cited, ...]
    denying: tuple[Cited, ...]


def _votes(policies: Iterable[Policy], request: Request) -> _Votes:
    allowing: list[tuple[Truth, Cited]] = []
    denying: list[tuple[Truth, Cited]] = []
    for policy in policies:
        for statement in policy.statements:
            applied = applies(statement, request)
            if applied is not Truth.NO:
                cited = (applied, Cited(policy.name, statement))
                (allowing if statement.effect is Effect.ALLOW else denying).append(cited)
    allows, denies = any_of(t for t, _ in allowing), any_of(t for t, _ in denying)
    return _Votes(
        allows,
        denies,
        tuple(cited for applied, cited in allowing if applied is allows),
        tuple(cited for applied, cited in denying if applied is denies),
    )


def decide(
    request: Request,
    *,
    identity: Sequence[Policy] = (),
    boundary: Policy | None = None,
    organization: Sequence[Sequence[Policy]] = (),
    resource: Policy | None = None,
) -> Decision:
    """Decide one request by all the policies that bear on it.

    `organization` holds the service control policies, one series for each level from the root to the account.
    `boundary` and `organization` bound what `identity` gives; a resource policy adds to it (facts 6.1).
    """
    asked = [(Layer.IDENTITY, _votes(identity, request))]
    bounds = [(Layer.BOUNDARY, _votes((boundary,), request))] if boundary else []
    bounds += [(Layer.ORGANIZATION, _votes(level, request)) for level in organization]
    granted = [(Layer.RESOURCE, _votes((resource,), request))] if resource else []

    for layer, votes in (*asked, *bounds, *granted):
        if votes.denies is Truth.YES:
            return Decision(Answer.DENIED, layer, votes.denying)
    allowed = _allowed(asked[0][1], bounds, [votes for _, votes in granted])
    if allowed.answer in {Answer.ALLOWED, Answer.UNDECIDED}:
        for layer, votes in (*asked, *bounds, *granted):
            if votes.denies is Truth.UNKNOWN:
                return Decision(Answer.UNDECIDED, layer, votes.denying)
    return allowed


_ANSWERS = {Truth.NO: Answer.NOT_ALLOWED, Truth.UNKNOWN: Answer.UNDECIDED, Truth.YES: Answer.ALLOWED}


def _allowed(identity: _Votes, bounds: Sequence[tuple[Layer, _Votes]], granted: Sequence[_Votes]) -> Decision:
    """Decide as if nothing were denied."""
    for votes in granted:
        if votes.allows is Truth.YES:
            return Decision(Answer.ALLOWED, Layer.RESOURCE, votes.allowing)
    layers = [(Layer.IDENTITY, identity), *bounds]
    least = min(votes.allows for _, votes in layers)
    layer, weakest = next((layer, votes) for layer, votes in layers if votes.allows is least)
    if least is Truth.YES:
        return Decision(Answer.ALLOWED, Layer.IDENTITY, identity.allowing)
    for votes in granted:
        if votes.allows >= least:
            return Decision(_ANSWERS[votes.allows], Layer.RESOURCE, votes.allowing)
    return Decision(_ANSWERS[least], layer, weakest.allowing)
