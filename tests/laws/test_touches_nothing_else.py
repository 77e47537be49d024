"""A repair changes the statement it mends and no other, and nobody's write in between is lost."""

from __future__ import annotations

from hypothesis import given

from permission_guard.document import Body, canonical, dumped
from permission_guard.step import BoundStatements
from tests.laws.profile import LAW
from tests.laws.stories import Story, World, stories

SOMEBODY: Body = {
    "Sid": "somebody",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "lambda:DeleteFunction",
    "Resource": "*",
}


def replaced(world: World) -> set[str]:
    """The statements that the guard replaced, canonically."""
    steps = [
        step for report in world.run() for step in report.plan.steps if isinstance(step, BoundStatements)
    ]
    return {canonical(swap.before) for step in steps for swap in step.swaps}


@LAW
@given(stories())
def test_every_statement_that_is_not_mended_stays_as_it_was_byte_for_byte(story: Story) -> None:
    world = story.world()
    before = world.statements

    mended = replaced(world)

    kept = [dumped(statement) for statement in before if canonical(statement) not in mended]
    assert [text for text in map(dumped, world.statements) if text in kept] == kept
    assert len(world.statements) == len(before)


@LAW
@given(stories())
def test_a_statement_that_somebody_writes_meanwhile_is_kept(story: Story) -> None:
    world = story.world()
    function = world.account.functions["orders"]
    wrote = False

    def somebody(call: str) -> None:
        nonlocal wrote
        if call in {"GetPolicy", "GetResourcePolicy"} and not wrote and world.document:
            wrote = True
            document = {"Version": "2012-10-17", "Id": "default", "Statement": [*world.statements, SOMEBODY]}
            function.policies[story.qualifier] = (dumped(document), "somebody's")

    world.account.after = somebody
    world.run()

    assert wrote == (canonical(SOMEBODY) in {canonical(statement) for statement in world.statements})
