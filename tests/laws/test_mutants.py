"""Each law notices the mistakes that it is there for: the guard with one of them in it breaks the law."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.laws import mutants_of_findings, mutants_of_repairs, mutants_of_runs
from tests.laws.mutant import ROOT, SOURCE, Mutant
from tests.laws.profile import AGAINST_A_MUTANT
from tests.thorough import LONG

MUTANTS: Final = (*mutants_of_repairs.MUTANTS, *mutants_of_findings.MUTANTS, *mutants_of_runs.MUTANTS)
TRIED: Final = MUTANTS if LONG else tuple({one.law: one for one in reversed(MUTANTS)}.values())
"""With LONG=1 (`make mutants`) every mutant is tried, without it one of each law: all of them take minutes."""


def tried(mutant: Mutant, folder: Path) -> subprocess.CompletedProcess[str]:
    """Try the mutant's law on the mutant."""
    module, law = mutant.law.split(".")
    path = os.pathsep.join((str(mutant.source(folder)), str(ROOT)))
    return subprocess.run(  # noqa: S603  # this interpreter, with a law of this folder
        [sys.executable, "-c", f"from tests.laws.{module} import {law}; {law}()"],
        env={**os.environ, "PYTHONPATH": path, AGAINST_A_MUTANT: "yes"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[subprocess.CompletedProcess[str]]]:
    """All mutants at once, as many as there are processors."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return {one.mistake: pool.submit(tried, one, tmp_path_factory.mktemp("mutant")) for one in TRIED}


@pytest.mark.parametrize("mistake", [mutant.mistake for mutant in TRIED])
def test_the_law_fails_for(mistake: str, trials: dict[str, Future[subprocess.CompletedProcess[str]]]) -> None:
    trial = trials[mistake].result()

    assert trial.returncode == 1, "the law did not notice"
    assert "AssertionError" in trial.stderr, trial.stderr[-2000:]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_the_text_that_a_mutant_changes_is_in_the_source_once(mutant: Mutant) -> None:
    """Else a mutant that is not tried in this run could be none at all."""
    places = [(SOURCE / file).read_text(encoding="utf-8").count(before) for file, before, _ in mutant.edits]

    assert places == [1] * len(mutant.edits)


def test_every_law_has_a_mutant() -> None:
    laws = {path.stem for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).stem}

    assert {mutant.law.split(".")[0] for mutant in MUTANTS} == laws
