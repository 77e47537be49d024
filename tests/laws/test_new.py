"""New is repaired, existing is reported: what a sweep has seen, or people were told of, is never taken for new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from permission_guard.events.trigger import EVERYTHING, Everything, Kind
from permission_guard.journal.fault import statement_digest
from permission_guard.model.document import Body, dumped
from tests.laws.profile import policy_law
from tests.laws.statements import FUNCTION, target_of
from tests.laws.stories import NOW, Sandbox, Story

LATER = NOW + timedelta(hours=2)


def happen(sandbox: Sandbox, kind: Kind, arrived: str | Everything | None = None) -> None:
    (event, *_) = sandbox.story.triggers(LATER)
    sandbox.guard.handle(replace(event, kind=kind, arrived=arrived, at=LATER), LATER)


def cautious(story: Story) -> Sandbox:
    """The story under a guard that repairs only what is new."""
    return replace(story, repair_existing=False).sandbox()


def see(sandbox: Sandbox, *statements: Body) -> None:
    """Let a sweep have seen these statements."""
    target = target_of(sandbox.story.qualifier)
    digests = frozenset(statement_digest(target, one) for one in statements)
    sandbox.journal.seen[FUNCTION] = (digests, None)


@policy_law()
def test_a_statement_that_was_reported_as_existing_is_not_new_when_it_is_replaced_under_another_sid(
    story: Story,
) -> None:
    sandbox = cautious(story)
    happen(sandbox, Kind.SWEEP)
    replaced = [{**one, "Sid": f"terraform{place}"} for place, one in enumerate(sandbox.statements)]
    if replaced:
        document: Body = {"Version": "2012-10-17", "Id": "default", "Statement": [*replaced]}
        function = sandbox.account.functions["orders"]
        function.policies[story.qualifier] = (dumped(document), "somebody's")
    happen(sandbox, Kind.POLICY_WRITTEN, EVERYTHING)

    assert list(sandbox.statements) == replaced


@policy_law()
def test_a_statement_that_a_sweep_has_seen_is_never_repaired(story: Story) -> None:
    sandbox = cautious(story)
    before = sandbox.document
    see(sandbox, *sandbox.statements)
    happen(sandbox, Kind.POLICY_WRITTEN, EVERYTHING)

    assert sandbox.document == before


@policy_law()
def test_a_statement_that_no_sweep_has_seen_is_repaired_by_the_next_sweep_as_by_its_event(
    story: Story,
) -> None:
    reported, swept = cautious(story), cautious(story)
    happen(reported, Kind.POLICY_WRITTEN, EVERYTHING)
    see(swept)
    happen(swept, Kind.SWEEP)

    assert swept.document == reported.document
