"""A permission that its event proves compliant is compliant in every policy, and admits no untrusted caller."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.compliant_event import compliant_findings
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.iam import FunctionArn
from permission_guard.model.document import dumped
from permission_guard.model.facts import FactKind, FunctionFacts
from permission_guard.model.finding import Verdict
from permission_guard.read import read_facts
from permission_guard.rules import evaluate
from tests.laws.callers import admitted, calls
from tests.laws.profile import policy_law
from tests.laws.statements import FUNCTION, target_of
from tests.laws.stories import Story


def added(story: Story) -> list[tuple[int, Trigger]]:
    """Each statement of the policy that has a Sid, as if AddPermission had just added it."""
    (first, *_) = replace(story, kinds=(Kind.PERMISSION_ADDED,)).triggers()
    return [
        (index, replace(first, arrived=sid, statement=dumped(body)))
        for index, body in enumerate(story.statements)
        if isinstance(sid := body.get("Sid"), str)
    ]


@policy_law()
def test_a_statement_that_its_event_shows_to_be_compliant_passes_in_the_whole_policy_too(
    story: Story,
) -> None:
    facts = FunctionFacts(FunctionArn.parse(FUNCTION), story.qualifier)
    facts = read_facts(story.sandbox().guard.observer, facts, FactKind.POLICY)
    findings = evaluate(facts, story.trusted)
    for index, event in added(story):
        if compliant_findings(event, story.trusted):
            mine = [finding.verdict for finding in findings if finding.statement == index]
            assert set(mine) == {Verdict.PASS}, story.statements[index]


@policy_law()
def test_a_statement_that_its_event_shows_to_be_compliant_allows_no_untrusted_call(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    for index, event in added(story):
        if compliant_findings(event, story.trusted):
            alone = dumped({"Version": "2012-10-17", "Statement": [story.statements[index]]})
            inside = admitted(alone, asked)
            assert [asked[place] for place in inside if not asked[place].is_trusted(story.trusted)] == []
