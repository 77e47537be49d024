"""Hostile input at every door: some mutations of each seed, and whatever once found a fault."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.fuzz.mutation import mutated, spoiled, written
from tests.fuzz.seeds import FAILURES
from tests.fuzz.targets import TARGETS, Target
from tests.thorough import examples

FOUND: Final = sorted(FAILURES.iterdir())
WANTED: Final = examples(1_000, 100_000)
SHARES: Final = {"event": 45, "policy": 10, "entry": 20, "explain": 25}
"""Of a hundred inputs: a policy is judged, repaired and judged again in both families, which takes long."""


@pytest.mark.filterwarnings("ignore:No application metrics")  # what is ignored has none
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_comes_of_mutated_input_but_a_typed_error_or_a_lawful_run(target: Target) -> None:
    random, seeds = Random(2026), target.seeds()
    for _ in range(WANTED * SHARES[target.name] // 100):
        text = written(mutated(random.choice(seeds), random, seeds))
        # One in ten is no JSON any more, or hardly.
        target.take(spoiled(text, random) if random.random() < 0.1 else text)


@pytest.mark.filterwarnings("ignore:No application metrics")
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_once_went_wrong_does_not_again(path: Path) -> None:
    name = path.name.partition("-")[0]
    (target,) = (target for target in TARGETS if target.name == name)
    target.take(path.read_bytes().decode("utf-8", "replace"))
