"""The journal in a table: nothing is written blindly, nothing is lost, and the table in memory answers alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber

from permission_guard.aws.clients import Clients
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.table import BYTES_TOGETHER, TOGETHER, Table
from permission_guard.fake_aws import Account, ApiError, FakeJournal
from permission_guard.journal.entry import Entry, Rewritten, State
from permission_guard.journal.entry_json import as_kept
from permission_guard.journal.waiting_alert import WaitingAlert
from permission_guard.model.finding import Severity
from permission_guard.ports import ChangedMeanwhile, Journal, Refused, RetryLater, StoredHistory
from tests.aws.table import TableError, cancelled
from tests.aws.transport import Transport
from tests.fake_aws.builders import NOW, TARGET
from tests.journal.entries import ENTRIES, FAULTS
from tests.journal.test_entry_json import ENTRY
from tests.thorough import examples

NEW = as_kept(replace(ENTRY, version=0))
OTHER = replace(NEW, fault="fedcba9876543210")


def journal(wire: Transport | None = None) -> DynamoJournal:
    return DynamoJournal(Table((wire or Transport(Account())).clients(), "journal"))


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


# What is no entry


def alert(id_: str = "2026-11-03T12:00#1", severity: Severity = Severity.HIGH) -> WaitingAlert:
    return WaitingAlert(id_, severity, "[HIGH] it", "a mail", '{"findings": []}')


def test_alerts_wait_until_they_are_removed_and_are_written_with_the_entry_or_not_at_all() -> None:
    kept = journal()
    (first,) = kept.write((NEW,), (alert("1"), alert("2")))
    with pytest.raises(ChangedMeanwhile):
        kept.write((NEW,), (alert("3"),))
    assert kept.waiting() == (alert("1"), alert("2"))
    kept.remove((alert("1"),))
    kept.remove((alert("1"),))
    assert kept.waiting() == (alert("2"),)
    assert (kept.of(TARGET).entries, kept.all()) == ((first,), (first,))


def test_two_runs_that_write_the_same_alert_leave_one() -> None:
    kept = journal()
    kept.write((), (alert(),))
    kept.write((), (alert(),))
    assert kept.waiting() == (alert(),)


def test_a_waiting_alert_that_was_damaged_is_taken_as_grave_and_shown_as_far_as_it_can_be_read() -> None:
    wire = Transport(Account())
    wire.table.items["digest", "1"] = {
        "subject": {"S": "digest"},
        "fault": {"S": "1"},
        "severity": {"S": "MILD"},
        "title": {"N": "1"},
        "mail": {"S": "what is left"},
    }
    (read,) = journal(wire).waiting()
    assert read == WaitingAlert("1", Severity.CRITICAL, "an alert that cannot be read", "what is left", "{}")


def test_alerts_are_counted_by_the_hour_beside_the_writing_of_an_entry_or_alone() -> None:
    wire = Transport(Account())
    kept = journal(wire)
    (first,), count = kept.write_and_count((NEW,), NOW)
    assert (first.version, count, kept.count_alert(NOW), kept.count_alert(NOW + timedelta(hours=1))) == (
        *(1, 1),
        *(2, 1),
    )
    item = wire.table.items["alerts", "2026-11-03T12"]
    assert item["expires"] == {"N": str(int((NOW + timedelta(days=1)).timestamp()))}
    assert kept.all() == (first,)


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "TransactionConflictException"]
)
def test_an_alert_that_cannot_be_counted_has_no_number(code: str) -> None:
    wire = Transport(Account())
    wire.faults["UpdateItem"] = ApiError(code, "no")
    assert journal(wire).count_alert(NOW) is None
    assert journal(wire).may_send_digest(NOW) is False
    account = Account()

    def refuse(_call: str) -> None:
        raise wire.faults["UpdateItem"]

    account.before = refuse
    assert FakeJournal(account).count_alert(NOW) is None
    assert FakeJournal(account).may_send_digest(NOW) is False


def test_a_digest_out_of_turn_is_sent_at_most_every_five_minutes() -> None:
    kept = journal()
    minutes = (0, 4, 5, 9, 10)
    assert [kept.may_send_digest(NOW + timedelta(minutes=one)) for one in minutes] == [
        *(True, False, True, False, True)
    ]


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


# The table and the journal in memory


Act = tuple[str, tuple[tuple[str, int], ...]]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["of", "write"]),
        st.lists(
            st.tuples(st.sampled_from(FAULTS), st.integers(-1, 1)),
            max_size=3,
            unique_by=lambda one: one[0],
        ).map(tuple),
    ),
    max_size=8,
)


def answer(kept: Journal, act: Act, known: dict[str, int], shape: Entry) -> object:
    what, aims = act
    if what == "of":
        return kept.of(TARGET)
    entries = tuple(
        replace(shape, subject=TARGET, fault=fault, version=max(0, known.get(fault, 0) + off))
        for fault, off in aims
    )
    try:
        return kept.write(entries)
    except ChangedMeanwhile:
        return ChangedMeanwhile


@settings(max_examples=examples(30, 500))
@given(acts=ACTS, shape=ENTRIES, page=st.integers(1, 3))
def test_the_journal_in_memory_and_the_table_answer_alike(acts: list[Act], shape: Entry, page: int) -> None:
    wire = Transport(Account())
    wire.table.page = page
    table, memory = journal(wire), FakeJournal(Account())
    for act in acts:
        known = {entry.fault: entry.version for entry in memory.of(TARGET).entries}
        assert answer(table, act, known, shape) == answer(memory, act, known, shape)
    assert table.of(TARGET) == memory.of(TARGET)


# A DynamoDB that others wrote


@contextmanager
def motos_table() -> Iterator[Clients]:
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        dynamodb: Any = session.client("dynamodb")
        dynamodb.create_table(
            TableName="journal",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("subject", "fault")
            ],
            KeySchema=[
                {"AttributeName": "subject", "KeyType": "HASH"},
                {"AttributeName": "fault", "KeyType": "RANGE"},
            ],
        )
        dynamodb.update_time_to_live(
            TableName="journal", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )
        yield Clients(session)


def test_motos_dynamodb_understands_every_condition() -> None:
    with motos_table() as clients:
        kept = DynamoJournal(Table(clients, "journal"))
        (first,) = kept.write((NEW,))
        one, other = kept.write((first, OTHER))
        for stale in ((NEW,), (first,), (one, OTHER), (replace(OTHER, fault="0", version=1),)):
            with pytest.raises(ChangedMeanwhile):
                kept.write(stale)
        assert kept.of(TARGET).entries == (one, other)


def test_motos_dynamodb_counts_alerts_and_keeps_what_waits() -> None:
    with motos_table() as clients:
        one, other = (DynamoJournal(Table(clients, "journal")) for _ in range(2))
        assert [kept.count_alert(NOW) for kept in (one, other, one)] == [1, 2, 3]
        assert [one.may_send_digest(NOW + timedelta(minutes=5 * times)) for times in (0, 0, 1)] == [
            *(True, False, True)
        ]
        (entry,) = one.write((NEW,), (alert(),))
        assert (other.all(), other.waiting()) == ((entry,), (alert(),))
        other.remove((alert(),))
        assert one.waiting() == ()


def test_motos_dynamodb_has_no_other_table() -> None:
    with motos_table() as clients, pytest.raises(Refused, match="ResourceNotFoundException"):
        DynamoJournal(Table(clients, "another")).of(TARGET)


def test_botocore_sends_a_put_again_whose_answer_was_lost_and_it_is_known_as_ours() -> None:
    sent = []

    def lost(event_name: str, request: Any, **_: Any) -> None:
        sent.append(event_name)
        if len(sent) == 1:
            answering: BotocoreStubber = botocore_stubber
            answering(event_name, request)
            raise ReadTimeoutError(endpoint_url=request.url)

    with motos_table() as clients:
        clients._session.events.register_first("before-send.dynamodb.PutItem", lost)
        kept = DynamoJournal(Table(clients, "journal"))
        assert kept.write((NEW,)) == kept.of(TARGET).entries
    assert len(sent) == 2
