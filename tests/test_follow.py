"""A role that loses its rights later is noticed in every region, and nobody is woken in a circle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from permission_guard.door import asked_by
from permission_guard.follow import Follower
from permission_guard.outcome import Ending
from permission_guard.ports import Refused, TryAgain
from permission_guard.report import Report
from permission_guard.role_change import RoleChange
from permission_guard.settings import Mode
from permission_guard.task import User, Users
from permission_guard.trigger import Kind
from permission_guard.world import ApiError, WorldInventory, WorldNeighbours, WorldQueue
from tests.samples import sample
from tests.watched import LOGGING, Watched
from tests.world.builders import BASIC, FUNCTION

POLICY = "arn:aws:iam::111122223333:policy/logs"


def change(kind: Kind = Kind.ROLE_POLICY_DETACHED, role: str = "role") -> RoleChange:
    event = sample("a-role-lost-a-policy")
    request = {"roleName": role, "policyArn": POLICY, "setAsDefault": True}
    event["detail"] |= {"eventName": kind.value, "requestParameters": request}
    found = asked_by(event, guard_role_arn="")
    assert isinstance(found, RoleChange)
    return found


@dataclass
class Followed:
    """What is watched, the queue from which each task is taken in turn, and the other regions."""

    there: Watched = field(default_factory=Watched)
    page: int = 50

    def __post_init__(self) -> None:
        self.queue = WorldQueue(self.there.account)
        self.neighbours = WorldNeighbours(self.there.account)

    @property
    def follower(self) -> Follower:
        inventory = WorldInventory(self.there.account, self.page)
        return Follower(self.there.guard, inventory, self.queue, self.neighbours)

    def follow(self, changed: RoleChange) -> list[Report]:
        """Follow a change, and do every task until none is left."""
        self.follower.begin(changed)
        reports: list[Report] = []
        while self.queue.tasks:
            task = self.queue.tasks.pop(0)
            if isinstance(task, Users):
                self.follower.find(task)
            elif isinstance(task, User):
                reports.append(self.follower.look_at(task, self.there.now))
        return reports

    @property
    def calls(self) -> list[str]:
        return self.there.account.calls


def test_a_role_that_loses_its_right_to_log_is_repaired_for_each_function_that_uses_it() -> None:
    followed = Followed(page=1)
    followed.there.account.with_function("bills")
    followed.there.account.with_function("other", role="another")
    reports = followed.follow(change())
    assert [report.facts.arn.name for report in reports] == ["bills", "orders"]
    assert followed.there.told == [[Ending.REPAIRED]]
    assert followed.there.attached == [BASIC]


def test_in_observe_mode_it_is_only_told() -> None:
    followed = Followed()
    followed.there.settings = replace(followed.there.settings, mode=Mode.OBSERVE)
    followed.follow(change())
    assert followed.there.told == [[Ending.WOULD_REPAIR]]
    assert followed.there.attached == []


def test_a_role_that_can_still_log_is_left_and_nobody_is_told() -> None:
    followed = Followed()
    followed.there.account.with_role("role", logs=LOGGING)
    assert [report.lines for report in followed.follow(change())] == [()]
    assert followed.there.told == []


def test_a_role_that_lambda_cannot_assume_costs_one_call_and_one_that_is_gone_too() -> None:
    followed = Followed()
    followed.there.account.with_role("for-people").trust = '{"Principal": {"Service": "ec2.amazonaws.com"}}'
    for role in ("for-people", "gone"):
        followed.calls.clear()
        assert followed.follow(change(role=role)) == []
        assert followed.calls == ["GetRole", "PutEvents"]


def test_a_role_that_was_deleted_under_its_function_is_told() -> None:
    followed = Followed()
    del followed.there.account.roles["role"]
    followed.follow(change(Kind.ROLE_DELETED))
    assert followed.there.told == [[Ending.TOLD]]


@pytest.mark.parametrize("way", ["attached", "boundary"])
def test_a_policy_that_changes_leads_to_whoever_has_it_or_is_bounded_by_it(way: str) -> None:
    followed = Followed(page=1)
    followed.there.account.with_function("bills", role="another")
    followed.there.account.with_role("another")
    role = followed.there.account.roles["role"]
    followed.there.account.managed[POLICY] = '{"Version": "2012-10-17", "Statement": []}'
    if way == "attached":
        role.attached.append(POLICY)
    else:
        role.boundary = POLICY
    reports = followed.follow(change(Kind.POLICY_VERSION_CREATED))
    assert [report.facts.arn for report in reports] == [FUNCTION]
    assert len(followed.there.told) == 1


def test_a_policy_that_no_role_has_costs_one_call() -> None:
    followed = Followed()
    assert followed.follow(change(Kind.POLICY_VERSION_CHOSEN)) == []
    assert followed.calls == ["ListEntitiesForPolicy", "PutEvents"]


def test_the_other_regions_are_told_once_and_what_they_are_told_they_do_not_tell_on() -> None:
    home = Followed()
    home.follow(change())
    (told,) = home.neighbours.told
    elsewhere = Followed()
    elsewhere.follow(replace(told, is_news=False))
    assert elsewhere.neighbours.told == []
    assert elsewhere.there.told == [[Ending.REPAIRED]]


def test_what_other_guards_repair_makes_this_one_look_and_write_nothing() -> None:
    """Each region's guard has a role of its own, so one hears of the other's attaching; there it must end."""
    followed = Followed()
    followed.there.account.roles["role"].attached.append(BASIC)
    followed.follow(change(Kind.ROLE_POLICY_ATTACHED))
    assert {"AttachRolePolicy", "DetachRolePolicy"} & set(followed.calls) == set()
    assert followed.there.told == []


def test_replicas_of_the_edge_are_passed_over() -> None:
    followed = Followed()
    followed.there.account.with_function("us-east-1.orders")
    assert [report.facts.arn for report in followed.follow(change())] == [FUNCTION]


@pytest.mark.parametrize("fails", ["ListFunctions", "PutEvents"])
def test_each_of_the_two_is_done_whatever_becomes_of_the_other_and_then_tried_again(fails: str) -> None:
    followed = Followed()

    def before(call: str) -> None:
        if call == fails:
            raise ApiError("Throttling", "later")

    followed.there.account.before = before
    with pytest.raises(TryAgain):
        followed.follower.begin(change())
    assert {"ListFunctions", "PutEvents"} <= set(followed.calls)
    assert bool(followed.queue.tasks) == (fails == "PutEvents")
    assert bool(followed.neighbours.told) == (fails == "ListFunctions")


def test_what_may_not_be_listed_is_said_and_not_passed_over() -> None:
    followed = Followed()

    def before(call: str) -> None:
        if call == "GetRole":
            raise ApiError("AccessDenied", "no")

    followed.there.account.before = before
    with pytest.raises(Refused):
        followed.follow(change())
