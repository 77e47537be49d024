"""A stage for tests of the sweep: what is watched, and a queue from which each task is taken in turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.fake_aws import FakeInventory, FakeQueue, FakeSweepRecords
from permission_guard.model.document import Body
from permission_guard.sweep import Sweeper
from tests.fake_aws.builders import document, settings, statement
from tests.watched import LOGGING, LOGS, Watched

S3 = statement("s3.amazonaws.com", sid="s3")
FINE = statement(
    "s3.amazonaws.com", sid="fine", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}
)
STREAMS: Body = {**LOGS, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}


def cautious() -> Watched:
    """A guard that repairs what is new, and a function without aliases whose role can log."""
    there = Watched(settings=settings(repair_existing=False))
    there.account.with_role("role", logs=LOGGING)
    there.account.functions["orders"].qualifiers.clear()
    return there


@dataclass
class Swept:
    """What is watched, and a queue from which each task is taken in turn."""

    there: Watched = field(default_factory=cautious)
    page: int = 50

    def __post_init__(self) -> None:
        self.queue = FakeQueue(self.there.account)
        self.records = FakeSweepRecords(self.there.journal)

    @property
    def sweeper(self) -> Sweeper:
        inventory = FakeInventory(self.there.account, self.page)
        return Sweeper(self.there.guard, inventory, self.records, self.queue)

    def begin(self) -> list[SweepFunction]:
        """List everything, a day later, and take the tasks out of the queue."""
        self.there.later(days=1)
        self.sweeper.begin(SweepAll(f"sweep at {self.there.now}"), self.there.now)
        tasks, self.queue.tasks = self.queue.tasks, []
        return tasks

    def evaluate(self, task: SweepFunction) -> list[str]:
        """Evaluate one function; return the calls of Lambda that it cost."""
        self.there.account.calls.clear()
        list(self.sweeper.evaluate(task, self.there.now))
        return [one for one in self.there.account.calls if one.startswith(("List", "Get"))]

    def sweep(self) -> None:
        for task in self.begin():
            self.evaluate(task)

    def put(self, *statements: Body, qualifier: str | None = None) -> None:
        """Write a policy."""
        policies = self.there.account.functions["orders"].policies
        policies[qualifier] = (document(*statements), f"somebody's {self.there.now}")

    def deny(self, call: str) -> None:
        self.there.fail(call, "AccessDeniedException")
