"""Inputs without guidance: each a seed with something wrong, the same for the same number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from permission_guard.iam.policy import Json
from tests.fuzz.mutation import mutated, spoiled, written
from tests.fuzz.targets import Target


def another(value: Json, target: Target, random: Random) -> str:
    """Return an input made of a value; one in ten is no JSON any more, or hardly."""
    text = written(mutated(value, random, target.seeds()))
    return spoiled(text, random) if random.random() < 0.1 else text


def inputs(target: Target, random: Random, wanted: int) -> Iterator[str]:
    """Yield so many inputs, each made of a seed."""
    for _ in range(wanted):
        yield another(random.choice(target.seeds()), target, random)


def after(text: str, target: Target, random: Random) -> str:
    """Return an input made of another one; of a seed if that one is no JSON, or nested so deep that it can hardly be written."""
    try:
        return another(json.loads(text), target, random)
    except (ValueError, RecursionError):
        return another(random.choice(target.seeds()), target, random)
