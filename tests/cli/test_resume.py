"""`resume`: the entry is marked, and what that means is said."""

from __future__ import annotations

from permission_guard.journal.entry import State
from tests.cli.there import run
from tests.undoing import repaired


def test_what_was_undone_is_marked_and_what_that_means_is_reported() -> None:
    story = repaired()
    run(story, "undo", story.entry.id, "--yes")
    before = story.text
    result = run(story, "resume", story.entry.id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert " ".join(result.stdout.split()) == (
        f"Resumed {story.entry.id}: at the next event or sweep of the function, the guard treats this like any other finding."
    )
    assert story.entry.state is State.GONE
    assert story.text == before


def test_what_nothing_holds_back_is_not_resumed() -> None:
    story = repaired()
    assert run(story, "resume", story.entry.id).exit_code == 0
    result = run(story, "resume", story.entry.id)
    assert result.exit_code == 1
    assert result.stderr == (
        f"permission-guard: Nothing to resume: the guard may repair {story.entry.id} already (its state is reported).\n"
    )


def test_a_journal_that_another_run_writes_is_reported_as_such() -> None:
    story = repaired()
    story.fails("TransactWriteItems", "ConditionalCheckFailedException")
    result = run(story, "resume", story.entry.id)
    assert result.exit_code == 2
    assert result.stderr == (
        "permission-guard: Another change was made at the same time: ConditionalCheckFailedException: no. "
        "Run the command again.\n"
    )
