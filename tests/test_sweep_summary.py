"""The summary of a sweep: sent once a day, and only if something is open or was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.events.sweep_task import SweepAll
from permission_guard.journal.entry import State
from permission_guard.ports import Refused
from tests.fake_aws.builders import TARGET
from tests.swept import S3, Swept


def digests(swept: Swept) -> list[str]:
    """The subjects of the digests so far."""
    return [one.subject for one in swept.there.notifier.sent]


def swept_and_reported(swept: Swept) -> list[str]:
    """Sweep, and let the hourly digest be due twice; return the subjects of its messages."""
    before = len(digests(swept))
    swept.sweep()
    for _ in range(2):
        swept.sweeper.send_digest(swept.there.now)
    return digests(swept)[before:]


def test_a_quiet_account_gets_no_summary_and_an_open_finding_one_a_day() -> None:
    swept = Swept()
    swept.put(S3)
    (first,) = swept_and_reported(swept)
    assert first.startswith("[HIGH] Digest: 1 alert (")
    (second,) = swept_and_reported(swept)
    assert second.startswith("[HIGH] Sweep: 1 finding open, 0 repaired (")
    swept.put()
    assert swept_and_reported(swept) == []
    swept.there.account.calls.clear()
    swept.sweeper.send_digest(swept.there.now)
    assert swept.there.account.calls == ["Query", "Query"]  # the last sweep, and what waits


def test_a_second_sweep_on_the_same_day_has_no_summary() -> None:
    swept = Swept()
    swept.put(S3)
    swept_and_reported(swept)
    swept.there.later(hours=2)
    assert swept.sweeper.begin(SweepAll("another"), swept.there.now) == 1
    (task,) = swept.queue.tasks
    swept.evaluate(task)
    assert swept.sweeper.send_digest(swept.there.now) == 0
    assert len(digests(swept)) == 1


def test_the_summary_waits_for_every_function_as_long_as_it_is_retried() -> None:
    swept = Swept()
    swept.begin()
    swept.there.later(hours=8)
    swept.sweeper.send_digest(swept.there.now)
    assert digests(swept) == []
    swept.there.later(hours=1)
    swept.sweeper.send_digest(swept.there.now)
    (mail,) = (one.mail for one in swept.there.notifier.sent)
    assert (
        "UTC: 0 of 1 function evaluated. Open: none; repaired 0 (last 24 h); accepted 0; unknown 0." in mail
    )


def test_where_the_journal_cannot_be_scanned_the_alerts_go_and_the_summary_comes_later() -> None:
    swept = Swept()
    swept.put(S3)
    swept.sweep()
    swept.there.fail("Scan", "ProvisionedThroughputExceededException")
    assert swept.sweeper.send_digest(swept.there.now) == 1
    swept.there.account.before = lambda _call: None
    assert swept.sweeper.send_digest(swept.there.now) == 0
    assert [one.partition(":")[0] for one in digests(swept)] == ["[HIGH] Digest", "[HIGH] Sweep"]


def in_its_region() -> Swept:
    swept = Swept()
    swept.there.settings = replace(swept.there.settings, region="us-east-1")
    return swept


def test_a_function_that_was_deleted_without_an_event_is_counted_open_no_more_from_the_next_sweep_on() -> (
    None
):
    swept = in_its_region()
    there = swept.there
    swept.put(S3)
    there.account.with_function("bare", role="nobody's")
    assert swept_and_reported(swept)[0].startswith("[HIGH] Digest: 2 alerts (")
    there.account.functions.clear()
    # Whoever cannot list the functions does not know which are gone.
    there.fail("ListFunctions", "AccessDeniedException")
    with pytest.raises(Refused):
        swept.begin()
    there.account.before = lambda _call: None
    assert {one.state for one in there.journal.all()} == {State.REPORTED}
    assert swept_and_reported(swept) == []
    assert {one.state for one in there.journal.all()} == {State.GONE}
    assert swept.begin() == []


def test_an_open_entry_of_a_layer_or_of_another_account_gets_no_task() -> None:
    swept = in_its_region()
    swept.put(S3)
    swept.sweep()
    (entry,) = swept.there.journal.all()
    for subject in (
        "arn:aws:lambda:us-east-1:111122223333:layer:tools:7",
        TARGET.replace("111122223333", "999999999999"),
        TARGET.replace("us-east-1", "eu-west-1"),
    ):
        swept.there.journal.write((replace(entry, subject=subject, version=0),))
    assert [str(task.function) for task in swept.begin()] == [TARGET]
