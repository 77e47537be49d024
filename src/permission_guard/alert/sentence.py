"""A proof in one sentence."""

from __future__ import annotations

from typing import assert_never

from permission_guard.facts import Unreadable
from permission_guard.finding import DeniedRequest, Missing, Proof, Recorded, Undecided, Witness
from permission_guard.iam import Request


def sentence(proof: Proof) -> str:
    """A proof in one sentence."""
    match proof:
        case Witness(request, _, stranger):
            return (
                f"the policy allows {stranger} to call {request.action} on {request.resource}{_keys(request)}"
            )
        case DeniedRequest(request, decision, blocker):
            return f"{request.action} on {request.resource} is {decision.answer.value}: {blocker}"
        case Undecided(request, _, doubt):
            return f"{request.action} on {request.resource} cannot be decided: {doubt}"
        case Missing(what):
            return f"{what} does not exist"
        case Unreadable() as unreadable:
            return str(unreadable)
        case Recorded():
            return proof.sentence
        case None:
            return "nothing was found"
        case _:
            assert_never(proof)


def _keys(request: Request) -> str:
    shown = ("aws:SourceArn", "aws:SourceAccount", "aws:PrincipalOrgID", "lambda:FunctionUrlAuthType")
    values = ((key, request.context.values(key.lower())) for key in shown)
    said = [f"{key}={value[0]}" for key, value in values if value]
    return f" with {', '.join(said)}" if said else ""
