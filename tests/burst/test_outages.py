"""One part of AWS is not there for a while: what the guard does then, and that all is well after it."""

from __future__ import annotations

from typing import Final

import pytest

from permission_guard.fake_aws import ApiError
from tests.aws.delivered import Queues
from tests.burst.disruption import Disruption
from tests.burst.fleet import Fleet
from tests.burst.test_burst import SETTINGS, Day

CALLS: Final = 8
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


BECOMES: Final = {
    ("the journal (DynamoDB)", "does not answer"): ("not repaired", "not reported yet", 7),
    ("the journal (DynamoDB)", "refuses"): ("not repaired", "reported at once", 0),
    ("the topic (SNS)", "does not answer"): ("repaired", "reported by the digest", 0),
    ("the topic (SNS)", "refuses"): ("repaired", "reported by the digest", 0),
    # Of eight events two are of functions that were made, and one permission is without fault.
    ("IAM", "does not answer"): ("repaired", "reported at once", 2),
    ("IAM", "refuses"): ("repaired", "reported at once", 0),
    ("Lambda", "does not answer"): ("not repaired", "not reported yet", 7),
    ("Lambda", "refuses"): ("not repaired", "reported at once", 0),
}
"""While it lasts: whether anything is repaired, what is reported, and how many messages are in the dead-letter queue."""


def day(outage: tuple[str, ...] = (), answer: tuple[str, str] = ("", "")) -> tuple[Day, tuple[str, str, int]]:
    """Let everything happen during an outage, then, when it is over, a sweep and the digest."""
    fleet = Fleet(CALLS)
    wire = Disruption(fleet.account)
    there = Day(fleet, wire, Queues(wire, SETTINGS))
    before = str(fleet.stands)
    wire.faults = {call: ApiError(*answer) for call in outage}
    there.bring_one_by_one()
    repaired = "not repaired" if str(fleet.stands) == before else "repaired"
    reported = "reported at once" if wire.published else "not reported yet"
    if any(subject == "digest" for subject, _ in wire.table.items):
        reported = "reported by the digest"
    became = repaired, reported, len(there.queues.dead)
    wire.faults = {}
    there.sweep()
    return there, became


@pytest.mark.filterwarnings("ignore:No application metrics")
@pytest.mark.parametrize(("name", "how"), BECOMES)
def test_while_a_part_of_aws_is_down_nothing_is_lost_and_one_sweep_later_everything_is_repaired(
    name: str, how: str, calm: Day
) -> None:
    there, became = day(OUTAGES[name], ANSWERS[how])
    assert became == BECOMES[name, how]
    assert there.fleet.stands == calm.fleet.stands
    assert {entry for entry, _ in there.reported} >= {entry for entry, _ in calm.reported}


@pytest.fixture(scope="module")
def calm() -> Day:
    """The same on a calm day."""
    return day()[0]
