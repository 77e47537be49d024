"""A stage for tests of the command `sweep`: the guard works while the command waits."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.clock import Clock
from permission_guard.cli.connection import STACK
from permission_guard.cli.following import SweepSurroundings
from tests.aws.delivered import Queues
from tests.queued import REGION, permission_added, queues
from tests.samples import ACCOUNT

URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/sweep-tasks"


@dataclass
class There:
    """A deployed guard that handles one message while the command pauses, and a person with credentials."""

    guard: Queues = field(default_factory=queues)
    pause: Callable[[], None] = lambda: None
    """What else happens while the command pauses."""

    def __post_init__(self) -> None:
        outputs = {"JournalTableName": "journal", "SweepTasksQueueUrl": URL}
        self.guard.wire.stacks[STACK] = outputs

    def sleep(self, seconds: float) -> None:
        """Let the guard work; its calls are not the person's."""
        own = tuple(self.guard.wire.calls)
        self._work(seconds)
        self.guard.wire.calls[:] = own

    def _work(self, seconds: float) -> None:
        self.pause()
        self.guard.now += seconds
        self.guard.take()
        if any(one.visible_at <= self.guard.now for one in self.guard.messages):
            with redirect_stdout(io.StringIO()):  # the guard's metrics
                self.guard.step()

    def run(self, *arguments: str) -> Result:
        place = () if REGION in " ".join(arguments) else ("--region", REGION)
        clock = Clock(lambda: datetime.fromtimestamp(self.guard.now, UTC), self.sleep)
        around = SweepSurroundings(self.guard.wire.session, clock)
        self.guard.wire.calls.clear()
        return CliRunner().invoke(main, ["sweep", *place, *arguments], obj=around, catch_exceptions=False)

    def later(self, **time: float) -> None:
        self.guard.now += timedelta(**time).total_seconds()


def opened(there: There) -> None:
    """Open `orders` for S3 without an event."""
    permission_added(there.guard, "s3")
