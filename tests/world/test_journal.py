"""The journal in memory is as strict as the table: versions, all or none, and nothing kept that cannot be written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.finding import Recorded
from permission_guard.journal.entry import State
from permission_guard.journal.written import as_kept
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.world import Account, ApiError, WorldJournal
from tests.journal.test_written import ENTRY
from tests.world.builders import NOW, TARGET

NEW = as_kept(replace(ENTRY, version=0))
OTHER = replace(NEW, fault="0" * 16)


def test_an_entry_is_kept_with_the_next_version_and_read_in_the_order_of_faults() -> None:
    kept = WorldJournal(Account())
    written = kept.write((NEW, OTHER, replace(NEW, subject=f"{TARGET}2")))
    assert written == tuple(replace(entry, version=1) for entry in (NEW, OTHER, written[2]))
    assert kept.of(TARGET).entries == (written[1], written[0])


def test_a_proof_is_kept_as_it_can_be_written() -> None:
    kept = WorldJournal(Account())
    (written,) = kept.write((replace(ENTRY, version=0),))
    assert isinstance(written.finding.proof, Recorded)
    assert kept.of(TARGET).entries == (written,)


@pytest.mark.parametrize("version", [0, 2])
def test_if_one_entry_is_stale_none_is_written(version: int) -> None:
    kept = WorldJournal(Account())
    standing = kept.write((NEW,))
    with pytest.raises(ChangedMeanwhile):
        kept.write((OTHER, replace(NEW, state=State.GONE, version=version)))
    assert kept.of(TARGET).entries == standing


def test_one_entry_cannot_be_written_twice_at_once() -> None:
    with pytest.raises(Refused, match="multiple operations on one item"):
        WorldJournal(Account()).write((NEW, NEW))


def test_nothing_to_write_is_no_call() -> None:
    account = Account()
    assert WorldJournal(account).write(()) == ()
    assert account.calls == []


@pytest.mark.parametrize(
    ("code", "meaning"), [("ThrottlingException", TryAgain), ("ResourceNotFoundException", Refused)]
)
def test_a_test_can_make_its_calls_fail(code: str, meaning: type[Exception]) -> None:
    account = Account()

    def fail(_call: str) -> None:
        raise ApiError(code, "because")

    account.before = fail
    kept = WorldJournal(account)
    with pytest.raises(meaning):
        kept.of(TARGET)
    with pytest.raises(meaning):
        kept.write((NEW,))
    assert (kept.count_alert(NOW), kept.may_send_digest(NOW)) == (None, False)
    assert account.calls == ["Query", "TransactWriteItems", *["UpdateItem"] * 2]
    assert kept.entries == {}
