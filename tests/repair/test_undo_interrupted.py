"""An undo that is refused, or that dies: the entry tells the truth, and the next undo finishes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account, ApiError
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.model.document import statements_of
from permission_guard.ports import ChangedMeanwhile, RetryLater
from permission_guard.repair.outcome import Result
from permission_guard.repair.undo import CannotUndo, undo
from tests.fake_aws.builders import ANN, NOW, TARGET
from tests.undoing import S3, Story, attached, repaired

CALLS: dict[str, tuple[Callable[[], Story], str]] = {
    "bound": (repaired, "PutResourcePolicy"),
    "attached": (attached, "DetachRolePolicy"),
}


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    ("code", "result"),
    [("AccessDeniedException", Result.REFUSED), ("PreconditionFailedException", Result.CHANGED_MEANWHILE)],
)
def test_the_entry_is_as_it_was_if_the_call_is_refused(kind: str, code: str, result: Result) -> None:
    make, call = CALLS[kind]
    story = make()
    before = story.entry
    story.fails(call, code)
    outcome = story.undo()
    assert outcome.result is result
    assert code in outcome.detail
    assert story.entry == replace(before, version=before.version + 2)


def test_a_refusal_is_reported_even_if_the_journal_cannot_take_it_back() -> None:
    story = repaired()

    def hook(call: str) -> None:
        if call == "PutResourcePolicy":
            story.fails("TransactWriteItems", "ThrottlingException")
            raise ApiError("AccessDeniedException", "no")

    story.account.before = hook
    outcome = story.undo()
    assert outcome.result is Result.REFUSED
    assert "AccessDeniedException" in outcome.detail
    assert "the journal says UNDONE nevertheless: TransactWriteItems: ThrottlingException" in outcome.detail
    story.works_again()
    assert story.undo().result is Result.DONE


def test_nothing_is_undone_that_the_journal_does_not_take() -> None:
    story = repaired()
    before, entry = story.text, story.entry
    story.fails("TransactWriteItems", "ThrottlingException")
    with pytest.raises(RetryLater):
        story.undo()
    story.works_again()
    story.journal.write((entry,))
    with pytest.raises(ChangedMeanwhile):
        undo(entry, story.observer, story.writer, story.journal, Acceptance(ANN, NOW))
    assert story.text == before


@pytest.mark.parametrize("documents", [True, False], ids=["PutResourcePolicy", "AddPermission"])
def test_a_repair_is_undone_whose_run_died_before_it_could_say_that_it_was_made(documents: bool) -> None:  # noqa: FBT001
    story = Story(Account(has_resource_policy_calls=documents))
    story.account.add_permission("orders", S3)

    class Killed(BaseException):
        pass

    def die(call: str) -> None:
        if call in {"PutResourcePolicy", "AddPermission"}:
            raise Killed

    story.account.after = die
    with pytest.raises(Killed):
        story.happens(Kind.PERMISSION_ADDED, "s3")
    story.works_again()
    assert story.entry.state is State.PLANNED
    assert story.undo().result is Result.DONE
    assert statements_of(story.text) == (S3.statement(TARGET),)


def test_a_repair_that_was_planned_and_never_made_cannot_be_undone() -> None:
    story = Story(Account())
    story.account.add_permission("orders", S3)
    story.fails("PutResourcePolicy", "ServiceException")
    with pytest.raises(RetryLater):
        story.happens(Kind.PERMISSION_ADDED, "s3")
    assert story.entry.state is State.PLANNED
    with pytest.raises(CannotUndo, match="is already as it was before the repair"):
        story.undo()
