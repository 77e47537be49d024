"""The summary of a sweep through the whole guard: its queues, its table and its topic."""

from __future__ import annotations

import json
from typing import Any

from tests.aws.delivered import Queues
from tests.queued import ORDERS, digest, permission_added, queues, sweep

DAY = 86_400


def published(there: Queues) -> list[dict[str, Any]]:
    """The digests since the last time, as JSON."""
    found = [json.loads(json.loads(one["Message"])["default"]) for one in there.wire.published]
    there.wire.published.clear()
    return found


def a_day(there: Queues) -> list[dict[str, Any]]:
    """Sweep, let two digests be due, and let the day pass."""
    sweep(there)
    digest(there)
    digest(there)
    there.now += DAY
    return published(there)


def test_the_digest_after_the_sweep_has_its_alerts_and_its_summary_and_the_next_day_the_summary_alone() -> (
    None
):
    there = queues(functions=2)
    permission_added(there, "s3")
    for alerts in (1, 0):
        (one,) = a_day(there)
        assert len(one["alerts"]) == alerts
        numbers = {name: one["sweep"][name] for name in ("functions", "evaluated", "open", "repaired")}
        assert numbers == {"functions": 3, "evaluated": 3, "open": {"HIGH": 1}, "repaired": 0}


def test_an_entry_that_cannot_be_read_and_that_no_task_reads_is_counted_and_reported_once() -> None:
    there = queues()
    layer = ORDERS.replace("function:orders", "layer:tools:7")  # a sweep sends no task for a layer
    there.wire.table.items[layer, "1" * 16] = {
        "subject": {"S": layer},
        "fault": {"S": "1" * 16},
        "entry": {"S": "{"},
    }
    (one,) = a_day(there)
    assert [alert["schema"] for alert in one["alerts"]] == ["permission-guard/notice/1"]
    assert one["sweep"]["unreadable"] == 1
    assert a_day(there) == []
