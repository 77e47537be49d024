"""What was attached to a role is looked at in that very role, whatever role the function has by now."""

from __future__ import annotations

from permission_guard.trigger import Kind
from tests.samples import LOGGING
from tests.undoing import attached
from tests.world.builders import BASIC


def test_a_role_that_another_function_still_needs_keeps_the_policy_when_this_one_gets_another_role() -> None:
    story = attached()
    story.account.with_function("billing", role="role")
    story.account.with_role("another", logs=LOGGING).attached.append(BASIC)
    story.account.functions["orders"].role_arn = story.account.role_arn("another")
    story.happens(Kind.FUNCTION_CHANGED)
    assert story.attached == [BASIC]
