"""The summary of a sweep: sent once a day, and only if something is open or was done."""

from __future__ import annotations

from permission_guard.events.sweep_task import SweepAll
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
