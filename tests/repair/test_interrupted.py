"""What an earlier run left: whatever died, the next event tells it, once."""

from __future__ import annotations

from permission_guard.events.trigger import Kind
from permission_guard.journal.entry import State
from permission_guard.model.document import dumped
from permission_guard.repair.outcome import Ending
from tests.fake_aws.builders import statement
from tests.received import body, findings, whats
from tests.watched import LOGGING, Watched

REPAIRED = [Ending.REPAIRED]


def test_a_repair_of_an_earlier_run_is_reported_with_what_stood_there_and_who_did_it() -> None:
    there = Watched()
    there.open()
    there.handle_and_die("PutResourcePolicy", after=True)
    died = there.now
    there.later(minutes=1)
    there.handle()
    (alert,) = there.notifier.sent
    (finding,) = findings(alert)
    assert "An earlier run of the guard repaired this" in finding["action"]["what"]
    assert (finding["action"]["before"], finding["action"]["after"]) == (
        dumped(statement("s3.amazonaws.com")),
        dumped(there.statements[0]),
    )
    assert body(alert)["event"]["id"] == f"at {died}"
    assert finding["entry"] == there.entries[0].id


def test_a_planned_repair_is_not_evaluated_by_an_event_that_does_not_show_it() -> None:
    there = Watched()
    there.handle_and_die("AttachRolePolicy", after=True, kind=Kind.FUNCTION_CREATED)
    there.later(minutes=1)
    there.handle(Kind.POLICY_WRITTEN)
    assert there.reported == []
    assert [one.state for one in there.entries] == [State.PLANNED]


def test_a_planned_repair_that_was_not_made_and_whose_fault_is_gone_is_reported() -> None:
    there = Watched()
    there.open()
    there.handle_and_die("PutResourcePolicy", after=False)
    there.account.functions["orders"].policies.clear()
    there.later(minutes=1)
    there.handle()
    there.handle()
    assert there.reported == [[Ending.REPORTED]]
    assert "The fault is gone now" in whats(there.notifier.sent[0])[0]


def test_a_repair_that_may_have_been_made_is_reported_if_the_function_is_gone() -> None:
    there = Watched()
    there.open()
    there.handle_and_die("PutResourcePolicy", after=True)
    there.account.functions.clear()
    there.later(minutes=1)
    there.handle(Kind.FUNCTION_CREATED)
    assert there.reported == [[Ending.REPORTED]]
    assert "began to repair this and ended before it could report it" in whats(there.notifier.sent[0])[0]


def test_what_may_have_been_attached_for_a_function_that_is_gone_is_taken_off() -> None:
    there = Watched()
    there.handle_and_die("AttachRolePolicy", after=True, kind=Kind.FUNCTION_CREATED)
    assert len(there.attached) == 1
    there.account.functions.clear()
    there.later(minutes=1)
    there.handle(Kind.FUNCTION_DELETED)
    assert there.reported == [[Ending.REPORTED], [Ending.RELEASED]]
    assert there.attached == []


def test_a_race_that_was_lost_to_somebody_who_fixed_the_fault_is_not_reported() -> None:
    there = Watched()
    there.open()

    def somebody(call: str) -> None:
        if call == "PutResourcePolicy":
            there.account.functions["orders"].policies[None] = ('{"Statement":[]}', "somebody's")

    there.account.before = somebody
    there.handle()
    assert there.reported == []
    assert [one.state for one in there.entries] == [State.GONE]


def test_an_attached_policy_that_somebody_detached_is_forgotten_after_iam_has_settled() -> None:
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    there.attached.clear()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.later(minutes=1)
    there.handle(Kind.FUNCTION_CHANGED)
    assert [one.state for one in there.entries] != [State.GONE]
    there.later(minutes=10)
    there.handle(Kind.FUNCTION_CHANGED)
    assert [one.state for one in there.entries] == [State.GONE]
    assert there.reported == [REPAIRED]
