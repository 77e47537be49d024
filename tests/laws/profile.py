"""How the laws are tested: on every informative story, and on as many random ones as a minute allows, the same on every machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Final

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis.strategies import SearchStrategy

from tests.laws.informative import ABOUT_THE_POLICY, ABOUT_THE_ROLE
from tests.laws.stories import Story, stories
from tests.thorough import examples

AGAINST_A_MUTANT: Final = "LAWS_AGAINST_A_MUTANT"
"""Set by `test_mutants`: hypothesis need not shrink the example of a law that a mutant breaks."""

_SETTINGS: Final = settings(
    max_examples=examples(10, 100),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate] if AGAINST_A_MUTANT in os.environ else list(Phase),
)

Law = Callable[..., None]


def _law(
    strategies: tuple[SearchStrategy[object], ...], examples_first: Iterable[tuple[object, ...]]
) -> Callable[[Law], Law]:
    def decorated(test: Law) -> Law:
        for arguments in examples_first:
            test = example(*arguments)(test)
        return _SETTINGS(given(*strategies)(test))

    return decorated


def policy_law(
    *more: SearchStrategy[object], examples_first: Iterable[tuple[object, ...]] = ((),)
) -> Callable[[Law], Law]:
    """Test a law with every story about a resource policy; `more` are further arguments, `examples_first` the explicit ones."""
    pairs = [(story, *arguments) for arguments in examples_first for story in ABOUT_THE_POLICY]
    return _law((stories(), *more), pairs)


def role_law() -> Callable[[Law], Law]:
    """Test a law with every story about a role."""
    return _law((stories(about_the_role=True),), ((story,) for story in ABOUT_THE_ROLE))


def law() -> Callable[[Law], Law]:
    """Test a law with every story."""
    examples_first: tuple[Story, ...] = (*ABOUT_THE_POLICY, *ABOUT_THE_ROLE)
    return _law((stories() | stories(about_the_role=True),), ((story,) for story in examples_first))
