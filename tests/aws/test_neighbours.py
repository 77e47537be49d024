"""Handing the change of a role on: to the other regions only, to each whatever becomes of the next, and never lost."""

from __future__ import annotations

import json

import pytest

from permission_guard.aws.neighbours import EventBridgeNeighbours
from permission_guard.door import asked_by
from permission_guard.ports import Refused, TryAgain
from permission_guard.role_change import DETAIL_TYPE, HANDED_ON, RoleChange
from permission_guard.world import ApiError
from tests.aws.answering import FUNCTION, Answering, once
from tests.samples import sample

CALL = "events PutEvents"
TAKEN: dict[str, object] = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


def change() -> RoleChange:
    found = asked_by(sample("a-role-lost-a-policy"), guard_role_arn="")
    assert isinstance(found, RoleChange)
    return found


def test_each_other_region_is_told_once_and_the_own_one_never() -> None:
    world = Answering({CALL: once(TAKEN)})
    regions = (FUNCTION.region, "ap-south-1", "ca-central-1", "ap-south-1")
    EventBridgeNeighbours(world.clients(), regions).tell(change())
    assert [call for call, _ in world.sent] == [CALL, CALL]
    (entry,) = world.sent[0][1]["Entries"]
    assert (entry["Source"], entry["DetailType"]) == (HANDED_ON, DETAIL_TYPE)
    assert json.loads(entry["Detail"])["eventID"] == change().event_id


def test_without_other_regions_nothing_is_sent() -> None:
    world = Answering({})
    EventBridgeNeighbours(world.clients(), ()).tell(change())
    assert world.sent == []


def test_an_event_that_a_bus_does_not_take_is_tried_again_and_the_next_region_is_told_all_the_same() -> None:
    failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "busy"}]}
    world = Answering({CALL: once(failed)})
    with pytest.raises(TryAgain, match="PutEvents in ca-central-1: InternalFailure: busy"):
        EventBridgeNeighbours(world.clients(), ("ap-south-1", "ca-central-1")).tell(change())
    assert len(world.sent) == 2


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", TryAgain)])
def test_a_bus_that_refuses_or_cannot_answer_now_is_said_so(code: str, kind: type[Exception]) -> None:
    world = Answering({}, faults={CALL: ApiError(code, "no")})
    with pytest.raises(kind):
        EventBridgeNeighbours(world.clients(), ("ap-south-1",)).tell(change())
