"""The guard connected to AWS. Importing this module loads boto3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.sns import SnsNotifier
from permission_guard.aws.writer import AwsWriter
from permission_guard.events.message import QueueName
from permission_guard.frozen import frozen
from permission_guard.pipeline import Guard
from permission_guard.settings import Mode, Settings

if TYPE_CHECKING:
    from permission_guard.aws.securityhub import SecurityHub
    from permission_guard.sweep import Sweeper

SWEEP_RATE: Final = 2.5
"""Lambda's requests a second of one run of a sweep. Two runs go on at once (MaximumConcurrency), and the sweep as a whole
takes at most 5 of the 15 that the account has (facts 3.4)."""


@frozen(slots=False)
class Connections:
    """The guard, the queues that invoke it, and the journal's table."""

    guard: Guard
    queues: Mapping[QueueName, SqsQueue]
    table: Table
    hub: SecurityHub | None = None

    @cached_property
    def sweeper(self) -> Sweeper:
        """The sweeper, which calls Lambda at its own pace. It has its own session and modules, which no event needs."""
        from permission_guard.aws.inventory import AwsInventory  # noqa: PLC0415
        from permission_guard.aws.pace import Pace, paced  # noqa: PLC0415
        from permission_guard.aws.sweep_records import DynamoSweepRecords  # noqa: PLC0415
        from permission_guard.sweep import Sweeper  # noqa: PLC0415

        slow = paced(Clients(), Pace(SWEEP_RATE))
        tasks = self.queues[QueueName.SWEEP_TASKS]
        return Sweeper(self.guard, AwsInventory(slow), DynamoSweepRecords(self.table), tasks)


def connect(settings: Settings, variables: Mapping[str, str]) -> Connections:
    """Connect the guard by what the function's variables name; each of `settings.NEEDED` must be among them."""
    clients = Clients()
    table = Table(clients, variables["JOURNAL_TABLE"])
    hub = None
    if settings.security_hub:
        from permission_guard.aws.securityhub import SecurityHub  # noqa: PLC0415

        hub = SecurityHub(clients)
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsWriter(clients) if settings.mode is Mode.ENFORCE else None,
        SnsNotifier(clients, variables["ALERTS_TOPIC_ARN"], settings.central_topic_arn),
        DynamoJournal(table, sets_aside=True),
        hub.update if hub else None,
    )
    queues = {
        QueueName.EVENTS: SqsQueue(clients, variables["EVENTS_QUEUE_URL"]),
        QueueName.SWEEP_TASKS: SqsQueue(clients, variables["SWEEP_TASKS_QUEUE_URL"]),
    }
    return Connections(guard, queues, table, hub)
