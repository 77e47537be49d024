"""Alerts: one for one fault, however often its event comes, and an end to what is put back again and again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from permission_guard.fake_aws import FakeObserver, FakeWriter
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.journal.history import PUT_BACK_LIMIT
from permission_guard.model.document import canonical
from permission_guard.repair.outcome import Ending, Result
from permission_guard.repair.undo import undo
from tests.fake_aws.builders import ANN
from tests.laws.profile import law
from tests.laws.stories import BASIC, NOW, Sandbox, Story


def standing(sandbox: Sandbox) -> tuple[list[str], tuple[str, ...]]:
    return sorted(map(canonical, sandbox.statements)), sandbox.attached


@law()
def test_a_fault_is_reported_once_however_often_and_in_which_order_its_events_come(story: Story) -> None:
    shuffled = replace(story, kinds=(*story.kinds, *reversed(story.kinds), *story.kinds)).sandbox()
    shuffled.run()
    shuffled.run(NOW + timedelta(hours=1))

    assert [fault for fault, times in Counter(shuffled.reported).items() if times > 1] == []


@law()
def test_a_fault_that_comes_back_repeatedly_is_escalated_once_and_not_repaired_again(story: Story) -> None:
    sandbox = replace(story, kinds=story.kinds[:1]).sandbox()
    sandbox.run()
    repaired = {fault for fault, ending in sandbox.reported if ending is Ending.REPAIRED}
    for times in range(1, PUT_BACK_LIMIT + 3):
        sandbox.put_back(times)
        sandbox.run(NOW + timedelta(hours=times))

    reported = Counter(sandbox.reported)
    for fault in repaired:
        assert reported[fault, Ending.REPAIRED] == PUT_BACK_LIMIT
        assert reported[fault, Ending.ESCALATED] == 1


@law()
def test_what_a_person_undid_is_not_repaired_again(story: Story) -> None:
    sandbox = story.sandbox()
    before = standing(sandbox)
    sandbox.run()
    made = [one for one in sandbox.journal.entries.values() if one.reported_as is Ending.REPAIRED]
    observer, writer = FakeObserver(sandbox.account, BASIC), FakeWriter(sandbox.account)
    for entry in {one.change: one for one in made}.values():  # one change may have fixed two faults
        assert undo(entry, observer, writer, sandbox.journal, Acceptance(ANN, NOW)).result is Result.DONE
    undone = standing(sandbox)
    reported = len(sandbox.reported)

    sandbox.run()
    sandbox.run(NOW + timedelta(hours=1))

    assert undone == standing(sandbox) == before
    # Another fault of the same statement, which was only reported, is back with it and is reported again.
    assert {one.id for one in made}.isdisjoint(entry for entry, _ in sandbox.reported[reported:])
    assert {sandbox.journal.entries[one.subject, one.fault].state for one in made} <= {State.UNDONE}
