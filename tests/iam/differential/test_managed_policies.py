"""Ours, ministack's and moto's evaluator on AWS's managed policies, alone and as the boundary of others."""

from __future__ import annotations

import pytest

from tests.iam.differential.compare import Tally, compare
from tests.iam.differential.evaluators import Moto, running_ministack
from tests.iam.differential.managed import alone, bounded, managed_policies
from tests.iam.differential.question import Question
from tests.iam.differential.sizes import LONG, MANAGED_POLICIES

pytestmark = pytest.mark.no_cover
"""Half a minute less of each run: the tables beside cover the evaluator."""


def expect_agreement(tally: Tally) -> None:
    """Every difference is known; and AWS's documentation answers all but a few questions (an empty tag under Null)."""
    assert tally.unknown == []
    assert tally.undefined * 1_000 < tally.asked


def test_moto_brings_every_policy_that_the_questions_are_made_for() -> None:
    assert len(managed_policies()) == MANAGED_POLICIES


NAMES = list(managed_policies())[:: 1 if LONG else 4]
"""Those that are asked about: every fourth, or all of them."""


def questions() -> list[Question]:
    """About each policy alone."""
    documents = managed_policies()
    return [asked for name in NAMES for asked in alone(documents[name], 20 if LONG else 1)]


def test_ministack_answers_as_we_do_or_errs_as_known_alone_and_within_a_boundary() -> None:
    within = [asked for name in NAMES for asked in bounded(name, 8 if LONG else 1)]

    with running_ministack() as ministack:
        tallies = [compare(asked, ministack) for asked in (questions(), within)]

    for tally in tallies:
        expect_agreement(tally)


def test_moto_answers_as_we_do_or_errs_as_known() -> None:
    expect_agreement(compare(questions(), Moto()))
