"""The journal in memory, the table of the tests and moto's DynamoDB answer alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.fake_aws import Account, FakeJournal
from permission_guard.journal.entry import Entry
from permission_guard.ports import ChangedMeanwhile, Journal, Refused
from tests.aws.journals import NEW, OTHER, alert, journal, motos_table
from tests.aws.transport import Transport
from tests.fake_aws.builders import NOW, TARGET
from tests.journal.entries import ENTRIES, FAULTS
from tests.thorough import examples

# The table in memory and the journal of the world


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
    table, sandbox = journal(wire), FakeJournal(Account())
    for act in acts:
        known = {entry.fault: entry.version for entry in sandbox.of(TARGET).entries}
        assert answer(table, act, known, shape) == answer(sandbox, act, known, shape)
    assert table.of(TARGET) == sandbox.of(TARGET)


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
