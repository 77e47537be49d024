"""Many changes of one policy are proved at once, and one that cannot be proved spoils it for no other."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Final

import pytest

from permission_guard.model.document import POLICY_LIMIT, Body
from permission_guard.model.facts import Family, FunctionFacts
from permission_guard.repair.proof import objection
from permission_guard.repair.step import RewriteStatements
from permission_guard.rules import evaluate
from tests.fake_aws.builders import ACCOUNT, document, facts_with, settings, statement
from tests.repair.planning import conditions, plan, reasons

PROOF: Final[CodeType] = objection.__code__
OPEN: Final = ("sns", "s3", "events", "config")


def opened(number: int) -> tuple[Body, ...]:
    services = (f"{OPEN[i % len(OPEN)]}.amazonaws.com" for i in range(number))
    return tuple(statement(service, sid=f"open-{i}") for i, service in enumerate(services))


def proofs(facts: FunctionFacts) -> int:
    """How many proofs it takes to plan the repair."""
    count = 0

    def seen(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is PROOF

    sys.setprofile(seen)
    try:
        planned = plan(facts)
    finally:
        sys.setprofile(None)
    assert len(planned.steps[0].fixes) == len(evaluate(facts, settings().trusted))
    return count


@pytest.mark.parametrize("number", [1, 2, 12])
def test_however_many_statements_are_open_one_proof_is_enough(number: int) -> None:
    assert proofs(facts_with(*opened(number))) == 1


@pytest.mark.parametrize("place", [0, 2, 5])
def test_what_cannot_be_proved_spoils_it_for_no_other(place: int) -> None:
    """A condition on what services send would refuse the principals of the same statement."""
    statements = list(opened(5))
    statements.insert(place, statement({"AWS": "*", "Service": "s3.amazonaws.com"}, sid="anybody"))

    planned = plan(facts_with(*statements))

    (step,) = planned.steps
    assert isinstance(step, RewriteStatements)
    assert [finding.statement for finding in step.fixes] == [i for i in range(6) if i != place]
    assert {tell.finding.statement for tell in planned.unrepaired} == {place}
    assert "it would refuse a trusted caller" in planned.unrepaired[0].reason


@pytest.mark.parametrize("family", Family)
def test_what_fits_only_one_by_one_is_reported(family: Family) -> None:
    first, second = opened(4)[1::2]
    names = [f"arn:aws:iam::{ACCOUNT}:role/{'a' * 50}{i:03}" for i in range(220)]
    friends = statement({"AWS": names}, sid="kept")
    room = POLICY_LIMIT - len(document(first, second, friends)) - 141
    friends = statement({"AWS": [*names, f"arn:aws:iam::{ACCOUNT}:role/{'b' * room}"]}, sid="kept")

    reported = reasons(plan(facts_with(first, second, friends, family=family)))

    assert len(reported) == 2
    assert len(set(reported)) == 1
    assert f"more than Lambda's limit of {POLICY_LIMIT}" in reported[0]
    assert [len(conditions(plan(facts_with(one, friends, family=family)))) for one in (first, second)] == [
        2,
        2,
    ]
