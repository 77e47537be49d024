"""Law 2: any policy that Lambda accepts is answered within a fixed number of steps, the same in every run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from permission_guard.access import EVERY, Access, Analysis, Target
from permission_guard.access.meter import BUDGET
from permission_guard.iam import Effect
from tests.access.hostile import FAMILIES, Family, largest
from tests.access.setting import ALONE, FUNCTION, NOW, SNS, allow, policy

TOO_COMPLEX = {
    "digits_wanted",
    "two_of_each",
    "services_and_actions",
}
"""Families that need more steps than the budget. Remove a family from the list once the analysis decides it."""
ORDINARY = 15_000
"""Steps for one permission as AddPermission writes it."""

ROOT = Path(__file__).parent.parent.parent
RUN = """
from tests.access.hostile import FAMILIES, largest
from tests.access.test_budget import analyzed
for family in FAMILIES[1], FAMILIES[5], FAMILIES[9], FAMILIES[18]:
    print(analyzed(family))
"""


def analyzed(family: Family) -> tuple[int, tuple[Access, ...]]:
    """The steps spent on the largest policy of a family, and its answers."""
    document = largest(family)
    analysis = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW)
    answers = [analysis.answer(one, EVERY) for one in document.statements if one.effect is Effect.ALLOW]
    return analysis.scene.meter.spent, tuple(one.access for one in answers)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.__name__)
def test_a_hostile_policy_ends_within_its_budget(family: Family) -> None:
    steps, answers = analyzed(family)

    assert steps <= BUDGET * 1.01  # what breaks the budget is charged too
    assert (Access.TOO_COMPLEX in answers) == (family.__name__ in TOO_COMPLEX)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"AWS:SourceAccount": "123456789012"}},
        {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:topic"}},
        None,
    ],
)
def test_an_ordinary_permission_takes_few_steps(condition: dict[str, dict[str, str]] | None) -> None:
    document = policy(allow(SNS, {operator: dict(keys) for operator, keys in (condition or {}).items()}))
    analysis = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW)

    analysis.answer(document.statements[0], EVERY)

    assert analysis.scene.meter.spent < ORDINARY


def test_steps_and_answers_do_not_depend_on_the_order_of_hashes() -> None:
    outputs = {
        subprocess.run(  # noqa: S603  # this interpreter, with the lines above
            [sys.executable, "-c", RUN],
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(outputs) == 1
    assert outputs.pop().count("Access.") >= 4
