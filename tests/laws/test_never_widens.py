"""Never widens: nobody gets in, at any moment, who was kept out before; the role gets three actions and no more."""

from __future__ import annotations

from hypothesis import given

from permission_guard.facts import FunctionFacts, Look, RoleFacts
from permission_guard.iam import ABSENT, Answer, Context, FunctionArn, IamPrincipal, Request, decide
from tests.laws.callers import admitted, calls
from tests.laws.profile import LAW
from tests.laws.statements import FUNCTION, OWN, target_of
from tests.laws.stories import LOGS, Story, World, stories


@LAW
@given(stories())
def test_nobody_is_let_in_at_any_moment_who_was_kept_out_before(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    states = [admitted(document, asked) for document in dict.fromkeys(story.world().watched())]

    for state in states:
        assert state <= states[0]


ACTIONS = (
    *LOGS,
    "logs:DeleteLogGroup",
    "logs:GetLogEvents",
    "s3:GetObject",
    "s3:DeleteBucket",
    "iam:PassRole",
)


def rights(world: World) -> set[str]:
    """What the role may do."""
    look = FunctionFacts(FunctionArn.parse(FUNCTION))
    role = world.guard.look(look, Look.ROLE).role
    if not isinstance(role, RoleFacts):
        return set()
    resource = f"arn:aws:logs:us-east-1:{OWN}:log-group:/aws/lambda/orders:log-stream:2026/01/31/1"
    who, known = IamPrincipal(role.arn, OWN), Context.of({}, unlisted=ABSENT)
    return {
        action
        for action in ACTIONS
        if decide(
            Request(action, resource, who, known), identity=role.identity, boundary=role.boundary
        ).answer
        is Answer.ALLOWED
    }


@LAW
@given(stories(about_the_role=True))
def test_the_role_gains_nothing_but_the_three_actions_of_logging(story: Story) -> None:
    world = story.world()
    before = rights(world)

    world.run()

    assert before <= rights(world)
    assert rights(world) - before <= set(LOGS)
