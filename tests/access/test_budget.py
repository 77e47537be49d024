"""Law 2: any policy that Lambda accepts is answered within a fixed number of steps, the same in every run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from permission_guard.access import EVERY, Access, Analysis, Answer, Scale, Target, alike
from permission_guard.access.meter import BUDGET
from permission_guard.iam import Effect, EvalDecision, Policy, decide
from tests.access.hostile import FAMILIES, Family, Statement, largest
from tests.access.ordinary import (
    ACCOUNTS,
    DENIES,
    ZONE,
    account_of_each,
    an_action_for_each,
    any_source_of_each,
    everything,
    own_sources,
    role_of_a_member,
    role_of_each,
    role_of_members,
    sources_of_each,
    topic_of_each,
    topic_of_members,
)
from tests.access.setting import ALONE, FUNCTION, NOW, SNS, UNTRUSTED, allow, policy

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


SCALES: Mapping[Callable[[int], Statement], tuple[Scale, Scale]] = {
    account_of_each: (Scale.ACCOUNT, Scale.ACCOUNT),
    any_source_of_each: (Scale.ACCOUNT, Scale.ACCOUNT),
    topic_of_each: (Scale.RESOURCE, Scale.RESOURCE),
    topic_of_members: (Scale.ORGANIZATION, Scale.RESOURCE),
    role_of_each: (Scale.RESOURCE, Scale.RESOURCE),
    role_of_a_member: (Scale.RESOURCE, Scale.RESOURCE),
    role_of_members: (Scale.ORGANIZATION, Scale.RESOURCE),
    own_sources: (Scale.RESOURCE, Scale.RESOURCE),
    sources_of_each: (Scale.RESOURCE, Scale.RESOURCE),
    an_action_for_each: (Scale.ACCOUNT, Scale.ACCOUNT),
}
"""Who has access by each statement: without a Deny, and after ten that refuse all but the trusted accounts."""


def of_zone(document: Policy) -> tuple[Answer, ...]:
    """The answers for a zone of trust with two hundred accounts. They take half of the budget at most."""
    alike.KNOWN.clear()  # as in a process that has just begun
    analysis = Analysis.of(document, Target.of(FUNCTION), ZONE, NOW)
    found = analysis.answers([one for one in document.statements if one.effect is Effect.ALLOW], EVERY)
    assert analysis.scene.meter.spent < BUDGET // 2
    return found


@pytest.mark.parametrize("denies", [(), DENIES], ids=["alone", "denies"])
@pytest.mark.parametrize("family", SCALES, ids=lambda one: one.__name__)
def test_a_policy_of_a_large_organization_is_decided(
    family: Callable[[int], Statement], denies: Sequence[Statement]
) -> None:
    found = of_zone(largest(lambda size: [*map(family, range(size)), *denies], most=len(ACCOUNTS)))

    assert len(found) > 30
    assert {(one.access, one.scale) for one in found} == {(Access.CLOSED, SCALES[family][bool(denies)])}


@pytest.mark.parametrize("place", [0, 22, 33])
@pytest.mark.parametrize("denies", [(), DENIES[:1], DENIES], ids=["alone", "one", "denies"])
def test_the_one_untrusted_account_of_a_large_policy_is_found(
    place: int, denies: Sequence[Statement]
) -> None:
    untrusted = own_sources(place, UNTRUSTED)
    document = largest(
        lambda size: [
            *map(everything, range(place)),
            untrusted,
            *map(everything, range(place, size)),
            *denies,
        ],
        most=len(ACCOUNTS),
    )

    found = of_zone(document)

    opened = [one for one in found if one.access is not Access.CLOSED]
    if denies is DENIES:  # they refuse it
        assert not opened
        return
    assert [one.access for one in opened] == [Access.NAMED]
    assert opened[0] is found[place]
    assert opened[0].witness is not None
    assert opened[0].witness.account == UNTRUSTED
    assert decide(opened[0].witness.request, resource=document).answer is EvalDecision.ALLOWED


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
