"""How the laws are tried: the same examples on every machine, and as many as a minute allows."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

AGAINST_A_MUTANT: Final = "LAWS_AGAINST_A_MUTANT"
"""Set by `test_mutants`: a law that is broken on purpose need not be shrunk to its smallest example."""

LAW: Final = settings(
    max_examples=int(os.environ.get("LAW_EX", "60")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate] if AGAINST_A_MUTANT in os.environ else list(Phase),
)
