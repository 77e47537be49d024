"""Restarts: whatever dies before or after any call, the next run ends where the first would have ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from permission_guard.document import canonical
from tests.laws.profile import law
from tests.laws.stories import Story, World


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


def ending(world: World) -> tuple[list[str], tuple[str, ...]]:
    return [canonical(statement) for statement in world.statements], world.attached


@law()
def test_a_run_that_died_anywhere_and_is_repeated_ends_as_one_that_did_not(story: Story) -> None:
    calm = story.world()
    calm.run()
    for place in range(len(calm.account.calls)):
        for hook in ("before", "after"):
            world = story.world()
            setattr(world.account, hook, dies_at(place))
            with suppress(Died):  # a call that AWS refuses has no moment after its effect
                world.run()
            setattr(world.account, hook, lambda _call: None)
            world.run()
            assert ending(world) == ending(calm), f"died {hook} call {place}, {calm.account.calls[place]}"
