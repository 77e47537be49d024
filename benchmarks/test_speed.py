"""Decisions per second beside moto's evaluator. Nothing is asserted of them: the table says what was measured."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.evaluators import MOTO, ORDINARY, OURS, REQUESTS, ask_all, ask_cold, compiled, managed

Figures = list[tuple[str, str, str, str]]


def best(run: Callable[[], object], rounds: int) -> float:
    """Return the shortest of some rounds, in seconds: what else the machine does only ever adds to it."""

    def once() -> float:
        # As timeit does: else a large document pays for the collector's walks over all that the process holds.
        gc.collect()
        gc.disable()
        try:
            start = perf_counter()
            run()
            return perf_counter() - start
        finally:
            gc.enable()

    return min(once() for _ in range(rounds))


def compare(
    benchmark: BenchmarkFixture, ours: Callable[[], object], motos: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Measure both in turns, so that what disturbs the machine disturbs both; return the best seconds of each."""
    base: list[float] = []
    benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it so
        ours, rounds=rounds, warmup_rounds=1, setup=lambda: base.append(best(motos, 1))
    )
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min), min(base)


def test_all_managed_policies_compiled(benchmark: BenchmarkFixture, figures: Figures) -> None:
    """Twelve requests to every AWS managed policy, each of which was read before."""
    ours, motos = compiled(OURS, managed()), compiled(MOTO, managed())
    here, there = compare(benchmark, lambda: ask_all(ours), lambda: ask_all(motos), rounds=3)
    count = len(managed()) * len(REQUESTS)
    figures.append(
        (
            f"decisions/s, {len(managed())} managed policies, compiled",
            f"{count / here:,.0f}",
            f"{count / there:,.0f} (moto)",
            f"{there / here:.1f} times",
        )
    )


def test_all_managed_policies_cold(benchmark: BenchmarkFixture, figures: Figures) -> None:
    """Every AWS managed policy read from its text and asked one thing."""
    here, there = compare(
        benchmark, lambda: ask_cold(OURS, managed()), lambda: ask_cold(MOTO, managed()), rounds=5
    )
    figures.append(
        (
            f"decisions/s, {len(managed())} managed policies, cold",
            f"{len(managed()) / here:,.0f}",
            f"{len(managed()) / there:,.0f} (moto)",
            f"{there / here:.1f} times",
        )
    )


@pytest.mark.parametrize("kind", ["compiled", "cold"])
def test_a_policy_of_ordinary_size(benchmark: BenchmarkFixture, figures: Figures, kind: str) -> None:
    """Twelve requests to one policy again and again: here moto's regular expressions stay in `re`'s cache."""
    if kind == "compiled":
        ours, motos = compiled(OURS, [ORDINARY]) * 100, compiled(MOTO, [ORDINARY]) * 100
        here, there = compare(benchmark, lambda: ask_all(ours), lambda: ask_all(motos), rounds=10)
        count = 100 * len(REQUESTS)
    else:
        count = 120
        texts = [ORDINARY] * count
        here, there = compare(
            benchmark, lambda: ask_cold(OURS, texts), lambda: ask_cold(MOTO, texts), rounds=10
        )
    figures.append(
        (
            f"microseconds per decision, five statements, {kind}",
            f"{here / count * 1e6:.1f}",
            f"{there / count * 1e6:.1f} (moto)",
            f"{there / here:.1f} times",
        )
    )
