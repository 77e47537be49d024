"""Never dips: who gets in before and after a repair gets in at every moment between, and no trusted caller is lost."""

from __future__ import annotations

from permission_guard.document import dumped, statements_of
from tests.laws.callers import Call, admitted, calls
from tests.laws.profile import policy_law
from tests.laws.statements import target_of
from tests.laws.stories import Story


@policy_law()
def test_a_caller_who_gets_in_before_and_after_gets_in_after_every_call(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    states = [admitted(document, asked) for document in dict.fromkeys(story.world().watched())]

    for state in states:
        assert states[0] & states[-1] <= state


def _through_services(document: str | None, asked: tuple[Call, ...]) -> frozenset[int]:
    """The calls that a statement admits which names services only, or that are no service's."""
    if document is None:
        return frozenset()
    kept = [
        statement
        for statement in statements_of(document)
        if statement["Effect"] == "Deny"
        or (isinstance(named := statement.get("Principal"), dict) and set(named) == {"Service"})
    ]
    return admitted(dumped({"Version": "2012-10-17", "Statement": kept}), asked)


@policy_law()
def test_a_trusted_caller_of_a_service_is_never_lost(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    seen = story.world().watched()
    trusted = {place for place, call in enumerate(asked) if call.is_trusted(story.trusted)}

    assert _through_services(seen[0], asked) & trusted <= admitted(seen[-1], asked)


@policy_law()
def test_a_principal_of_the_own_and_of_a_trusted_account_is_never_lost(story: Story) -> None:
    asked = calls(target_of(story.qualifier))
    seen = story.world().watched()
    # An account of ours that a trusted organisation is set for is taken to be in it.
    homeless = {None} if story.trusted.organizations else set()
    trusted = {
        place
        for place, call in enumerate(asked)
        if call.service is None
        and call.is_trusted(story.trusted)
        and (call.account != story.trusted.account or call.organization not in homeless)
    }

    assert admitted(seen[0], asked) & trusted <= admitted(seen[-1], asked)
