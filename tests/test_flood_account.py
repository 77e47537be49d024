"""Whoever may change a thousand functions cannot bury an alert under others either, and what waits is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from permission_guard.account_budget import UNASKED, AccountBudget
from permission_guard.alert import body, text
from permission_guard.document import dumped
from permission_guard.door import asked_by
from permission_guard.iam.policy import loads
from permission_guard.journal.budget import Budget
from permission_guard.journal.entry import State
from permission_guard.outcome import Ending
from permission_guard.pipeline import Guard
from permission_guard.ports import TryAgain
from permission_guard.settings import Settings
from permission_guard.task import WAITS, Again, written
from permission_guard.trigger import EVERYTHING, Kind, Trigger
from permission_guard.world import (
    Account,
    ApiError,
    WorldActor,
    WorldAlertCounter,
    WorldHerald,
    WorldJournal,
    WorldObserver,
    WorldQueue,
)
from tests.watched import LOGGING, Watched
from tests.world.builders import BASIC, FUNCTION, NOW, document, settings, statement

LIMIT = 10


@dataclass(slots=True)
class Flooded:
    """An account with many functions, one counter, and as many environments of the guard as are wanted."""

    settings: Settings = field(default_factory=lambda: replace(settings(), account_alerts_per_hour=LIMIT))
    now: datetime = NOW
    account: Account = field(default_factory=Account)
    herald: WorldHerald = field(default_factory=WorldHerald)
    sent_at: list[datetime] = field(default_factory=list)
    journal: WorldJournal = field(init=False)
    counter: WorldAlertCounter = field(init=False)
    queue: WorldQueue = field(init=False)
    environments: list[AccountBudget] = field(init=False)

    def __post_init__(self) -> None:
        self.account.managed[BASIC] = dumped(LOGGING)
        self.account.with_role("role", logs=LOGGING)
        self.journal = WorldJournal(self.account)
        self.counter, self.queue = WorldAlertCounter(self.account), WorldQueue(self.account)
        self.environments = [self.environment()]

    def environment(self) -> AccountBudget:
        return AccountBudget(self.settings.account_alerts_per_hour, self.counter)

    def guard(self, number: int = 0) -> Guard:
        observer = WorldObserver(self.account, BASIC)
        return Guard(
            *(self.settings, observer, WorldActor(self.account), self.herald, self.journal),
            *(self.environments[number % len(self.environments)], self.queue),
        )

    def handle(self, trigger: Trigger, number: int = 0) -> None:
        before = len(self.herald.told)
        self.guard(number).handle(trigger, self.now)
        self.sent_at += [self.now] * (len(self.herald.told) - before)

    def open(self, number: int) -> None:
        """Open a function of its own to S3 from anywhere, which is repaired, and let the guard deal with it."""
        function = self.account.with_function(f"orders-{number}")
        function.policies[None] = (
            document(statement("s3.amazonaws.com", Resource=str(function.arn))),
            f"{number}",
        )
        somebody = Watched().event(Kind.POLICY_WRITTEN).actor
        self.handle(
            Trigger(Kind.POLICY_WRITTEN, function.arn, None, somebody, f"e{number}", self.now, EVERYTHING),
            number,
        )

    def quarter_passes(self) -> None:
        """Let a quarter of an hour pass, and the tasks that were put off come."""
        self.now += timedelta(minutes=15)
        tasks, self.queue.tasks = self.later, []
        for number, task in enumerate(tasks):
            self.handle(task.trigger, number)

    @property
    def later(self) -> list[Again]:
        """The looks that are put off; nothing else is put into the queue."""
        found = [task for task in self.queue.tasks if isinstance(task, Again)]
        assert found == self.queue.tasks
        return found

    @property
    def open_ones(self) -> list[str]:
        texts = {name: one.policies[None][0] for name, one in self.account.functions.items()}
        return [name for name, policy in texts.items() if "SourceAccount" not in policy]


def flood(functions: int, *, environments: int = 1) -> Flooded:
    there = Flooded()
    there.environments = [there.environment() for _ in range(environments)]
    for number in range(functions):
        there.open(number)
    return there


@pytest.mark.parametrize("environments", [1, 3])
def test_no_more_alerts_than_the_limit_and_those_without_asking_are_sent_and_everything_is_repaired_at_once(
    environments: int,
) -> None:
    there = flood(60, environments=environments)
    assert there.open_ones == []
    assert len(there.herald.told) == LIMIT + UNASKED * environments
    assert len(there.later) == 60 - len(there.herald.told)


def test_the_last_alert_says_that_what_follows_waits_whatever_function_it_is_about() -> None:
    *earlier, last = flood(60).herald.told
    assert [report.limit for report in earlier] == [None] * len(earlier)
    assert body(last)["waitsAfter"] == LIMIT
    assert f"\nMore       {LIMIT} alerts of this account and region within an hour are enough" in text(last)
    assert "permission-guard journal\n" in text(last)


def test_in_the_end_every_fault_is_told_once_and_never_more_than_the_limit_allows() -> None:
    there = flood(60)
    for _ in range(40):
        there.quarter_passes()
    told = Counter(line.entry for report in there.herald.told for line in report.lines)
    assert len(told) == 60
    assert set(told.values()) == {1}
    assert {line.ending for report in there.herald.told for line in report.lines} == {Ending.REPAIRED}
    assert there.later == []
    assert {entry.state for entry in there.journal.entries.values()} == {State.TOLD}
    by_hour = Counter(f"{at:%dT%H}" for at in there.sent_at)
    assert max(by_hour.values()) <= LIMIT + UNASKED


def test_one_task_at_a_time_looks_again_at_a_function_however_much_of_it_waits() -> None:
    there = flood(30)
    name = "orders-29"
    for number in range(5):
        foreign = statement(
            f"99990000000{number}", sid=f"s{number}", Resource=str(FUNCTION).replace("orders", name)
        )
        there.account.functions[name].policies[None] = (document(foreign), f"again {number}")
        arn = there.account.functions[name].arn
        there.handle(
            replace(
                Watched().event(Kind.POLICY_WRITTEN), subject=arn, event_id=f"again {number}", at=there.now
            )
        )
    assert [task.function.name for task in there.later].count(name) == 1
    there.quarter_passes()
    assert [task.function.name for task in there.later].count(name) == 1


def test_the_last_alert_of_a_function_is_one_of_the_accounts_too() -> None:
    there = Flooded(replace(settings(), alerts_per_hour=2, account_alerts_per_hour=LIMIT))
    for number in range(LIMIT):
        there.open(number)
    sent = len(there.herald.told)
    for number in range(LIMIT):
        function = there.account.functions[f"orders-{number}"]
        stranger = statement("999900000001", sid="s", Resource=str(function.arn))
        function.policies[None] = (document(stranger), f"again {number}")
        event = Watched().event(Kind.POLICY_WRITTEN)
        there.handle(replace(event, subject=function.arn, event_id=f"again {number}"))
    assert (sent, len(there.herald.told)) == (LIMIT, LIMIT + UNASKED)


def test_an_ordinary_event_asks_no_counter() -> None:
    there = flood(UNASKED)
    assert there.account.calls.count("UpdateItem") == 0
    there.open(UNASKED)
    assert there.account.calls.count("UpdateItem") == 1


def test_what_has_nothing_to_tell_is_no_alert_and_is_not_counted() -> None:
    there = flood(UNASKED)
    there.account.calls.clear()
    there.handle(
        replace(Watched().event(Kind.POLICY_WRITTEN), subject=there.account.functions["orders-0"].arn)
    )
    assert len(there.environments[0].sent) == UNASKED
    assert "UpdateItem" not in there.account.calls


def failing(*names: str) -> Flooded:
    there = Flooded()

    def before(call: str) -> None:
        if call in names:
            raise ApiError("ThrottlingException", "slow down")

    there.account.before = before
    return there


def test_where_the_counter_cannot_be_had_everything_is_told() -> None:
    there = failing("UpdateItem")
    for number in range(30):
        there.open(number)
    assert len(there.herald.told) == 30


def test_where_the_queue_takes_nothing_the_next_look_tells_what_waits() -> None:
    there = failing("SendMessageBatch")
    for number in range(30):
        there.open(number)
    assert there.later == []
    assert len(there.herald.told) == LIMIT + UNASKED
    there.now += timedelta(hours=1)
    last = there.account.functions["orders-29"].arn
    there.handle(replace(Again(last, None, there.now).trigger, event_id="sweep"))
    assert [line.ending for line in there.herald.told[-1].lines] == [Ending.REPAIRED]


def test_nothing_waits_that_cannot_be_written_down() -> None:
    there = flood(30)
    arn = there.account.functions["orders-29"].arn
    stranger = statement("999900000001", sid="s", Resource=str(arn))
    there.account.functions["orders-29"].policies[None] = (document(stranger), "again")

    def before(call: str) -> None:
        if call == "Query":
            raise ApiError("AccessDeniedException", "no")

    there.account.before = before
    there.handle(replace(Watched().event(Kind.POLICY_WRITTEN), subject=arn))
    assert [line.ending for line in there.herald.told[-1].lines] == [Ending.TOLD]
    assert len(there.herald.told) == LIMIT + UNASKED + 1


class Forgetful(WorldAlertCounter):
    """A counter that cannot be told that somebody was warned."""

    def say(self, now: datetime) -> None:
        raise TryAgain(f"slow down at {now}")


def test_nothing_waits_while_it_is_not_known_that_somebody_was_warned() -> None:
    there = Flooded()
    there.environments = [AccountBudget(LIMIT, Forgetful(there.account))]
    for number in range(30):
        there.open(number)
    assert len(there.herald.told) == 30
    limits = [report.limit for report in there.herald.told]
    assert limits == [None] * (LIMIT + UNASKED - 1) + [LIMIT] * (31 - LIMIT - UNASKED)


def test_a_new_hour_of_the_clock_begins_anew() -> None:
    budget = AccountBudget(2, WorldAlertCounter(Account()))
    asked = [budget.left(NOW) for _ in range(UNASKED + 2)]
    assert asked == [Budget.OPEN] * (UNASKED + 1) + [Budget.LAST]
    budget.said(NOW)
    assert budget.left(NOW) is Budget.SPENT
    assert budget.left(NOW + timedelta(hours=1)) is Budget.OPEN


@pytest.mark.parametrize("qualifier", [None, "live", "7"])
def test_the_task_to_look_again_is_read_as_it_was_written(qualifier: str | None) -> None:
    task = Again(FUNCTION, qualifier, NOW)
    found = asked_by(loads(written(task)), guard_role_arn="")
    assert found == task.trigger
    assert isinstance(found, Trigger)
    assert (found.kind, found.event_id, found.qualifier) == (Kind.SWEEP, WAITS, qualifier)
