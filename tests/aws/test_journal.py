"""The journal in a table: nothing is written blindly, nothing is lost, and the table in memory answers alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from permission_guard.aws.dynamodb import BYTES_TOGETHER, TOGETHER, Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.fake_aws import Account, ApiError, FakeJournal
from permission_guard.journal.entry import Entry, Rewritten, State
from permission_guard.model.finding import Severity
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater, StoredHistory
from tests.aws.journals import NEW, OTHER, journal
from tests.aws.table import TableError, cancelled
from tests.aws.transport import Transport
from tests.fake_aws.builders import NOW, TARGET


def stored(wire: Transport, entry: Entry = NEW) -> dict[str, Any]:
    item: dict[str, Any] = wire.table.items[entry.subject, entry.fault]
    return item


def test_entries_of_other_subjects_stay_apart() -> None:
    kept = journal()
    kept.write((NEW, replace(NEW, subject=f"{TARGET}2")))
    assert [entry.subject for entry in kept.of(TARGET).entries] == [TARGET]


def test_an_item_shows_whoever_looks_at_the_table_what_it_is_about() -> None:
    wire = Transport(Account())
    journal(wire).write((NEW,))
    item = stored(wire)
    assert json.loads(item.pop("entry")["S"])["finding"]["rule"] == "invoke-permission-names-its-source"
    item.pop("call")
    assert item == {
        "subject": {"S": TARGET},
        "fault": {"S": NEW.fault},
        "version": {"N": "1"},
        "state": {"S": "reported"},
        "rule": {"S": "invoke-permission-names-its-source"},
        "last_seen": {"S": "2026-11-03T12:00:00+00:00"},
        "expires": {"N": str(int((NOW + timedelta(days=365)).timestamp()))},
    }


def test_an_item_that_something_rests_on_has_no_end() -> None:
    wire = Transport(Account())
    kept = journal(wire)
    (first,) = kept.write((NEW,))
    kept.write((replace(first, state=State.UNDONE),))
    assert "expires" not in stored(wire)


def test_one_entry_costs_one_put_and_several_one_transaction_and_none_no_call() -> None:
    wire = Transport(Account())
    kept = journal(wire)
    kept.write(())
    kept.write((NEW,))
    kept.write((OTHER, replace(NEW, fault="0")))
    assert wire.calls == ["PutItem", "TransactWriteItems"]


def test_a_query_reads_every_page_consistently() -> None:
    wire = Transport(Account())
    wire.table.page = 2
    kept = journal(wire)
    written = kept.write(tuple(replace(NEW, fault=f"{number:016x}") for number in range(4)))
    wire.calls.clear()
    assert kept.of(TARGET).entries == written
    assert wire.calls == ["Query"] * 3
    assert all(params["ConsistentRead"] for call, params in wire.sent if call == "Query")


def test_more_than_a_transaction_holds_is_written_in_several() -> None:
    wire = Transport(Account())
    kept = journal(wire)
    written = kept.write(tuple(replace(NEW, fault=f"{number:016x}") for number in range(TOGETHER + 1)))
    assert wire.calls == ["TransactWriteItems", "PutItem"]
    assert kept.of(TARGET).entries == written


def test_more_bytes_than_a_transaction_holds_are_written_in_several() -> None:
    wire = Transport(Account())
    big = replace(NEW, change=Rewritten(TARGET, _family(), "", "", "x" * (BYTES_TOGETHER // 12)))
    journal(wire).write(tuple(replace(big, fault=f"{number:016x}") for number in range(13)))
    sizes = [len(params["TransactItems"]) for call, params in wire.sent if call == "TransactWriteItems"]
    assert sizes == [11, 2]


def _family() -> Any:
    change = NEW.change
    assert isinstance(change, Rewritten)
    return change.family


STALE = {"an entry that is new": NEW, "an entry that is old": replace(NEW, version=7)}


@pytest.mark.parametrize("what", STALE)
@pytest.mark.parametrize("others", [(), (OTHER,)])
def test_nothing_is_written_upon_another_version(what: str, others: tuple[Entry, ...]) -> None:
    wire = Transport(Account())
    kept = journal(wire)
    standing = kept.write((NEW,))
    with pytest.raises(ChangedMeanwhile):
        kept.write((*others, STALE[what]))
    assert kept.of(TARGET).entries == standing


def test_an_old_entry_that_is_not_there_any_more_is_not_written_anew() -> None:
    with pytest.raises(ChangedMeanwhile):
        journal().write((replace(NEW, version=7),))


@pytest.mark.parametrize("entries", [(NEW,), (NEW, OTHER)], ids=["one", "several"])
def test_a_write_whose_answer_was_lost_is_done_when_it_is_sent_again(entries: tuple[Entry, ...]) -> None:
    wire = Transport(Account())
    wire.table.sent_twice = True
    kept = journal(wire)
    assert kept.write(entries) == kept.of(TARGET).entries


def test_what_another_run_wrote_in_the_same_words_is_not_taken_for_our_own() -> None:
    wire = Transport(Account())
    journal(wire).write((NEW,))
    with pytest.raises(ChangedMeanwhile):
        journal(wire).write((NEW,))
    with pytest.raises(ChangedMeanwhile):
        journal(wire).write((NEW, OTHER))


def test_one_entry_cannot_be_written_twice_in_one_transaction() -> None:
    for kept in (journal(), FakeJournal(Account())):
        with pytest.raises(Refused, match="multiple operations on one item"):
            kept.write((NEW, NEW))


ANSWERS: dict[str, tuple[ApiError, type[Exception]]] = {
    "a condition that does not hold": (cancelled("None", "ConditionalCheckFailed"), ChangedMeanwhile),
    "another transaction": (cancelled("TransactionConflict", "None"), ChangedMeanwhile),
    "throttling": (cancelled("ThrottlingError", "None"), RetryLater),
    "too little capacity": (cancelled("None", "ProvisionedThroughputExceeded"), RetryLater),
    "both a condition and throttling": (
        cancelled("ThrottlingError", "ConditionalCheckFailed"),
        ChangedMeanwhile,
    ),
    "an item that is too large, beside a condition": (
        cancelled("ConditionalCheckFailed", "ValidationError"),
        Refused,
    ),
    "reasons that AWS keeps to itself": (TableError("TransactionCanceledException", "cancelled"), Refused),
    "a call of ours that is still under way": (TableError("TransactionInProgressException", ""), RetryLater),
}


@pytest.mark.parametrize("reason", ANSWERS)
def test_a_cancelled_transaction_means_what_its_reasons_mean(reason: str) -> None:
    fault, meaning = ANSWERS[reason]
    wire = Transport(Account())
    wire.faults["TransactWriteItems"] = fault
    with pytest.raises(meaning):
        journal(wire).write((NEW, OTHER))


CODES = {
    "ProvisionedThroughputExceededException": RetryLater,
    "ThrottlingException": RetryLater,
    "RequestLimitExceeded": RetryLater,
    "InternalServerError": RetryLater,
    "ResourceNotFoundException": Refused,
    "AccessDeniedException": Refused,
    "ValidationException": Refused,
}


@pytest.mark.parametrize("code", [*CODES, "TransactionConflictException", "ConditionalCheckFailedException"])
@pytest.mark.parametrize("call", ["PutItem", "Query"])
def test_every_other_error_is_one_of_three(code: str, call: str) -> None:
    wire = Transport(Account())
    wire.faults[call] = ApiError(code, "because")
    with pytest.raises(CODES.get(code, ChangedMeanwhile), match="because"):
        _ = journal(wire).write((NEW,)) if call == "PutItem" else journal(wire).of(TARGET)


SCRIBBLES: dict[str, tuple[dict[str, Any], str]] = {
    "a text that is no JSON": ({"entry": {"S": "{"}}, "entry at line 1 column 2 is not JSON"),
    "an empty object": ({"entry": {"S": "{}"}}, "entry.schema is missing"),
    "an entry of another type": ({"entry": {"M": {}}}, "item.entry.S is missing"),
    "an entry that is gone": ({"entry": None}, "item.entry is missing"),
    "a version that is a text": ({"version": {"S": "one"}}, "item.version.N is null, not a whole number"),
    "another version": ({"version": {"N": "3"}}, "item.version is 3, and entry.version 1"),
    "another fault": ({"fault": {"S": "1" * 16}}, "entry.fault is another: "),
}


@pytest.mark.parametrize("what", SCRIBBLES)
def test_an_item_that_was_edited_by_hand_is_refused_by_the_field(what: str) -> None:
    changes, problem = SCRIBBLES[what]
    wire = Transport(Account())
    kept = journal(wire)
    kept.write((NEW,))
    edited = {key: value for key, value in {**stored(wire), **changes}.items() if value is not None}
    wire.table.items = {(TARGET, "it"): edited}
    with pytest.raises(Refused, match="EntryUnreadable") as caught:
        kept.of(TARGET)
    assert problem in str(caught.value)


@pytest.mark.parametrize("what", SCRIBBLES)
def test_the_guard_sets_an_item_that_cannot_be_read_aside_once_and_reports_it_with_the_next_digest(
    what: str,
) -> None:
    changes, problem = SCRIBBLES[what]
    wire = Transport(Account())
    kept = DynamoJournal(Table(wire.clients(), "journal"), sets_aside=True)
    (entry, _) = kept.write((OTHER, NEW))
    edited = {**stored(wire), **changes}
    key = edited["fault"]["S"]
    del wire.table.items[TARGET, NEW.fault]
    wire.table.items[TARGET, key] = {name: value for name, value in edited.items() if value is not None}
    assert kept.of(TARGET).entries == kept.of(TARGET).entries == kept.all() == (entry,)
    assert (TARGET, f"~damaged#{key}") in wire.table.items
    (waiting,) = kept.waiting()
    assert (waiting.severity, waiting.subject) == (
        Severity.HIGH,
        f"[HIGH] Journal item set aside: {TARGET}",
    )
    assert problem in waiting.mail
    assert json.loads(waiting.body)["schema"] == "permission-guard/notice/1"


@pytest.mark.parametrize(
    ("item", "seen"),
    [
        ({"statements": {"SS": ["a", "b"]}, "versions": {"SS": ["c"]}}, ({"a", "b"}, {"c"})),
        ({"statements": {"SS": ["-"]}}, ({"-"}, None)),
        ({"statements": {"S": "a"}, "versions": 7}, (None, None)),
    ],
    ids=["both", "an empty one", "damaged"],
)
def test_the_statements_that_a_sweep_has_seen_are_read_with_the_entries(
    item: dict[str, Any], seen: tuple[set[str] | None, set[str] | None]
) -> None:
    wire = Transport(Account())
    kept = journal(wire)
    written = kept.write((NEW,))
    wire.table.items[TARGET, "~seen"] = {"subject": {"S": TARGET}, "fault": {"S": "~seen"}, **item}
    assert kept.of(TARGET) == StoredHistory(written, *seen)  # type: ignore[arg-type]  # a set equals a frozenset
    assert kept.all() == written


def test_the_calls_that_failed_are_noted_and_a_lost_race_is_no_failure() -> None:
    wire = Transport(Account())
    table = Table(wire.clients(), "journal")
    kept = DynamoJournal(table)
    kept.write((NEW,))
    with pytest.raises(ChangedMeanwhile):
        kept.write((NEW,))
    wire.faults = {call: ApiError("AccessDeniedException", "no") for call in ("Query", "UpdateItem")}
    with pytest.raises(Refused):
        kept.of(TARGET)
    kept.count_alert(NOW)
    assert table.failures == ["Query", "UpdateItem"]
