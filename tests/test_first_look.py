"""A new function and its journal are read at once, and what falls between the two is neither repaired twice nor forgotten."""

from __future__ import annotations

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError
from permission_guard.journal.entry import State
from permission_guard.repair.outcome import Ending
from tests.watched import LOGGING, Watched

REPAIRED = [Ending.REPAIRED]


def test_what_another_run_repaired_while_a_new_function_and_its_journal_were_read_is_not_repaired_again() -> (
    None
):
    there = Watched()
    before = there.account.before

    def other(call: str) -> None:
        if call == "Query":
            there.account.before = before
            there.handle(Kind.FUNCTION_CREATED)

    there.account.before = other
    there.handle(Kind.FUNCTION_CREATED)
    assert there.reported == [REPAIRED]
    (entry,) = there.entries
    assert (entry.state, entry.repairs) == (State.REPORTED, (there.now,))
    assert there.account.calls.count("AttachRolePolicy") == 1


def test_what_is_gone_when_the_journal_of_a_new_function_is_read_was_not_gone_before_it_stood_there() -> None:
    """What an older look does not show yet is no sign that a fault which the journal knows has gone."""
    there = Watched()
    there.account.with_role("role", logs=LOGGING)

    def refusing(call: str) -> None:
        if call == "AttachRolePolicy":
            raise ApiError("AccessDenied", "no")

    def other(call: str) -> None:
        if call == "Query":
            there.account.before = refusing
            there.account.with_role("role")
            there.handle(Kind.FUNCTION_CREATED)

    there.account.before = other
    there.handle(Kind.FUNCTION_CREATED)
    (entry,) = there.entries
    assert entry.state is State.REPORTED
