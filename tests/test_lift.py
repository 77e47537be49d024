"""Resuming: the guard repairs again what was undone or put back too often."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.events.trigger import Everything, Kind
from permission_guard.fake_aws import Account
from permission_guard.journal.entry import State
from permission_guard.journal.history import PUT_BACK_LIMIT
from permission_guard.ports import ChangedMeanwhile
from permission_guard.repair.accept import NothingToRemove, lift
from permission_guard.repair.outcome import Ending, Result
from tests.fake_aws.builders import document, statement
from tests.undoing import BOTH_FAMILIES, Story, repaired


@BOTH_FAMILIES
def test_what_is_resumed_is_repaired_again_and_reported(
    documents: bool,  # noqa: FBT001  # a parameter of pytest
    kind: Kind,
    arrived: str | Everything,
) -> None:
    story = repaired(documents=documents)
    story.undo()
    resumed = lift(story.entry, story.journal)
    assert resumed == story.entry
    assert (resumed.state, resumed.repairs, resumed.reported_at, resumed.reported_as) == (
        State.GONE,
        (),
        None,
        None,
    )
    (line,) = story.happens(kind, arrived).lines
    assert line.ending is Ending.REPAIRED
    assert (story.entry.state, len(story.entry.repairs)) == (State.REPORTED, 1)
    assert story.undo().result is Result.DONE


def put_back_too_often() -> Story:
    story = Story(Account())
    for _ in range(PUT_BACK_LIMIT + 1):
        story.put(document(statement("s3.amazonaws.com")))
    return story


def test_what_was_put_back_too_often_is_resumed_and_counted_from_zero() -> None:
    story = put_back_too_often()
    assert story.entry.reported_as == Ending.ESCALATED
    assert story.text == document(statement("s3.amazonaws.com"))
    lift(story.entry, story.journal)
    story.put(document(statement("s3.amazonaws.com")))
    again = story.entry
    assert (again.reported_as, len(again.repairs)) == (Ending.REPAIRED, 1)


def test_what_nothing_holds_back_keeps_its_repair_and_is_counted_from_zero_once() -> None:
    story = repaired()
    before = story.entry
    lift(before, story.journal)
    assert story.entry == replace(before, repairs=(), version=before.version + 1)
    with pytest.raises(
        NothingToRemove,
        match=r"Nothing to remove: .* is not accepted, not undone, and was not put back too often",
    ):
        lift(story.entry, story.journal)
    assert story.undo().result is Result.DONE


def test_a_resumption_that_another_run_overtook_is_not_written() -> None:
    story = repaired()
    story.undo()
    before = story.entry
    story.journal.write((before,))
    with pytest.raises(ChangedMeanwhile):
        lift(before, story.journal)
    assert story.entry.state is State.UNDONE
