"""How long an entry is kept: for its time if nothing rests on it, else for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.journal.entry import Attached, Entry, State, kept_until
from permission_guard.repair.outcome import Ending
from tests.fake_aws.builders import BASIC, NOW, ROLE
from tests.journal.test_entry_json import ENTRY

YEAR = timedelta(days=365)
ATTACHED = replace(ENTRY, change=Attached(ROLE, BASIC))

FORGOTTEN: dict[str, Entry] = {
    "a repaired statement that somebody was told of": ENTRY,
    "a fault that was told and never repaired": replace(ENTRY, change=None, reported_as=Ending.REPORTED),
    "a fault that is gone": replace(ATTACHED, state=State.GONE),
    "a policy that was taken off again": replace(ATTACHED, state=State.RELEASED, reported_as=Ending.RELEASED),
}
KEPT: dict[str, Entry] = {
    "a repair that may have been made": replace(ENTRY, state=State.PLANNED),
    "a repair that a person undid": replace(ENTRY, state=State.UNDONE),
    "a repair that the guard has stopped making": replace(ENTRY, reported_as=Ending.ESCALATED),
    "a policy that is attached": ATTACHED,
    "a policy that is about to be taken off": replace(ATTACHED, state=State.RELEASING),
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_nothing_rests_on_is_forgotten_its_time_after_it_was_last_seen(what: str) -> None:
    assert kept_until(FORGOTTEN[what], YEAR) == NOW + YEAR


@pytest.mark.parametrize("what", KEPT)
def test_what_something_rests_on_is_never_forgotten(what: str) -> None:
    assert kept_until(KEPT[what], YEAR) is None


def test_every_state_has_its_place_here() -> None:
    assert {entry.state for entry in (*FORGOTTEN.values(), *KEPT.values())} == set(State)
