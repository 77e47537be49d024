"""What is remembered of the revisions stands in the journal's table, in the way of nobody who reads the journal."""

from __future__ import annotations

import pytest

from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import REVISIONS, DynamoJournal
from permission_guard.aws.revisions import DynamoRevisions
from permission_guard.ports import ListedRevisions
from permission_guard.revisions import Revision
from permission_guard.task import Moved, Sweep
from permission_guard.world.resources import Function
from tests.aws.guarded import NOW, guarded
from tests.aws.test_call_counts import swept


def test_what_was_kept_is_read_again() -> None:
    there = guarded()
    memory = DynamoRevisions(there.wire.clients(), "journal")
    assert memory.read() == {}
    memory.write({0: b"0" * 32, 15: b"f" * 16})
    memory.write({0: b""})
    assert memory.read() == {0: b"", 15: b"f" * 16}


@pytest.mark.parametrize(
    "item",
    [
        {"fault": {"S": "99"}, "revisions": {"B": b"0"}},
        {"fault": {"S": "00"}, "revisions": {"S": "0"}},
        {"fault": {"S": "00"}},
    ],
    ids=["no shard", "no bytes", "nothing"],
)
def test_an_item_that_is_no_shard_is_left_out(item: dict[str, dict[str, object]]) -> None:
    there = guarded()
    there.wire.table.items[REVISIONS, "00"] = {"subject": {"S": REVISIONS}, **item}
    assert DynamoRevisions(there.wire.clients(), "journal").read() == {}


def test_who_reads_the_whole_journal_does_not_meet_it() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    clients = there.wire.clients()
    DynamoRevisions(clients, "journal").write({3: b"0" * 16})
    assert [entry.subject for entry in DynamoJournal(clients, "journal").all()] == [
        str(there.account.functions["orders"].arn)
    ]


def test_where_lambda_says_no_revision_the_time_of_the_last_change_stands_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = guarded()
    own = there.account.functions["orders"]
    monkeypatch.setattr(Function, "revision", "")
    assert AwsInventory(there.wire.clients()).revisions(None) == ListedRevisions(
        (Revision(own.arn, "2026-11-20T10:00:00.000+0000"),)
    )


@pytest.mark.parametrize(("functions", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (500, 10)])
def test_functions_that_did_not_move_cost_their_pages_and_one_question_of_what_is_remembered(
    functions: int, pages: int
) -> None:
    """So five thousand cost 101 calls."""
    there = guarded()
    there.account.functions.clear()
    for number in range(functions):
        there.account.with_function(f"orders-{number}")
    sweeper, asked = swept(there), Moved(Sweep("quick", NOW))
    sweeper.list_page(asked)
    there.wire.calls.clear()
    there.wire.waiting.clear()
    assert sweeper.list_page(asked).tasks == 0
    assert there.wire.calls == ["Query", *["ListFunctions"] * pages]
    if functions:
        first = there.account.functions["orders-0"]
        first.role_arn += "-other"
        there.wire.calls.clear()
        assert sweeper.list_page(asked).tasks == 1
        assert there.wire.calls == [
            "Query",
            "ListFunctions",
            "SendMessageBatch",
            *["ListFunctions"] * (pages - 1),
            "PutItem",
        ]


def test_what_moved_waits_as_a_function_does_that_has_just_been_made() -> None:
    """It may be one whose event is on its way, and whose role gets its policies in this minute."""
    there = guarded()
    assert swept(there).list_page(Moved(Sweep("quick", NOW))).tasks == 1
    (message,) = there.wire.waiting
    assert "DelaySeconds" not in message
