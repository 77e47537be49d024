"""The one question: do these policies allow this request?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an explicit Deny anywhere
wins; identity policies are united; the permissions boundary and every level of service control policies must allow
too; within an account a resource policy may allow by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Effect, Policy, Statement
from permission_guard.iam.request import Request
from permission_guard.iam.truth import Truth, any_of


class EvalDecision(Enum):
    """What the policies say of a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    UNDECIDED = "undecided"


class Layer(Enum):
    """Which kind of policy decided."""

    IDENTITY = "identity policies"
    BOUNDARY = "permissions boundary"
    ORGANIZATION = "service control policies"
    RESOURCE = "resource policy"


@frozen
class Cited:
    """A statement, and the policy it stands in."""

    policy: str
    statement: Statement

    def __str__(self) -> str:
        return f"{self.statement.label} of {self.policy}"


@frozen
class Decision:
    """The answer, the layer that gave it, and the statements it rests on (none, if what decided is that none allows)."""

    answer: EvalDecision
    layer: Layer
    statements: tuple[Cited, ...] = ()


def applies(statement: Statement, request: Request, action: str) -> Truth:
    """Return whether a statement, whatever its effect, is about this request, whose action is given in lower case."""
    context = request.context
    # Whom it is for sorts out most statements of a resource policy, and is told apart the fastest.
    least = statement.principals.match(request.principal) if statement.principals else Truth.YES
    if least is not Truth.NO:
        least = min(least, statement.actions.match(action, context))
    if statement.resources and least is not Truth.NO:
        least = min(least, statement.resources.match(request.resource, context))
    for condition in statement.conditions:
        if least is Truth.NO:
            break
        least = min(least, condition.holds(context))
    return least


@frozen
class _Votes:
    """What one layer's statements say: how surely it allows and denies, and on which statements that rests."""

    allows: Truth
    denies: Truth
    allowing: tuple[Cited, ...]
    denying: tuple[Cited, ...]


_SILENT = _Votes(Truth.NO, Truth.NO, (), ())

_Voted: TypeAlias = tuple[Layer, _Votes]


def _votes(policies: Iterable[Policy], request: Request) -> _Votes:
    allowing: list[tuple[Truth, Cited]] = []
    denying: list[tuple[Truth, Cited]] = []
    action = request.action.lower()  # "Action names are case-insensitive", and the policy's are in lower case
    for policy in policies:
        for statement in policy.statements:
            applied = applies(statement, request, action)
            if applied is not Truth.NO:
                cited = (applied, Cited(policy.name, statement))
                (allowing if statement.effect is Effect.ALLOW else denying).append(cited)
    if not allowing and not denying:
        return _SILENT
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

    `organization` holds the service control policies, one series for each level from the root to the account; they
    bound whatever the others give. `boundary` bounds what `identity` gives, to which a resource policy adds: where
    only the boundary stands against a resource policy, AWS's answer depends on how that names the caller, and ours
    is UNDECIDED.
    """
    given = (Layer.IDENTITY, _votes(identity, request))
    bounds = [(Layer.BOUNDARY, _votes((boundary,), request))] if boundary else []
    levels = [(Layer.ORGANIZATION, _votes(level, request)) for level in organization]
    granted = [(Layer.RESOURCE, _votes((resource,), request))] if resource else []

    layers = (given, *bounds, *levels, *granted)
    for layer, votes in layers:
        if votes.denies is Truth.YES:
            return Decision(EvalDecision.DENIED, layer, votes.denying)
    allowed = _allowed([given, *bounds], levels, granted)
    if allowed.answer is not EvalDecision.NOT_ALLOWED:
        for layer, votes in layers:
            if votes.denies is Truth.UNKNOWN:
                return Decision(EvalDecision.UNDECIDED, layer, votes.denying)
    return allowed


_ANSWERS = {
    Truth.NO: EvalDecision.NOT_ALLOWED,
    Truth.UNKNOWN: EvalDecision.UNDECIDED,
    Truth.YES: EvalDecision.ALLOWED,
}


def _allowed(own: Sequence[_Voted], levels: Sequence[_Voted], granted: Sequence[_Voted]) -> Decision:
    """Decide as if nothing were denied; `own` are the identity policies and, if there is one, the boundary."""
    layer, votes = _weakest(own)
    allows = votes.allows
    most = Truth.YES if all(bound.allows is Truth.YES for _, bound in own[1:]) else Truth.UNKNOWN
    for resource, more in granted:
        if min(more.allows, most) >= allows:
            layer, votes, allows = resource, more, min(more.allows, most)
    for level, bound in levels:
        if bound.allows < allows:
            layer, votes, allows = level, bound, bound.allows
    return Decision(_ANSWERS[allows], layer, votes.allowing)


def _weakest(layers: Sequence[_Voted]) -> _Voted:
    return min(layers, key=lambda voted: voted[1].allows)
