"""Observe mode: the guard writes nothing, and reports what it would do."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.repair.outcome import Result
from permission_guard.settings import Mode
from tests.laws.profile import law
from tests.laws.stories import WRITES, Story


@law()
def test_a_guard_that_observes_never_makes_a_call_that_writes(story: Story) -> None:
    sandbox = replace(story, mode=Mode.OBSERVE).sandbox()
    document = sandbox.document

    reports = sandbox.run()

    assert WRITES.isdisjoint(sandbox.account.calls)
    assert (sandbox.document, sandbox.attached) == (document, ())
    assert {outcome.result for report in reports for outcome in report.outcomes} <= {Result.WOULD_DO}


@law()
def test_a_guard_that_observes_plans_what_one_that_enforces_does(story: Story) -> None:
    observed = replace(story, mode=Mode.OBSERVE).sandbox().run()[0]
    enforced = story.sandbox().run()[0]

    assert observed.plan == enforced.plan
    assert [one.step for one in observed.outcomes] == [one.step for one in enforced.outcomes]
