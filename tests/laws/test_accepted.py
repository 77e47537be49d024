"""What a person accepted, or keeps by a tag, is left alone; and whatever is more open than that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from permission_guard.events.trigger import Kind
from permission_guard.journal.acceptance import Acceptance
from permission_guard.model.document import Body, dumped
from permission_guard.repair.accept import accept, is_acceptable
from permission_guard.repair.outcome import Ending
from permission_guard.settings import MODE_TAG, Treatment
from tests.fake_aws.builders import ANN
from tests.laws.profile import law
from tests.laws.stories import NOW, WRITES, Sandbox, Story
from tests.laws.test_alerts import standing

UNTIL = NOW + timedelta(days=90)


def accepted(story: Story) -> tuple[Sandbox, set[str]]:
    """A story in which everything was reported while the guard observed, and then accepted."""
    reporting = dict.fromkeys(story.treatments, Treatment.ALERT)
    sandbox = replace(story, treatments=reporting).sandbox()
    sandbox.run()
    known = [one for one in sandbox.journal.all() if is_acceptable(one)]
    for concern in {one.finding.concern for one in known}:
        accept(known, concern, None, Acceptance(ANN, NOW, UNTIL, "meant"), sandbox.journal)
    sandbox.story = story
    return sandbox, {one.id for one in known}


@law()
def test_an_accepted_fault_is_neither_changed_nor_reported_before_its_last_week(story: Story) -> None:
    sandbox, ids = accepted(story)
    before, reported = standing(sandbox), list(sandbox.reported)
    sandbox.account.calls.clear()

    sandbox.run(NOW + timedelta(hours=1))
    sandbox.run(NOW + timedelta(days=60))

    repaired = {one.fault for one in sandbox.journal.all() if one.id in ids and one.repairs}
    assert repaired == set()
    assert [one for one in sandbox.reported[len(reported) :] if one[0] in ids] == []
    if not WRITES & set(sandbox.account.calls):
        assert standing(sandbox) == before


@law()
def test_an_accepted_fault_is_reported_when_its_acceptance_has_ended_and_not_repaired(story: Story) -> None:
    sandbox, ids = accepted(replace(story, repair_existing=False))
    before, reported = standing(sandbox), len(sandbox.reported)

    sandbox.run(UNTIL + timedelta(hours=1))

    again = sandbox.reported[reported:]
    still = {one.id for one in sandbox.journal.all() if one.last_seen > UNTIL}
    assert ids & still <= {entry for entry, ending in again if ending is Ending.REPORTED}
    assert [one for one in again if one[0] in ids and one[1] is Ending.REPAIRED] == []
    assert {one.fault for one in sandbox.journal.all() if one.id in ids and one.repairs} == set()
    assert before[1] == standing(sandbox)[1] or not ids


@law()
def test_removing_a_deny_ends_an_acceptance_at_once(story: Story) -> None:
    deny: Body = {
        "Sid": "limit",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "lambda:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
    }
    limited = replace(story, statements=(*story.statements, deny), kinds=(Kind.POLICY_WRITTEN,))
    sandbox, ids = accepted(limited)
    about = {one.id for one in sandbox.journal.all() if one.finding.statement is not None}
    reported = len(sandbox.reported)
    document: Body = {"Version": "2012-10-17", "Id": "default", "Statement": list(story.statements)}
    sandbox.account.functions["orders"].policies[story.qualifier] = (dumped(document), "more open")

    sandbox.run(NOW + timedelta(hours=1))

    wanted = {
        one.finding.subject
        for one in sandbox.journal.all()
        if one.id in ids & about and limited.treatments[one.finding.concern] is not Treatment.IGNORE
    }
    new = {one.finding.subject for one in sandbox.journal.all() if one.id not in ids}
    assert wanted <= new
    assert len(sandbox.reported) > reported or not wanted


@law()
def test_a_function_with_the_observe_tag_is_never_changed_and_reported_as_in_observe_mode(
    story: Story,
) -> None:
    sandbox, observed = story.sandbox(), story.sandbox()
    sandbox.account.functions["orders"].tags[MODE_TAG] = "Observe"
    before = standing(sandbox)
    sandbox.run()
    observed.run()
    assert standing(sandbox) == before
    assert WRITES.isdisjoint(sandbox.account.calls)
    told, plain = (
        {
            (entry, Ending.WOULD_REPAIR if ending is Ending.REPAIRED else ending)
            for entry, ending in one.reported
        }
        for one in (sandbox, observed)
    )
    assert {entry for entry, _ in plain} <= {entry for entry, _ in told}
