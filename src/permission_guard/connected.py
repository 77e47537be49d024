"""The guard connected to AWS. Whoever imports this pays for boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from permission_guard.aws.act import AwsActor
from permission_guard.aws.clients import Clients
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.pace import Pace, paced
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.sweep_records import DynamoSweepRecords
from permission_guard.aws.table import Table
from permission_guard.events.message import QueueName
from permission_guard.pipeline import Guard
from permission_guard.settings import Mode, Settings
from permission_guard.sweep import Sweeper

if TYPE_CHECKING:
    from permission_guard.alert.digest import Digest
    from permission_guard.report import Report

SWEEP_RATE: Final = 2.5
"""Lambda's requests a second of one run of a sweep. Two runs go on at once (MaximumConcurrency), and the sweep as a whole
takes at most 5 of the 15 that the account has (facts 3.4)."""


@dataclass(frozen=True, slots=True)
class Connections:
    """The guard, what sweeps with it, the queues that invoke it, and the journal's table."""

    guard: Guard
    sweeper: Sweeper
    queues: Mapping[QueueName, SqsQueue]
    table: Table


@dataclass(frozen=True, slots=True)
class _Herald:
    """Sends alerts. How an alert is written is loaded with the first one: most events have none."""

    clients: Clients
    topic_arn: str
    central: str

    def tell(self, report: Report) -> None:
        """Send a report. Raises TryAgain or Refused."""
        from permission_guard.aws.tell import SnsHerald  # noqa: PLC0415  # for the reason just said

        SnsHerald(self.clients, self.topic_arn, self.central).tell(report)

    def digest(self, digest: Digest) -> None:
        """Send a digest. Raises TryAgain or Refused."""
        from permission_guard.aws.tell import SnsHerald  # noqa: PLC0415  # likewise

        SnsHerald(self.clients, self.topic_arn, self.central).digest(digest)


def connect(settings: Settings, variables: Mapping[str, str]) -> Connections:
    """Connect the guard by what the function's variables name; each of `settings.NEEDED` must be among them."""
    clients = Clients()
    table = Table(clients, variables["JOURNAL_TABLE"])
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsActor(clients) if settings.mode is Mode.ENFORCE else None,
        _Herald(clients, variables["ALERTS_TOPIC_ARN"], settings.central_topic_arn),
        DynamoJournal(table, sets_aside=True),
    )
    slow = paced(Clients(), Pace(SWEEP_RATE))
    queues = {
        QueueName.EVENTS: SqsQueue(clients, variables["EVENTS_QUEUE_URL"]),
        QueueName.SWEEP_TASKS: SqsQueue(clients, variables["SWEEP_TASKS_QUEUE_URL"]),
    }
    sweeper = Sweeper(guard, AwsInventory(slow), DynamoSweepRecords(table), queues[QueueName.SWEEP_TASKS])
    return Connections(guard, sweeper, queues, table)
