"""Each known disagreement, by its minimal example: we answer as AWS's page says, and the other does not.

If the other evaluator has been fixed, the test of its example fails: take the class out of `known.py` and the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.iam.differential.compare import compare
from tests.iam.differential.evaluators import Evaluator, Moto, running_ministack
from tests.iam.differential.known import KNOWN, Disagreement

RECORD = Path(__file__).parents[3] / "docs" / "decisions" / "0007-where-other-evaluators-err.md"
TITLE = re.compile(r"^### (?P<evaluator>\w+): (?P<title>.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def evaluators() -> Iterator[dict[str, Evaluator]]:
    with running_ministack() as ministack:
        yield {"ministack": ministack, "moto": Moto()}


@pytest.mark.parametrize("one", KNOWN, ids=lambda one: f"{one.evaluator}: {one.title}")
def test_we_answer_as_awss_page_says_and_the_other_does_not(
    one: Disagreement, evaluators: dict[str, Evaluator]
) -> None:
    asked = one.example.question

    assert asked.ours is one.example.right
    assert evaluators[one.evaluator].ask([asked]) == [one.example.wrong]


@pytest.mark.parametrize("one", KNOWN, ids=lambda one: f"{one.evaluator}: {one.title}")
def test_the_example_is_of_its_own_class_alone(one: Disagreement, evaluators: dict[str, Evaluator]) -> None:
    tally = compare([one.example.question], evaluators[one.evaluator])

    assert tally.known == {one.title: 1}


def test_the_record_and_the_list_name_the_same_disagreements() -> None:
    reported = [(found["evaluator"], found["title"]) for found in TITLE.finditer(RECORD.read_text())]

    assert reported == [(one.evaluator, one.title) for one in KNOWN]
