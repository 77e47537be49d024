"""Widens nothing: at no moment has a caller access who had none before. The role gains three actions and no more."""

from __future__ import annotations

from tests.laws.callers import admitted, calls
from tests.laws.profile import policy_law, role_law
from tests.laws.statements import target_of
from tests.laws.stories import LOGS, Story, rights


@policy_law()
def test_no_caller_gains_access_at_any_moment_of_a_repair(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    states = [admitted(document, asked) for document in dict.fromkeys(story.sandbox().watched())]

    for state in states:
        assert state <= states[0]


@role_law()
def test_the_role_gains_nothing_but_the_three_actions_of_logging(story: Story) -> None:
    sandbox = story.sandbox()
    before = rights(sandbox)

    sandbox.run()

    assert before <= rights(sandbox)
    assert rights(sandbox) - before <= set(LOGS)
