"""Keeping the journal: what is written upon what another run wrote, and a journal that refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.journal.book import EMPTY, Book, counted, seen, told
from permission_guard.journal.entry import Entry, State
from permission_guard.keep import Keeper
from permission_guard.outcome import Ending
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.rules import judge
from permission_guard.world import Account, ApiError, WorldJournal
from tests.world.builders import NOW, OWN, TARGET, facts_with, statement, trigger

FACTS = facts_with(statement("s3.amazonaws.com"))
(FINDING,) = judge(FACTS, OWN)


def entry() -> Entry:
    return replace(seen(EMPTY, FINDING, FACTS, trigger(), NOW), state=State.PLANNED)


def keeper(account: Account | None = None) -> Keeper:
    found = Keeper(WorldJournal(account or Account()), TARGET)
    found.read()
    return found


def all_told(book: Book) -> tuple[Entry, ...]:
    return tuple(told(counted(one, NOW), Ending.REPAIRED, NOW) for one in book.entries)


def refusing(code: str, call: str) -> Account:
    account = Account()

    def hook(made: str) -> None:
        if made == call:
            raise ApiError(code, "no")

    account.before = hook
    return account


def test_what_is_written_is_what_the_book_says_from_then_on() -> None:
    kept = keeper()
    kept.write((entry(),))
    assert [(one.state, one.version) for one in kept.book.entries] == [(State.PLANNED, 1)]
    kept.note(all_told)
    assert [(one.state, one.version) for one in kept.book.entries] == [(State.TOLD, 2)]
    assert kept.journal.of(TARGET).entries == kept.book.entries


def test_what_is_written_before_something_is_done_fails_if_another_run_wrote_meanwhile() -> None:
    kept = keeper()
    Keeper(kept.journal, TARGET).write((entry(),))
    with pytest.raises(ChangedMeanwhile):
        kept.write((entry(),))


def test_what_has_happened_is_written_upon_what_another_run_wrote_meanwhile() -> None:
    kept = keeper()
    kept.write((entry(),))
    other = Keeper(kept.journal, TARGET)
    other.read()
    other.note(lambda book: tuple(replace(one, repairs=(NOW,)) for one in book.entries))
    kept.note(all_told)
    assert [(one.state, one.repairs) for one in kept.journal.of(TARGET).entries] == [(State.TOLD, (NOW, NOW))]


def test_a_journal_that_changes_faster_than_it_can_be_written_is_tried_again_later() -> None:
    kept = keeper(refusing("ConditionalCheckFailedException", "TransactWriteItems"))
    with pytest.raises(TryAgain, match="change faster than they can be written"):
        kept.note(lambda _book: (entry(),))


def test_a_journal_that_refuses_to_be_read_is_a_closed_book() -> None:
    kept = keeper(refusing("AccessDeniedException", "Query"))
    assert kept.book == Book(closed="AccessDeniedException: no (Query)")


def test_a_journal_that_refuses_a_note_is_a_closed_book_and_no_error() -> None:
    kept = keeper(refusing("AccessDeniedException", "TransactWriteItems"))
    kept.note(lambda _book: (entry(),))
    assert kept.book == Book(closed="AccessDeniedException: no (TransactWriteItems)")
    with pytest.raises(Refused):
        kept.write((entry(),))


def test_nothing_to_write_costs_no_call() -> None:
    account = Account()
    kept = keeper(account)
    kept.write(())
    assert account.calls == ["Query"]


def test_an_entry_about_another_subject_is_written_and_stays_out_of_the_book() -> None:
    kept = keeper()
    kept.write((entry(), replace(entry(), subject=f"{TARGET}2")))
    assert [one.subject for one in kept.book.entries] == [TARGET]
    assert [one.subject for one in kept.journal.of(f"{TARGET}2").entries] == [f"{TARGET}2"]
