"""The guard connected to AWS. Whoever imports this pays for boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from permission_guard.account_budget import AccountBudget
from permission_guard.aws.act import AwsActor
from permission_guard.aws.alerts_sent import DynamoAlertCounter
from permission_guard.aws.clients import Clients
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.layers import AwsLayers
from permission_guard.aws.neighbours import EventBridgeNeighbours
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.revisions import DynamoRevisions
from permission_guard.follow import Follower
from permission_guard.pipeline import Guard
from permission_guard.report import Report
from permission_guard.settings import Mode, Settings
from permission_guard.sweep import Sweeper


@dataclass(frozen=True, slots=True)
class Connections:
    """AWS, the guard, what sweeps and what follows roles with it, and the queue that wakes them."""

    clients: Clients
    guard: Guard
    sweeper: Sweeper
    follower: Follower
    queue: SqsQueue


@dataclass(frozen=True, slots=True)
class _Herald:
    """Tells people. How an alert is said is loaded with the first one: most events have none."""

    clients: Clients
    topic_arn: str
    dead_letter_queue_url: str
    central: str

    def tell(self, report: Report) -> None:
        """Send a report. Raises TryAgain if nobody could be reached."""
        from permission_guard.aws.tell import SnsHerald  # noqa: PLC0415  # for the reason just said

        SnsHerald(self.clients, self.topic_arn, self.dead_letter_queue_url, self.central).tell(report)


def connect(settings: Settings, variables: Mapping[str, str]) -> Connections:
    """Connect the guard by what the function's variables name; each of `settings.NEEDED` must be among them."""
    clients = Clients()
    queue = SqsQueue(clients, variables["WAITING_QUEUE_URL"])
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsActor(clients) if settings.mode is Mode.ENFORCE else None,
        _Herald(
            clients,
            variables["ALERTS_TOPIC_ARN"],
            variables["DEAD_LETTER_QUEUE_URL"],
            settings.central_topic_arn,
        ),
        DynamoJournal(clients, variables["JOURNAL_TABLE"], settings.retention),
        AccountBudget(
            settings.account_alerts_per_hour, DynamoAlertCounter(clients, variables["JOURNAL_TABLE"])
        ),
        queue,
    )
    inventory = AwsInventory(clients)
    neighbours = EventBridgeNeighbours(clients, settings.role_change_regions)
    follower = Follower(guard, inventory, queue, neighbours)
    memory = DynamoRevisions(clients, variables["JOURNAL_TABLE"])
    sweeper = Sweeper(guard, inventory, AwsLayers(clients), memory, queue)
    return Connections(clients, guard, sweeper, follower, queue)
