"""One part of AWS is not there for a while: what the guard does then, and that all is well after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from permission_guard.world import ApiError
from tests.aws.delivered import Queues
from tests.burst.test_burst import SETTINGS, Day
from tests.burst.town import Town
from tests.burst.weather import Weather

CALLS: Final = 8
PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text()
OUTAGES: Final = {
    "the journal (DynamoDB)": ("Query", "PutItem", "UpdateItem", "TransactWriteItems"),
    "the topic (SNS)": ("Publish",),
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
    reported: str
    dead: str


def day(outage: tuple[str, ...], answer: tuple[str, str]) -> tuple[Day, Became]:
    """Let everything happen during an outage, then, when it is over, a sweep and the digest."""
    town = Town(CALLS)
    wire = Weather(town.account)
    there = Day(town, wire, Queues(wire, SETTINGS))
    before = str(town.stands)
    wire.faults = {call: ApiError(*answer) for call in outage}
    there.bring_one_by_one()
    is_waiting = any(subject == "digest" for subject, _ in wire.table.items)
    became = Became(
        "none" if str(town.stands) == before else "yes",
        "at once" if wire.published else "with the digest" if is_waiting else "not yet",
        f"{len(there.queues.dead)} of {CALLS}",
    )
    wire.faults = {}
    there.sweep()
    return there, became


def rows() -> Iterator[tuple[str, str]]:
    for name in OUTAGES:
        for how in ANSWERS:
            yield name, how


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_what_the_guard_does_while_a_part_of_aws_is_not_there_is_what_the_page_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calm, _ = day((), ("", ""))
    table = [
        "| while ... | ... it | repairs | reports | messages in the dead-letter queue |",
        "|---|---|---|---|---|",
    ]
    for name, how in rows():
        there, became = day(OUTAGES[name], ANSWERS[how])
        table.append(f"| {name} | {how} | {became.repaired} | {became.reported} | {became.dead} |")
        assert there.town.stands == calm.town.stands, (name, how)
        assert {entry for entry, _ in there.told} >= {entry for entry, _ in calm.told}, (name, how)
    capsys.readouterr()
    written = "\n".join(table)
    assert written in PAGE, f"docs/operations.md must say:\n{written}"
