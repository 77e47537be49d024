"""After a burst in bad weather everything stands as after the same events one by one on a calm day, and everything was told."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

import pytest

from permission_guard.journal.entry_json import entry_of
from tests.aws.delivered import Queues, scheduled
from tests.burst.disruption import RATES, Disruption
from tests.burst.fleet import REGION, Fleet
from tests.samples import ACCOUNT
from tests.thorough import examples

CALLS: Final = examples(40, 1_000)
LOST, TWICE = 0.03, 0.10
"""Of all events."""
SETTINGS: Final = {
    # What was missed is repaired by the sweep too.
    "REPAIR_EXISTING": "true",
    # Whether each fault is told is what is counted here.
    "ALERTS_PER_HOUR": "10000",
}
DAY: Final = 86_400


@dataclass(slots=True)
class Day:
    """A town, the wire to it, and how its events came to the guard."""

    fleet: Fleet
    wire: Disruption
    queues: Queues
    lost: int = 0
    twice: int = 0
    random: Random = field(default_factory=Random)

    def bring(self) -> None:
        """Let every event come: in disorder, some twice and some never."""
        for event in self.fleet.events:
            drawn = self.random.random()
            if drawn < LOST:
                self.lost += 1
                continue
            self.twice += drawn > 1 - TWICE
            for _ in range(2 if drawn > 1 - TWICE else 1):
                self.queues.send(event).visible_at += self.random.random() * 30
        self.wire.meet = self._meet
        self.queues.run()

    def _meet(self) -> None:
        """Let another environment of the function deal with what is visible."""
        if any(one.visible_at <= self.queues.now for one in self.queues.messages):
            self.queues.step()

    def bring_one_by_one(self) -> None:
        """Let the events come on a calm day."""
        for event in self.fleet.events:
            self.queues.send(event)
            self.queues.run()

    def sweep(self) -> None:
        """Let the schedule's event come a day later, its tasks after it, and then the digest."""
        self.queues.now += DAY
        self.queues.send(scheduled(ACCOUNT, REGION), "sweep-tasks")
        self.queues.run()
        self.wire.rates, self.wire.meet, self.wire.faults = {}, None, {}
        self.queues.send(scheduled(ACCOUNT, REGION))
        self.queues.run()

    @property
    def journal(self) -> list[tuple[str, str, str, str | None, int]]:
        """Of each entry: the function, the fault, the state, how it was told, how often it was repaired."""
        items = sorted(self.wire.table.items.items())
        entries = [entry_of(item["entry"]["S"]) for _, item in items if "entry" in item]
        return [
            (
                one.subject,
                one.fault,
                one.state.value,
                one.reported_as.value if one.reported_as else None,
                len(one.repairs),
            )
            for one in entries
        ]

    @property
    def reported(self) -> Counter[tuple[str, str]]:
        """How often each entry was told as what, at once or in a digest."""
        sent = [json.loads(json.loads(one["Message"])["default"]) for one in self.wire.published]
        return Counter(
            (finding["entry"], finding["action"]["outcome"])
            for message in sent
            for alert in message.get("alerts", [message])
            for finding in alert["findings"]
        )


def day(seed: int = 0, rates: dict[str, float] | None = None) -> Day:
    """A day before anything has happened."""
    fleet, random = Fleet(CALLS), Random(seed)
    wire = Disruption(fleet.account, random=random, rates=dict(rates or {}))
    return Day(fleet, wire, Queues(wire, SETTINGS), random=random)


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_burst_in_bad_weather_ends_as_one_event_after_the_other_on_a_calm_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calm, storm = day(), day(3, RATES)
    calm.bring_one_by_one()
    storm.bring()
    for one in (calm, calm, storm, storm):
        one.sweep()
    capsys.readouterr()

    assert calm.queues.dead == []
    assert {outcome for _, outcome in calm.reported} == {"REPAIRED", "REPORTED"}
    assert set(storm.wire.met) == set(RATES)
    again = storm.queues.answers.count("again")
    assert min(storm.lost, storm.twice, again) > 0
    assert storm.fleet.stands == calm.fleet.stands
    assert storm.journal == calm.journal
    reported, wanted = storm.reported, calm.reported
    assert set(wanted) == {one for one in reported if one[1] != "FAILED"}
    assert set(wanted.values()) == {1}
    for (entry, outcome), times in reported.items():
        function = entry.partition("/")[0]
        assert times <= 1 + storm.wire.forgotten[function], f"{entry} was told {times} times as {outcome}"
    print(  # the figures of the long run
        f"{CALLS:,} calls: {storm.lost} events lost, {storm.twice} twice, {again} received again, "
        f"{len(storm.queues.dead)} dead letters; {len(storm.wire.calls):,} calls of the guard, {dict(storm.wire.met)}; "
        f"{len(storm.journal)} faults, {sum(reported.values())} alerts of them, {sum(wanted.values())} on the calm day"
    )
