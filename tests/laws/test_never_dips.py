"""Access never dips: a caller with access before and after a repair has it at every moment between. No trusted caller is lost."""

from __future__ import annotations

from tests.laws.callers import Call, admitted, calls
from tests.laws.profile import policy_law
from tests.laws.statements import TOKEN, target_of
from tests.laws.stories import Story


@policy_law()
def test_a_caller_that_has_access_before_and_after_a_repair_has_access_after_every_call(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    states = [admitted(document, asked) for document in dict.fromkeys(story.sandbox().watched())]

    for state in states:
        assert states[0] & states[-1] <= state


@policy_law()
def test_no_trusted_caller_is_lost_at_any_moment(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    seen = list(dict.fromkeys(story.sandbox().watched()))
    trusted = {place for place, call in enumerate(asked) if _shows_a_trusted_account(call, story, seen[0])}

    for document in seen:
        assert admitted(seen[0], asked) & trusted <= admitted(document, asked)


def _shows_a_trusted_account(call: Call, story: Story, document: str | None) -> bool:
    """A skill sends a token and no account: it is trusted if the policy has its token."""
    is_skill = call.service == "alexa-appkit.amazon.com"
    return call.is_trusted(story.trusted) and (not is_skill or TOKEN in (document or ""))
