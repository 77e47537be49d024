"""When an accepted fault is reported: a week before the end, and after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from permission_guard.journal.acceptance import Acceptance
from tests.fake_aws.builders import ANN, NOW

DAY = timedelta(days=1)
UNTIL = NOW + 90 * DAY
ACCEPTED = Acceptance(ANN, NOW, UNTIL, "the partner calls it")


@pytest.mark.parametrize(
    ("reported", "now", "due"),
    [
        (-1, 0, False),
        (-1, 82, False),
        (-1, 83, True),
        (83, 84, False),
        (84, 89, False),
        (84, 90, True),
        (-1, 91, True),
        (90, 91, None),
    ],
)
def test_it_is_reported_once_in_its_last_week_and_once_after_its_end(
    reported: int,
    now: int,
    due: bool | None,  # noqa: FBT001  # a parameter of pytest
) -> None:
    assert ACCEPTED.is_due(NOW + reported * DAY, NOW + now * DAY) is due


def test_one_of_less_than_a_week_ends_without_notice() -> None:
    short = Acceptance(ANN, NOW, NOW + 3 * DAY, "until the release")
    assert short.is_due(NOW - DAY, NOW + DAY) is False
    assert short.is_due(NOW - DAY, NOW + 3 * DAY) is True


def test_an_undo_has_no_end_and_its_fault_is_reported_like_any_other() -> None:
    undone = Acceptance(ANN, NOW)
    assert undone.holds(NOW + 1000 * DAY)
    assert undone.is_due(NOW, NOW + 1000 * DAY) is None


def test_it_says_who_until_when_and_why() -> None:
    assert ACCEPTED.words("orders/it", NOW) == (
        f"{ANN} accepted this until {UNTIL:%Y-%m-%d}, when it is reported again: the partner calls it"
    )
    assert "which is over: the partner calls it" in ACCEPTED.words("orders/it", UNTIL)
    assert Acceptance(ANN, NOW).words("orders/it", NOW) == (
        f"{ANN} undid this repair (`permission-guard accept --remove orders/it` allows it again)"
    )
    assert (ACCEPTED.shown, Acceptance(ANN, NOW).shown) == (
        f"until {UNTIL:%Y-%m-%d} by {ANN}: the partner calls it",
        f"undone by {ANN}",
    )
