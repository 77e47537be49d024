"""Whether policies allow a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an explicit Deny anywhere
wins; identity policies are united; the permissions boundary must allow too; within an account a resource policy may
allow by itself.
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
    """The decision of all policies about a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    UNDECIDED = "undecided"


class Layer(Enum):
    """Which kind of policy decided."""

    IDENTITY = "identity policies"
    BOUNDARY = "permissions boundary"
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
    """The answer, the kind of policy that decided it, and the statements that did; none if no statement allows."""

    answer: EvalDecision
    layer: Layer
    statements: tuple[Cited, ...] = ()


def applies(statement: Statement, request: Request, action: str) -> Truth:
    """Return whether a statement, Allow or Deny, matches this request. The action is given in lower case."""
    context = request.context
    # The principal comes first: it rules out most statements of a resource policy, and is the cheapest to compare.
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
    """How surely the policies of one kind allow and deny, and by which statements."""

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
    resource: Policy | None = None,
) -> Decision:
    """Decide one request by all policies that apply to it.

    The boundary limits what the identity policies allow. The resource policy adds to it. If the resource policy allows
    what the boundary does not, the answer is UNDECIDED: AWS's depends on how the resource policy names the caller.
    """
    given = (Layer.IDENTITY, _votes(identity, request))
    bounds = [(Layer.BOUNDARY, _votes((boundary,), request))] if boundary else []
    granted = [(Layer.RESOURCE, _votes((resource,), request))] if resource else []

    layers = (given, *bounds, *granted)
    for layer, votes in layers:
        if votes.denies is Truth.YES:
            return Decision(EvalDecision.DENIED, layer, votes.denying)
    allowed = _allowed([given, *bounds], granted)
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


def _allowed(own: Sequence[_Voted], granted: Sequence[_Voted]) -> Decision:
    """Decide without the Denies. `own` are the identity policies and the boundary, if there is one."""
    layer, votes = _weakest(own)
    allows = votes.allows
    most = Truth.YES if all(bound.allows is Truth.YES for _, bound in own[1:]) else Truth.UNKNOWN
    for resource, more in granted:
        if min(more.allows, most) >= allows:
            layer, votes, allows = resource, more, min(more.allows, most)
    return Decision(_ANSWERS[allows], layer, votes.allowing)


def _weakest(layers: Sequence[_Voted]) -> _Voted:
    return min(layers, key=lambda voted: voted[1].allows)
