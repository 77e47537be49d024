"""One part of AWS is not there for a while: what the guard does then, and that all is well after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from random import Random
from typing import Final

import pytest

from permission_guard import handler as door
from permission_guard.world import ApiError
from tests.burst.storm import Storm
from tests.burst.test_burst import Day, environment, handled, sweep
from tests.burst.town import Town
from tests.burst.weather import Weather

__all__ = ["environment"]
CALLS: Final = 8
PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text()
OUTAGES: Final = {
    "the journal (DynamoDB)": ("Query", "PutItem", "TransactWriteItems"),
    "the topic (SNS)": ("Publish",),
    "the topic and the dead-letter queue": ("Publish", "SendMessage"),
    "IAM": (
        "GetRole",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
        "GetPolicyVersion",
        "AttachRolePolicy",
    ),
    "Lambda": (
        "GetFunctionConfiguration",
        "GetResourcePolicy",
        "GetPolicy",
        "PutResourcePolicy",
        "ListFunctions",
    ),
}
"""The calls that fail in each."""
ANSWERS: Final = {
    "does not answer": ("ServiceUnavailable", "down"),
    "refuses": ("AccessDeniedException", "no"),
}


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the town's events while something was not there, in words of the page."""

    repaired: str
    told: str
    events: str


def day(
    monkeypatch: pytest.MonkeyPatch, outage: tuple[str, ...], answer: tuple[str, str]
) -> tuple[Day, Became]:
    """Let everything happen during an outage, then, when it is over, a sweep."""
    town = Town(CALLS)
    wire = Weather(town.account)
    storm = Storm(Random(1), handled)
    monkeypatch.setattr("permission_guard.connected.Clients", wire.clients)
    door.standby.cache_clear()
    before = json.dumps(town.stands)
    wire.faults = {call: ApiError(*answer) for call in outage}
    for event in town.events:
        storm.bring([event], calmly=True)
        storm.pass_over()
    became = Became(
        "none" if json.dumps(town.stands) == before else "yes",
        "by mail" if wire.published else "kept in the queue" if wire.queued else "not yet",
        f"{len(storm.dead)} of {CALLS}",
    )
    wire.faults = {}
    sweep(wire, storm)
    return Day(town, wire, storm), became


def rows() -> Iterator[tuple[str, str]]:
    for name in OUTAGES:
        for how in ANSWERS:
            yield name, how


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_what_the_guard_does_while_a_part_of_aws_is_not_there_is_what_the_page_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door.logger.registered_handler, "stream", StringIO())
    calm, _ = day(monkeypatch, (), ("", ""))
    table = [
        "| while ... | ... it | repairs | told | events in the dead-letter queue |",
        "|---|---|---|---|---|",
    ]
    for name, how in rows():
        there, became = day(monkeypatch, OUTAGES[name], ANSWERS[how])
        table.append(f"| {name} | {how} | {became.repaired} | {became.told} | {became.events} |")
        assert there.town.stands == calm.town.stands, (name, how)
        assert {entry for entry, _ in there.told} >= {entry for entry, _ in calm.told}, (name, how)
    capsys.readouterr()
    written = "\n".join(table)
    assert written in PAGE, f"docs/operations.md must say:\n{written}"
