"""Cases from cases/: a policy with its right answer each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from permission_guard.access import Access, Answer, Scale, analyze
from permission_guard.iam import Effect, EvalDecision, Policy, decide
from permission_guard.model.facts import Trusted
from tests.access.setting import FUNCTION, NOW, policy

CASES = Path(__file__).parent / "cases"
WORST_FIRST = ("open", "unknown", "dead", "closed")


def read(name: str) -> list[Any]:
    return [json.loads(line) for line in (CASES / name).read_text().splitlines()]


def law(case: Any) -> str:
    return str(case["law"])


def in_words(answer: Answer) -> str:
    match answer.access:
        case Access.OPEN:
            return "open"
        case Access.NAMED:
            return "open, named"
        case Access.CLOSED:
            return f"closed, {answer.scale.name.lower()}"
        case _:
            return "unknown"


def accepted(answer: Answer, document: Policy) -> bool:
    """A witness is a request that the ordinary evaluator allows."""
    if answer.access not in {Access.OPEN, Access.NAMED}:
        return True
    assert answer.witness is not None
    return decide(answer.witness.request, resource=document).answer is EvalDecision.ALLOWED


@pytest.mark.parametrize("case", read("vectors.jsonl"), ids=law)
def test_the_first_allow_is_answered_rightly(case: Any) -> None:
    document = policy(*case["statements"])
    trusted = Trusted(case["account"], *map(tuple, case["trusted"].values()))

    answer = analyze(document, FUNCTION, trusted, NOW)[0]

    assert in_words(answer) == case["expected"]
    assert accepted(answer, document)


def on_the_whole(answers: tuple[Answer, ...]) -> str:
    words = []
    for one in answers:
        word = in_words(one).split(",")[0]
        words.append("dead" if one.scale is Scale.DEAD else word)
    return min(words, key=WORST_FIRST.index)


@pytest.mark.parametrize("case", read("field.jsonl"), ids=law)
def test_the_policy_is_answered_rightly(case: Any) -> None:
    document = Policy.parse(json.dumps(case["policy"]))
    trusted = Trusted(case["function"].split(":")[4], *map(tuple, case["trusted"].values()))

    answers = analyze(document, case["function"], trusted, NOW)

    assert on_the_whole(answers) in case["expected"]
    assert all(accepted(one, document) for one in answers)
    if case["who"] and on_the_whole(answers) == "open":
        widest = Access.OPEN if case["who"] == "any" else Access.NAMED
        assert {one.access for one in answers} & {Access.OPEN, Access.NAMED} == {widest}


def test_every_allow_is_answered_in_the_policys_order() -> None:
    document = policy(
        *({"Effect": effect, "Principal": "*"} for effect in ("Deny", "Allow", "Deny", "Allow"))
    )

    answers = analyze(document, FUNCTION, Trusted("123456789012"), NOW)

    allows = [one.index for one in document.statements if one.effect is Effect.ALLOW]
    assert [one.index for one in answers] == allows
