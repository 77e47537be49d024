"""A proof in words: its kind for machines, one sentence for people, and both for the journal."""

from __future__ import annotations

from typing import Final, assert_never

from permission_guard.iam import Request
from permission_guard.model.facts import Unreadable
from permission_guard.model.finding import DeniedRequest, Missing, Proof, Recorded, Undecided, Unused, Witness

_NOTHING: Final = "none"
_SHOWN: Final = ("aws:SourceArn", "aws:SourceAccount", "aws:PrincipalOrgID", "lambda:FunctionUrlAuthType")
"""The keys of a witness that show why the policy allows it."""


KINDS: Final = ("witness", "denied-request", "undecided", "missing", "unused", "unreadable", _NOTHING)
"""Every kind of proof."""


def proof_kind(proof: Proof) -> str:
    """Return the kind of a proof, as alerts and the journal name it."""
    match proof:
        case Witness():
            return "witness"
        case DeniedRequest():
            return "denied-request"
        case Undecided():
            return "undecided"
        case Missing():
            return "missing"
        case Unused():
            return "unused"
        case Unreadable():
            return "unreadable"
        case Recorded():
            return proof.kind
        case None:
            return _NOTHING
        case _:
            assert_never(proof)


def sentence(proof: Proof) -> str:
    """Return a proof as one sentence."""
    match proof:
        case Witness(request, _, caller):
            return f"{caller} is allowed to call {request.action} on {request.resource}{_keys(request)}"
        case DeniedRequest(request, decision, blocker):
            return f"{request.action} on {request.resource} is {decision.answer.value}: {blocker}"
        case Undecided(request, _, doubt):
            return f"{request.action} on {request.resource} cannot be decided: {doubt}"
        case Missing(what):
            return f"{what} does not exist"
        case Unused(why):
            return why
        case Unreadable() as unreadable:
            return str(unreadable)
        case Recorded():
            return proof.sentence
        case None:
            return "no problem was found"
        case _:
            assert_never(proof)


def recorded(proof: Proof) -> Recorded | None:
    """Return a proof as the journal keeps it; the request itself is not kept. Recording it twice changes nothing."""
    return None if proof is None else Recorded(proof_kind(proof), sentence(proof))


def _keys(request: Request) -> str:
    values = ((key, request.context.values(key.lower())) for key in _SHOWN)
    shown = [f"{key}={value[0]}" for key, value in values if value]
    return f" with {', '.join(shown)}" if shown else ""
