"""After a burst in bad weather everything stands as after the same events one by one on a calm day, and everything was told."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from random import Random
from typing import Any, Final

import pytest

from permission_guard import handler as door
from permission_guard.aws.journal import ALERTS_SENT
from permission_guard.journal.written import entry_of
from tests.aws.guarded import QUEUE, TOPIC, WAITING
from tests.burst.storm import Storm
from tests.burst.town import REGION, Event, Town
from tests.burst.weather import RATES, Weather
from tests.samples import ACCOUNT, GUARD_ROLE, sample

CALLS: Final = 1_000 if os.environ.get("LONG") == "1" else 64


class Context:
    """What Lambda passes beside the event."""

    function_name = "guard"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return how much of the five minutes is left."""
        return 299_000


@dataclass(slots=True)
class Day:
    """A town, the wire to it, and how its events came to the guard."""

    town: Town
    wire: Weather
    storm: Storm

    @property
    def journal(self) -> list[tuple[str, str, str, str | None, int]]:
        """Of each entry: the function, the fault, the state, how it was told, how often it was repaired."""
        items = sorted(self.wire.table.items.items())
        entries = [entry_of(item["entry"]["S"]) for (subject, _), item in items if subject != ALERTS_SENT]
        return [
            (
                one.subject,
                one.fault,
                one.state.value,
                one.told_as.value if one.told_as else None,
                len(one.repairs),
            )
            for one in entries
        ]

    @property
    def told(self) -> Counter[tuple[str, str]]:
        """How often each entry was told as what: published, or kept in the dead-letter queue."""
        sent = [json.loads(json.loads(one["Message"])["default"]) for one in self.wire.published]
        sent += [json.loads(one["MessageBody"])["alert"] for one in self.wire.queued]
        return Counter(
            (finding["entry"], finding["action"]["outcome"])
            for alert in sent
            for finding in alert["findings"]
        )


def handled(event: Event) -> dict[str, Any]:
    handle: Any = door.handler
    answer: dict[str, Any] = handle(event, Context())
    return answer


def day(monkeypatch: pytest.MonkeyPatch, *, calm: bool, seed: int) -> Day:
    """Let everything happen, in bad weather or one after the other on a calm day, and let the guard sweep afterwards."""
    town, random = Town(CALLS), Random(seed)
    wire = Weather(town.account, random=random, rates={} if calm else dict(RATES))
    storm = Storm(random, handled)
    monkeypatch.setattr("permission_guard.connected.Clients", wire.clients)
    door.standby.cache_clear()
    if calm:
        for event in town.events:
            storm.bring([event], calmly=True)
            storm.pass_over()
    else:
        wire.meet = storm.step
        storm.bring(town.events)
        storm.pass_over()
    for _ in range(2):
        wire.rates = {} if calm else wire.rates
        sweep(wire, storm)
        wire.rates, wire.meet = {}, None
    return Day(town, wire, storm)


def sweep(wire: Weather, storm: Storm) -> None:
    """Let the schedule's event come, and its tasks after it."""
    storm.bring([sample("a-sweep-is-due")], calmly=True)
    while storm.due:
        storm.step()
        storm.bring([json.loads(task["MessageBody"]) for task in wire.waiting], calmly=True)
        wire.waiting.clear()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that the template sets; what was missed is repaired by the sweep too."""
    for name, value in {
        "ALERTS_TOPIC_ARN": TOPIC,
        "DEAD_LETTER_QUEUE_URL": QUEUE,
        "GUARD_ROLE_ARN": GUARD_ROLE,
        "JOURNAL_TABLE": "journal",
        "WAITING_QUEUE_URL": WAITING,
        "REPAIR_EXISTING": "true",
        # Whether each fault is told is what is counted here; that a flood is held back, tests/test_flood_account.py shows.
        "ACCOUNT_ALERTS_PER_HOUR": "100000",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(door.logger.registered_handler, "stream", StringIO())


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_burst_in_bad_weather_ends_as_one_event_after_the_other_on_a_calm_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calm = day(monkeypatch, calm=True, seed=1)
    storm = day(monkeypatch, calm=False, seed=2)
    capsys.readouterr()

    assert calm.storm.dead == []
    assert {outcome for _, outcome in calm.told} == {"REPAIRED", "TOLD"}
    assert set(storm.wire.met) == set(RATES)
    assert min(storm.storm.lost, storm.storm.twice, storm.storm.again) > 0
    assert storm.town.stands == calm.town.stands
    assert storm.journal == calm.journal
    told, wanted = storm.told, calm.told
    assert set(wanted) == set(told) - {one for one in told if one[1] == "FAILED"}
    assert set(wanted.values()) == {1}
    for (entry, outcome), times in told.items():
        function = entry.partition("/")[0]
        assert times <= 1 + storm.wire.forgotten[function], f"{entry} was told {times} times as {outcome}"
    print(  # the figures of the long run
        f"{CALLS:,} calls: {storm.storm.lost} events lost, {storm.storm.twice} twice, {storm.storm.again} handed over again, "
        f"{len(storm.storm.dead)} dead letters; {len(storm.wire.calls):,} calls of the guard, {dict(storm.wire.met)}; "
        f"{len(storm.journal)} faults, {sum(told.values())} alerts of them, {sum(wanted.values())} on the calm day"
    )
