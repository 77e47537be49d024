"""What a sweep keeps in the journal's table: one sweep in an hour, every version once a week, and what was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.sweep_records import DynamoSweepRecords
from permission_guard.fake_aws import Account, ApiError, FakeJournal, FakeSweepRecords
from permission_guard.journal.entry import State
from permission_guard.journal.fault import digest_of_all
from permission_guard.journal.summary import Evaluated, LatestSweep
from permission_guard.ports import FunctionRecord, RetryLater, Sweep, SweepRecords
from permission_guard.repair.outcome import Ending
from tests.aws.journals import NEW, motos_table
from tests.aws.transport import Transport
from tests.fake_aws.builders import FUNCTION, NOW, TARGET
from tests.journal.test_history import about_the_role

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def records(wire: Transport | None = None) -> DynamoSweepRecords:
    return DynamoSweepRecords(Table((wire or Transport(Account())).clients(), "journal"))


def evaluated(seen: frozenset[str] | None, versions: frozenset[str] | None) -> Evaluated:
    return Evaluated(FUNCTION, "task", NOW, seen=seen, seen_versions=versions)


def in_memory() -> FakeSweepRecords:
    return FakeSweepRecords(FakeJournal(Account()))


@pytest.mark.parametrize("kept", [records(), in_memory()], ids=["the table", "in memory"])
def test_two_sweeps_are_an_hour_apart_and_the_same_one_may_begin_again(kept: SweepRecords) -> None:
    first = kept.begin("one", NOW)
    assert first == Sweep("one", all_versions=True)
    assert kept.begin("one", NOW + timedelta(minutes=2)) == first
    assert kept.begin("two", NOW + timedelta(minutes=61)) is None
    assert kept.begin("two", NOW + timedelta(minutes=62)) is not None


@pytest.mark.parametrize("kept", [records(), in_memory()], ids=["the table", "in memory"])
def test_every_version_is_looked_at_in_the_first_sweep_that_ends_and_then_once_a_week(
    kept: SweepRecords,
) -> None:
    looked = []
    for day in range(9):
        sweep = kept.begin(f"sweep-{day}", NOW + day * DAY)
        assert sweep is not None
        looked.append(sweep.all_versions)
        if day > 0:  # the first dies before it has listed everything
            kept.end(sweep, 1, NOW + day * DAY + HOUR)
    assert looked == [True, True, *[False] * 6, True]


@pytest.mark.parametrize("found", [{"S": "yesterday"}, {"N": "1"}, {"S": "2026-11-03"}])
def test_a_time_that_somebody_has_damaged_has_every_version_looked_at(found: dict[str, str]) -> None:
    wire = Transport(Account())
    wire.table.items["sweep", "last"] = {
        "subject": {"S": "sweep"},
        "fault": {"S": "last"},
        "versions_at": found,
    }
    assert records(wire).begin("one", NOW) == Sweep("one", all_versions=True)


def test_a_table_that_cannot_answer_now_is_no_sweep_that_has_begun() -> None:
    wire = Transport(Account())
    wire.faults["UpdateItem"] = ApiError("ThrottlingException", "no")
    with pytest.raises(RetryLater):
        records(wire).begin("one", NOW)


def test_the_overview_has_the_open_entries_of_each_function_and_a_digest_of_what_was_seen() -> None:
    wire = Transport(Account())
    kept, journal = records(wire), DynamoJournal(Table(wire.clients(), "journal"))
    reported = replace(NEW, reported_as=Ending.REPORTED)
    alias = replace(reported, fault="1" * 16, cause=replace(NEW.cause, qualifier="live"))
    gone = replace(alias, fault="2" * 16, state=State.GONE, cause=replace(NEW.cause, qualifier="7"))
    role = about_the_role()
    role = replace(
        role, subject=f"{TARGET}2", state=State.REPORTED, cause=replace(role.cause, qualifier="7"), version=0
    )
    journal.write((reported, alias, gone, role))
    kept.write_evaluated(evaluated(frozenset({"a", "b"}), None))
    wire.table.items["digest", "1"] = {"subject": {"S": "digest"}, "fault": {"S": "1"}}
    found = kept.overview()
    assert found[TARGET] == FunctionRecord(
        frozenset({None, "live"}), seen=digest_of_all({"a", "b"}), seen_versions=None
    )
    assert found[f"{TARGET}2"] == FunctionRecord(frozenset({"7"}), frozenset({"7"}))


@pytest.mark.parametrize("entry", [{"S": "{"}, {"N": "1"}, None])
def test_an_entry_that_cannot_be_read_counts_as_open(entry: dict[str, Any] | None) -> None:
    wire = Transport(Account())
    item = {"subject": {"S": TARGET}, "fault": {"S": "1" * 16}, **({"entry": entry} if entry else {})}
    wire.table.items[TARGET, "1" * 16] = item
    assert records(wire).overview() == {TARGET: FunctionRecord(frozenset({None}))}


def test_that_nothing_stands_there_is_seen_too_and_the_versions_stay_what_they_were() -> None:
    wire = Transport(Account())
    kept, journal = records(wire), DynamoJournal(Table(wire.clients(), "journal"))
    kept.write_evaluated(evaluated(frozenset(), frozenset({"c"})))
    kept.write_evaluated(evaluated(frozenset(), None))
    assert kept.overview()[TARGET] == FunctionRecord(
        seen=digest_of_all(()), seen_versions=digest_of_all({"c"})
    )
    read = journal.of(TARGET)
    assert (read.seen, read.seen_versions) == (frozenset({"-"}), frozenset({"c"}))


def test_progress_counts_the_functions_evaluated_since_the_sweep_began_and_names_what_is_damaged() -> None:
    wire = Transport(Account())
    kept, journal = records(wire), DynamoJournal(Table(wire.clients(), "journal"))
    journal.write((NEW,))
    items = wire.table.items
    items[TARGET, "1" * 16] = {"subject": {"S": TARGET}, "fault": {"S": "1" * 16}, "entry": {"S": "{"}}
    items[TARGET, "2" * 16] = {"subject": {"S": TARGET}, "fault": {"S": "2" * 16}}
    items[f"{TARGET}3", "~seen"] = {
        "subject": {"S": f"{TARGET}3"},
        "fault": {"S": "~seen"},
        "evaluated_at": {"S": "yesterday"},
    }
    kept.write_evaluated(Evaluated(FUNCTION, "task", NOW))
    kept.write_evaluated(Evaluated(replace(FUNCTION, name="late"), "task", NOW - HOUR))
    progress = kept.progress(LatestSweep("one", NOW))
    assert (progress.evaluated, progress.unreadable) == (1, (TARGET,))
    assert [entry.fault for entry in progress.entries] == [NEW.fault]


@pytest.mark.parametrize("kept", [records(), in_memory()], ids=["the table", "in memory"])
def test_the_latest_sweep_is_listed_once_it_has_ended_and_its_summary_is_noted(kept: SweepRecords) -> None:
    assert kept.latest() is None
    for day in range(2):
        sweep = kept.begin(f"sweep-{day}", NOW + day * DAY)
        assert sweep is not None
        last = NOW if day else None
        assert kept.latest() == LatestSweep(sweep.id, NOW + day * DAY, None, last)
        kept.end(sweep, 3, NOW + day * DAY + HOUR)
        latest = kept.latest()
        assert latest == LatestSweep(sweep.id, NOW + day * DAY, 3, last)
        kept.note_summary(latest)
        assert kept.latest() == replace(latest, summarized=NOW + day * DAY)


DAMAGED = {
    "its time": {"began": {"S": "yesterday"}},
    "its id": {"id": {"N": "1"}},
    "its number of functions": {"sent_tasks": {"N": "many"}},
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_record_of_the_last_sweep_is_no_sweep_that_is_complete(what: str) -> None:
    wire = Transport(Account())
    kept = records(wire)
    sweep = kept.begin("one", NOW)
    assert sweep is not None
    kept.end(sweep, 3, NOW)
    wire.table.items["sweep", "last"] |= DAMAGED[what]
    latest = kept.latest()
    assert latest is None or latest.functions is None


def test_a_function_that_is_gone_is_forgotten_tomorrow_and_another_in_a_year() -> None:
    wire = Transport(Account())
    kept = records(wire)
    assert kept.evaluated(TARGET) is None
    for is_gone, days in ((True, 1), (False, 365)):
        kept.write_evaluated(Evaluated(FUNCTION, f"task-{is_gone}", NOW, is_gone=is_gone))
        assert kept.evaluated(TARGET) == (f"task-{is_gone}", not is_gone)
        until = int((NOW + days * DAY).timestamp())
        assert wire.table.items[TARGET, "~seen"]["expires"] == {"N": str(until)}


def test_motos_dynamodb_understands_every_expression() -> None:
    with motos_table() as clients:
        kept = DynamoSweepRecords(Table(clients, "journal"))
        sweep = kept.begin("one", NOW)
        assert sweep == Sweep("one", all_versions=True)
        assert kept.begin("two", NOW) is None
        kept.end(sweep, 1, NOW)
        assert kept.begin("two", NOW + 2 * HOUR) == Sweep("two", all_versions=False)
        kept.write_evaluated(evaluated(frozenset({"a"}), frozenset()))
        kept.write_evaluated(evaluated(frozenset({"b"}), None))
        assert kept.evaluated(TARGET) == ("task", True)
        latest = kept.latest()
        assert latest is not None
        assert kept.progress(replace(latest, began=NOW)).evaluated == 1
        kept.note_summary(latest)
        assert kept.overview() == {
            "sweep": FunctionRecord(),
            TARGET: FunctionRecord(seen=digest_of_all({"b"}), seen_versions=digest_of_all(())),
        }
