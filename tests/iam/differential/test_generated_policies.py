"""Ours, ministack's and moto's evaluator on policies made at random, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.iam.differential.compare import compare
from tests.iam.differential.evaluators import Ministack, Moto, running_ministack
from tests.iam.differential.generated import contexts, documents, questions
from tests.iam.differential.question import Document, Keys
from tests.iam.differential.sizes import LONG

repeatable = settings(
    max_examples=5_000 if LONG else 40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.no_cover
"""Half a minute less of each run: the tables beside cover the evaluator."""


@pytest.fixture(scope="module")
def ministack() -> Iterator[Ministack]:
    with running_ministack() as running:
        yield running


@repeatable
@given(documents, st.none() | documents, contexts)
def test_ministack_answers_as_we_do_or_errs_as_known(
    ministack: Ministack, identity: Document, boundary: Document | None, keys: list[Keys]
) -> None:
    assert compare(list(questions(identity, boundary, keys)), ministack).unknown == []


@repeatable
@given(documents, contexts)
def test_moto_answers_as_we_do_or_errs_as_known(identity: Document, keys: list[Keys]) -> None:
    assert compare(list(questions(identity, None, keys)), Moto()).unknown == []
