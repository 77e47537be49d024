"""Undoing: what stood there is put back, nothing else is touched, and the guard leaves it alone until a person says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.events.trigger import EVERYTHING, Everything, Kind
from permission_guard.fake_aws import Account
from permission_guard.iam import LayerVersionArn
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.model.document import statements_of
from permission_guard.pipeline import Guard
from permission_guard.repair.accept import lift
from permission_guard.repair.outcome import Ending, Result
from permission_guard.repair.undo import CannotUndo, undo, undoing
from tests.fake_aws.builders import ANN, NOW, TARGET, document, settings, statement, trigger
from tests.undoing import BOTH_FAMILIES, OTHER, S3, Story, attached, repaired

DOCUMENTS = {
    "as AddPermission makes it": document(statement("s3.amazonaws.com")),
    "by hand": json.dumps(
        {"Statement": statement("s3.amazonaws.com", sid=None), "Version": "2012-10-17"}, indent=2
    ),
    "with a neighbour": document(
        statement("s3.amazonaws.com"),
        statement(
            "sns.amazonaws.com", sid="t", Condition={"StringEquals": {"AWS:SourceAccount": "111122223333"}}
        ),
    ),
    "twice, without Sid": document(
        statement(
            "s3.amazonaws.com",
            sid=None,
            Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}},
        ),
        statement("s3.amazonaws.com", sid=None),
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_document_is_again_what_it_was_to_the_byte_if_nothing_else_has_changed(text: str) -> None:
    story = Story(Account())
    story.put(text)
    assert story.text != text
    assert story.undo().result is Result.DONE
    assert story.text == text


def test_two_repairs_of_one_write_are_undone_one_by_one_and_then_the_document_is_what_it_was() -> None:
    story = Story(Account())
    text = json.dumps(
        json.loads(document(statement("s3.amazonaws.com"), statement("sns.amazonaws.com", sid="t"))), indent=1
    )
    story.put(text)
    first, second = story.journal.of(TARGET).entries
    undo(first, story.observer, story.writer, story.journal, Acceptance(ANN, NOW))
    assert ["Condition" in one for one in statements_of(story.text)].count(True) == 1
    undo(second, story.observer, story.writer, story.journal, Acceptance(ANN, NOW))
    assert story.text == text


@pytest.mark.parametrize("documents", [True, False], ids=["PutResourcePolicy", "AddPermission"])
def test_what_others_have_written_meanwhile_stays(documents: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    story = repaired(documents=documents)
    story.account.remove_permission("orders", "sns")
    late = replace(OTHER, sid="late")
    story.account.add_permission("orders", late)
    story.undo()
    assert sorted(story.sids) == ["late", "s3"]
    assert late.statement(TARGET) in statements_of(story.text)
    assert S3.statement(TARGET) in statements_of(story.text)


@pytest.mark.parametrize("documents", [True, False], ids=["PutResourcePolicy", "AddPermission"])
def test_a_statement_that_is_not_ours_any_more_is_left(documents: bool) -> None:  # noqa: FBT001  # same
    story = repaired(documents=documents)
    story.account.remove_permission("orders", next(sid for sid in story.sids if sid != "sns"))
    story.account.add_permission("orders", replace(S3, source_arn="arn:aws:s3:::mine"))
    before = story.text
    with pytest.raises(CannotUndo, match="was changed after the repair"):
        story.undo()
    assert story.text == before
    assert story.entry.state is State.REPORTED


def test_a_policy_that_is_gone_altogether_is_left_so() -> None:
    story = repaired()
    del story.account.functions["orders"].policies[None]
    with pytest.raises(CannotUndo, match="was changed after the repair"):
        story.undo()


def test_a_policy_that_cannot_be_read_is_reported_as_such() -> None:
    story = repaired()
    story.fails("GetResourcePolicy")
    with pytest.raises(CannotUndo, match="could not be read: AccessDeniedException"):
        story.undo()


def test_an_alias_is_undone_in_its_own_policy() -> None:
    story = Story(Account())
    story.account.add_permission(f"{TARGET}:live", S3)
    guard = Guard(settings(), story.observer, story.writer, story.notifier, story.journal)
    guard.handle(trigger("s3", kind=Kind.PERMISSION_ADDED, qualifier="live"), NOW)
    step = undoing(story.entry, story.observer)
    story.undo()
    policies = story.account.functions["orders"].policies
    assert statements_of(policies["live"][0]) == (S3.statement(f"{TARGET}:live"),)
    assert policies.keys() == {"live"}
    assert step.permissions == ("lambda:PutResourcePolicy", "lambda:AddPermission", "lambda:RemovePermission")


def test_a_statement_that_only_a_document_can_say_cannot_come_back_where_there_are_none() -> None:
    story = Story(Account())
    story.put(document(statement("s3.amazonaws.com", Action=["lambda:InvokeFunction"])))
    story.account.has_resource_policy_calls = False
    with pytest.raises(
        CannotUndo, match=r"takes one action, not a list .* PutResourcePolicy is not available"
    ):
        story.undo()


def test_a_role_that_is_not_any_more_what_it_was_is_left() -> None:
    story = attached()
    role = story.account.roles.pop("role")
    with pytest.raises(CannotUndo, match="role/role does not exist any more"):
        story.undo()
    story.account.roles["role"] = role
    role.id, before = "AROAANOTHER", role.id
    with pytest.raises(CannotUndo, match="was deleted and created again"):
        story.undo()
    role.id = before
    story.attached.clear()
    with pytest.raises(CannotUndo, match=r"is no longer attached to "):
        story.undo()
    story.fails("GetRole")
    with pytest.raises(CannotUndo, match="could not be read: AccessDeniedException"):
        story.undo()


@BOTH_FAMILIES
def test_the_guard_woken_by_the_undo_changes_nothing_and_reports_nothing(
    documents: bool,  # noqa: FBT001  # a parameter of pytest
    kind: Kind,
    arrived: str | Everything,
) -> None:
    story = repaired(documents=documents)
    story.undo()
    before, reported = story.text, list(story.notifier.sent)
    report = story.happens(kind, arrived)
    assert [line.ending for line in report.lines] == []
    assert (story.text, story.notifier.sent) == (before, reported)
    assert story.entry.state is State.UNDONE


def test_what_was_undone_is_reported_again_after_the_reminder_with_the_way_back() -> None:
    story = repaired()
    story.undo()
    (line,) = story.happens(Kind.POLICY_WRITTEN, EVERYTHING, after=timedelta(days=8)).lines
    assert line.ending is Ending.REPORTED
    assert f"permission-guard accept --remove {story.entry.id}" in line.what
    assert (story.entry.state, story.entry.reported_at) == (State.UNDONE, NOW + timedelta(days=8))


def test_an_undo_in_whose_midst_the_guard_wakes_is_left_alone() -> None:
    story = repaired(documents=False)

    def wake(call: str) -> None:
        if call == "AddPermission":
            story.account.after = lambda _call: None
            story.happens(Kind.PERMISSION_ADDED, "s3")

    story.account.after = wake
    assert story.undo().result is Result.DONE
    assert story.sids == ["sns", "s3"]


def test_what_was_never_repaired_cannot_be_undone() -> None:
    story = Story(Account())
    story.account.add_permission("orders", S3)
    story.happens(Kind.ALIAS_CHANGED)
    with pytest.raises(CannotUndo, match="was reported and never repaired"):
        story.undo()
    for state in (State.GONE, State.RELEASING, State.RELEASED):
        with pytest.raises(CannotUndo, match=f"its state is {state.value}"):
            undoing(replace(story.entry, state=state), story.observer)


def test_an_entry_about_a_layer_is_no_repair_to_undo() -> None:
    story = repaired()
    layer = LayerVersionArn("aws", "us-east-1", "111122223333", "shared", "3")
    with pytest.raises(CannotUndo, match="is not about a function"):
        undoing(replace(story.entry, subject=str(layer)), story.observer)


def test_what_one_change_has_fixed_is_undone_and_resumed_together() -> None:
    story = Story(Account())
    story.put(document(statement("*", Action="lambda:*")))
    one, other = story.journal.of(TARGET).entries
    assert one.change == other.change is not None
    assert undo(one, story.observer, story.writer, story.journal, Acceptance(ANN, NOW)).result is Result.DONE
    assert [entry.state for entry in story.journal.of(TARGET).entries] == [State.UNDONE] * 2
    assert story.happens(Kind.POLICY_WRITTEN, EVERYTHING).report.plan.steps == ()
    lift(story.journal.of(TARGET).entries[0], story.journal)
    assert [entry.state for entry in story.journal.of(TARGET).entries] == [State.GONE] * 2
    assert [entry.repairs for entry in story.journal.of(TARGET).entries] == [()] * 2
