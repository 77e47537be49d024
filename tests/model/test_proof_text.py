"""Proofs in words: each kind has its name and its sentence, and the journal keeps both."""

from __future__ import annotations

import pytest

from permission_guard.iam import Context, Decision, EvalDecision, Request, ServicePrincipal
from permission_guard.iam.decide import Layer
from permission_guard.model.facts import Unreadable
from permission_guard.model.finding import DeniedRequest, Missing, Proof, Recorded, Undecided, Unused, Witness
from permission_guard.model.proof_text import proof_kind, recorded, sentence

LAYER = Layer.RESOURCE
ASKED = Request(
    "lambda:InvokeFunction",
    "orders",
    ServicePrincipal("s3.amazonaws.com"),
    Context.of({"aws:SourceArn": "arn:aws:s3:::b", "aws:SourceVpc": "vpc-1"}),
)
UNDOCUMENTED = Request(
    "lambda:InvokeFunction", "orders", ServicePrincipal("s3.amazonaws.com"), Context.of({})
)

SAID: dict[str, tuple[Proof, str]] = {
    "witness": (
        Witness(ASKED, Decision(EvalDecision.ALLOWED, LAYER), "a bucket of anybody"),
        "a bucket of anybody is allowed to call lambda:InvokeFunction on orders with aws:SourceArn=arn:aws:s3:::b",
    ),
    "denied-request": (
        DeniedRequest(UNDOCUMENTED, Decision(EvalDecision.NOT_ALLOWED, LAYER), "nothing allows it"),
        f"lambda:InvokeFunction on orders is {EvalDecision.NOT_ALLOWED.value}: nothing allows it",
    ),
    "undecided": (
        Undecided(UNDOCUMENTED, Decision(EvalDecision.UNDECIDED, LAYER), "who knows"),
        "lambda:InvokeFunction on orders cannot be decided: who knows",
    ),
    "missing": (Missing("the role"), "the role does not exist"),
    "unused": (Unused("the form is another one"), "the form is another one"),
    "unreadable": (Unreadable("the role", "no"), "the role could not be read: no"),
    "a kind of an earlier run": (Recorded("a kind of an earlier run", "it was so"), "it was so"),
    "none": (None, "no problem was found"),
}


@pytest.mark.parametrize("kind", SAID)
def test_each_proof_has_its_kind_and_its_sentence(kind: str) -> None:
    proof, said = SAID[kind]
    assert (proof_kind(proof), sentence(proof)) == (kind, said)


def test_a_witness_without_keys_is_written_without_keys() -> None:
    proof = Witness(UNDOCUMENTED, Decision(EvalDecision.ALLOWED, LAYER), "anybody")
    assert sentence(proof) == "anybody is allowed to call lambda:InvokeFunction on orders"


@pytest.mark.parametrize("kind", SAID)
def test_a_recorded_proof_says_the_same_and_is_recorded_as_it_is(kind: str) -> None:
    proof, said = SAID[kind]
    kept = recorded(proof)
    assert (proof_kind(kept), sentence(kept)) == (kind, said)
    assert recorded(kept) == kept
