"""Hostile input at every door: a few thousand mutations, and whatever a fuzzer once found a fault with."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.fuzz.__main__ import SHARES
from tests.fuzz.loop import after, inputs
from tests.fuzz.seeds import FAILURES
from tests.fuzz.targets import TARGETS, Target

FOUND: Final = sorted(FAILURES.iterdir())
WANTED: Final = 1_500
"""Executions here; `make fuzz` makes a million."""


@pytest.mark.filterwarnings("ignore:No application metrics")  # what is ignored has none
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_comes_of_mutated_input_but_a_typed_error_or_a_lawful_run(target: Target) -> None:
    wanted, taken = WANTED * SHARES[target.name] // 100, 0
    for text in inputs(target, Random(2026), wanted):
        target.take(text)
        taken += 1
    assert taken == wanted


@pytest.mark.filterwarnings("ignore:No application metrics")
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_once_went_wrong_does_not_again(path: Path) -> None:
    name = path.name.partition("-")[0]
    (target,) = (target for target in TARGETS if target.name == name)
    target.take(path.read_bytes().decode("utf-8", "replace"))


def test_the_same_number_makes_the_same_inputs() -> None:
    for target in TARGETS:
        assert list(inputs(target, Random(1), 20)) == list(inputs(target, Random(1), 20))
        assert after("{", target, Random(3)) == after("]", target, Random(3))


def test_every_target_has_its_share_of_a_long_run() -> None:
    assert {target.name for target in TARGETS} == set(SHARES)
    assert sum(SHARES.values()) == 100


def test_an_input_that_is_nested_as_deep_as_python_goes_has_one_after_it() -> None:
    """What is just shallow enough to be read may be too deep to be written once something was put into it."""
    for depth in range(900, 1_010, 5):
        for seed in range(5):
            assert after("[" * depth + "]" * depth, TARGETS[0], Random(seed))
