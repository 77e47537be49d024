"""`undo`: it shows what it will do, asks, does it, and says what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import agreed
from permission_guard.fake_aws import Account
from permission_guard.journal.entry import State
from permission_guard.model.document import statements_of
from tests.cli.there import run
from tests.fake_aws.builders import TARGET, document, statement
from tests.test_golden import FOLDER, golden
from tests.undoing import S3, Story, attached, repaired, repaired_by_add_permission

STORIES: dict[str, Callable[[], Story]] = {
    "a-statement": repaired,
    "a-statement-where-there-is-only-add-permission": repaired_by_add_permission,
    "a-policy-of-a-role": attached,
}


def is_undone(story: Story) -> bool:
    return story.entry.state is State.UNDONE


@pytest.mark.parametrize("name", STORIES)
def test_it_shows_what_it_will_do_word_for_word_as_it_is_kept(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for color, kind in ((False, "plain"), (True, "terminal")):
        story = STORIES[name]()
        result = run(story, "undo", story.entry.id, "--yes", color=color)
        assert result.exit_code == 0
        assert result.stderr == ""
        assert is_undone(story)
        assert result.stdout == golden(f"undo/{name}.{kind}.txt", result.stdout)


def test_every_kept_preview_is_one_that_is_made() -> None:
    kept = {path.name for path in (FOLDER / "undo").iterdir()}
    assert kept == {f"{name}.{kind}.txt" for name in STORIES for kind in ("plain", "terminal")}


def test_there_is_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    story = repaired()
    assert "\x1b" not in run(story, "undo", story.entry.id, "--dry-run", color=True).stdout


def test_a_name_cannot_forge_a_line_of_the_difference() -> None:
    story = Story(Account())
    story.put(document(statement("s3.amazonaws.com", sid='x\u2028  "Effect": "Deny",\x85\x1b[2J')))
    shown = run(story, "undo", story.entry.id, "--dry-run").stdout
    assert '  "Sid": "x\\u2028  \\"Effect\\": \\"Deny\\",\\x85\\u001b[2J",' in shown
    assert [line for line in shown.splitlines() if line.strip().startswith('"Effect": "Deny"')] == []


def test_a_dry_run_only_shows() -> None:
    story = repaired()
    before, entry = story.text, story.entry
    result = run(story, "undo", entry.id, "--dry-run")
    assert result.exit_code == 0
    assert '-      "AWS:SourceAccount"' in result.stdout.replace("aws:", "AWS:")
    assert "Undone" not in result.stdout
    assert (story.text, story.entry) == (before, entry)


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " y \n"])
def test_it_is_done_if_the_person_agrees(answer: str) -> None:
    story = repaired()
    result = run(story, "undo", story.entry.id, stdin=answer)
    assert result.exit_code == 0
    assert result.stderr == "Undo this repair? [y/N] "
    assert S3.statement(TARGET) in statements_of(story.text)
    assert is_undone(story)


@pytest.mark.parametrize("answer", ["n\n", "\n", "yellow\n"])
def test_nothing_is_done_if_the_person_does_not_agree(answer: str) -> None:
    story = repaired()
    before, entry = story.text, story.entry
    result = run(story, "undo", entry.id, stdin=answer)
    assert result.exit_code == 1
    assert result.stderr == "Undo this repair? [y/N] permission-guard: Nothing was changed.\n"
    assert (story.text, story.entry) == (before, entry)


def test_nothing_is_done_if_standard_input_is_closed() -> None:
    story = repaired()
    before = story.text
    result = run(story, "undo", story.entry.id)
    assert result.exit_code == 3
    assert (
        result.stderr.splitlines()[-1]
        == "permission-guard: Cannot ask for confirmation: standard input is closed. Pass --yes."
    )
    assert story.text == before


def test_a_process_without_standard_input_cannot_confirm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(
        Unusable, match=r"^Cannot ask for confirmation: standard input is closed. Pass --yes.$"
    ):
        agreed("Undo? ")


@pytest.mark.parametrize("name", ["orders", TARGET, f"{TARGET}:live", "111122223333:function:orders"])
def test_a_function_may_be_named_in_each_of_awss_forms(name: str) -> None:
    story = repaired()
    assert run(story, "undo", f"{name}/{story.entry.fault}", "--yes").exit_code == 0
    assert is_undone(story)


def ended(story: Story, *options: str) -> tuple[int, str]:
    """How an undo ended, and the line that says so."""
    result = run(story, "undo", story.entry.id, "--yes", *options)
    line, *rest = result.stderr.splitlines()
    assert rest == []
    return result.exit_code, line.removeprefix("permission-guard: ").replace(story.entry.id, "ENTRY")


def test_what_was_changed_after_the_repair_is_reported_and_left() -> None:
    story = repaired()
    story.account.remove_permission("orders", "s3")
    code, line = ended(story)
    assert code == 1
    assert line == f"the statement in the policy of {TARGET} was changed after the repair"


REFUSALS = {
    "AccessDeniedException": (
        1,
        "ENTRY: Nothing was changed: AWS refused it: AccessDeniedException: no (PutResourcePolicy)",
    ),
    "PreconditionFailedException": (
        2,
        "ENTRY: Nothing was changed: another change was made at the same time: PreconditionFailedException: no",
    ),
    "ThrottlingException": (
        2,
        "ENTRY: Could not reach AWS: PutResourcePolicy: ThrottlingException: no. Run the command again.",
    ),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_call_that_is_not_made_is_reported_with_awss_reason(code: str) -> None:
    story = repaired()
    before = story.text
    story.fails("PutResourcePolicy", code)
    assert ended(story) == REFUSALS[code]
    assert story.text == before


def test_a_name_in_the_policy_cannot_drive_the_terminal() -> None:
    story = repaired()
    entry = story.entry
    forged = replace(entry, finding=replace(entry.finding, summary="x\n\x1b[2JUndone"))
    story.journal.write((forged,))
    output = run(story, "undo", entry.id, "--dry-run").stdout
    assert "\x1b" not in output
    assert "\nUndone" not in output
