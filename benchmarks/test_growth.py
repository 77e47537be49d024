"""How the time grows with the document: twice as large should take twice as long. The table says; nothing is asserted.

What can be counted is asserted in tests/iam/test_growth.py instead.
"""

from __future__ import annotations

from functools import partial

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.growth import KINDS
from benchmarks.test_speed import Figures, best
from permission_guard.iam import Policy, Request, decide

SIZES = (1_250, 2_500, 5_000, 10_000)


def read_and_decide(document: str, request: Request) -> None:
    """Read the document and put the request to it."""
    decide(request, identity=(Policy.parse(document),))


@pytest.mark.parametrize("kind", KINDS)
def test_growth(benchmark: BenchmarkFixture, figures: Figures, kind: str) -> None:
    """Read and decide documents of one, two, four and eight times the size."""
    runs = [partial(read_and_decide, *KINDS[kind](size)) for size in SIZES]
    times = [best(run, 7) for run in runs]
    benchmark.pedantic(runs[-1], rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it so
    figures.append(
        (
            f"cold, {kind}: 1, 2, 4, 8 times the size",
            f"{times[0] * 1e3:.2f} ms at {SIZES[0]}",
            "1, 2, 4, 8 (linear)",
            ", ".join(f"{time / times[0]:.1f}" for time in times),
        )
    )
