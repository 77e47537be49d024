"""Converges: what was repaired stays repaired; a second run finds nothing to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from permission_guard.model.document import canonical
from permission_guard.model.finding import Verdict
from permission_guard.repair.outcome import Result
from permission_guard.repair.report import Report
from permission_guard.repair.step import RewriteStatements
from tests.laws.profile import law
from tests.laws.stories import NOW, Sandbox, Story

LATER: Final = NOW + timedelta(minutes=5)
"""When IAM shows what was attached; until then a guard that did nothing would not be noticed."""


def fixed_in(sandbox: Sandbox, reports: tuple[Report, ...]) -> None:
    """Everything that a report says was repaired is there, and what it replaced is not."""
    there = {canonical(statement) for statement in sandbox.statements}
    for outcome in (outcome for report in reports for outcome in report.outcomes):
        assert outcome.result is Result.DONE
        if isinstance(outcome.step, RewriteStatements):
            for replacement in outcome.step.replacements:
                assert {canonical(one) for one in replacement.after} <= there
                assert canonical(replacement.before) not in there


@law()
def test_a_second_run_plans_nothing_and_changes_nothing(story: Story) -> None:
    sandbox = story.sandbox()
    first = sandbox.run()
    document, attached = sandbox.document, sandbox.attached
    fixed_in(sandbox, first)

    second = sandbox.run(LATER)

    assert [report.plan.steps for report in second] == [()] * len(second)
    assert (sandbox.document, sandbox.attached) == (document, attached)


@law()
def test_a_repaired_finding_passes_at_the_next_evaluation(story: Story) -> None:
    sandbox = story.sandbox()
    reports = sandbox.run()
    repaired = {finding.rule for report in reports for step in report.plan.steps for finding in step.fixes}
    fault_free = {"role-can-write-logs"} & repaired

    again = sandbox.run(LATER)

    evaluated = [finding for report in again for finding in report.findings if finding.rule in fault_free]
    assert {finding.verdict for finding in evaluated} <= {Verdict.PASS}
