"""Restarts: whatever dies before or after any call, the next run ends where the first would have ended, and everything is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from permission_guard.fake_aws import ApiError
from permission_guard.model.document import canonical
from permission_guard.pipeline import MAX_ATTEMPTS
from permission_guard.ports import RetryLater
from tests.laws.informative import ABOUT_THE_POLICY
from tests.laws.profile import law
from tests.laws.stories import Sandbox, Story


class Died(Exception):
    """The machine that the guard ran on is gone."""


def dies_at(wanted: int) -> Callable[[str], None]:
    """Return a hook that dies once, at the call with this place."""
    left = wanted

    def hook(_call: str) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise Died

    return hook


def ending(sandbox: Sandbox) -> tuple[object, ...]:
    """What stands there, and what the journal says of it."""
    noted = sorted(
        (entry.fault, entry.state.value, entry.reported_as, len(entry.repairs))
        for entry in sandbox.journal.entries.values()
    )
    return [canonical(statement) for statement in sandbox.statements], sandbox.attached, noted


def restarted(story: Story, calls: list[str]) -> Iterator[tuple[Sandbox, str]]:
    """Every world in which the run died at one of the calls and was repeated, and where it died."""
    for place, call in enumerate(calls):
        for hook in ("before", "after"):
            sandbox = story.sandbox()
            setattr(sandbox.account, hook, dies_at(place))
            with suppress(Died):  # a call that AWS refuses has no moment after its effect
                sandbox.run()
            setattr(sandbox.account, hook, lambda _call: None)
            with suppress(RetryLater):  # it ends elsewhere, then
                sandbox.run()
            yield sandbox, f"died {hook} call {place}, {call}"


@law()
def test_a_run_that_was_killed_anywhere_and_is_repeated_ends_and_reports_as_one_that_was_not(
    story: Story,
) -> None:
    calm = story.sandbox()
    calm.run()
    for sandbox, died in restarted(story, list(calm.account.calls)):
        assert ending(sandbox) == ending(calm), died
        assert set(calm.reported) <= set(sandbox.reported), died


def _open_bucket(call: str) -> Sandbox:
    """An open bucket where its repair makes this call."""
    documents = call == "PutResourcePolicy"
    return next(one for one in ABOUT_THE_POLICY if one.has_resource_policy_calls is documents).sandbox()


@pytest.mark.parametrize("code", ["TooManyRequestsException", "PreconditionFailedException"])
@pytest.mark.parametrize("call", ["PutResourcePolicy", "AddPermission", "RemovePermission"])
def test_a_message_that_is_not_finished_is_received_again_and_ends_as_if_it_had_not_failed(
    call: str, code: str
) -> None:
    sandbox, calm = _open_bucket(call), _open_bucket(call)
    calm.run()

    def failing(made: str) -> None:
        if made == call:
            raise ApiError(code, "not now")

    sandbox.account.before = failing
    with pytest.raises(RetryLater, match="not now"):
        sandbox.run()
    assert sandbox.reported == []
    assert sandbox.account.calls.count(call) == (1 if code == "TooManyRequestsException" else MAX_ATTEMPTS)
    sandbox.account.before = lambda _call: None
    sandbox.run()

    assert (ending(sandbox), sandbox.reported) == (ending(calm), calm.reported)
