"""Observe: a guard that only looks writes nothing, and says what it would have done."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.repair.outcome import Result
from permission_guard.settings import Mode
from tests.laws.profile import law
from tests.laws.stories import WRITES, Story


@law()
def test_a_guard_that_observes_never_makes_a_call_that_writes(story: Story) -> None:
    world = replace(story, mode=Mode.OBSERVE).world()
    document = world.document

    reports = world.run()

    assert WRITES.isdisjoint(world.account.calls)
    assert (world.document, world.attached) == (document, ())
    assert {outcome.result for report in reports for outcome in report.outcomes} <= {Result.WOULD_DO}


@law()
def test_a_guard_that_observes_plans_what_one_that_enforces_does(story: Story) -> None:
    observed = replace(story, mode=Mode.OBSERVE).world().run()[0]
    enforced = story.world().run()[0]

    assert observed.plan == enforced.plan
    assert [one.step for one in observed.outcomes] == [one.step for one in enforced.outcomes]
