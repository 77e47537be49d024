"""The guard connected to AWS. Whoever imports this pays for boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from permission_guard.aws.act import AwsActor
from permission_guard.aws.clients import Clients
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.tell import SnsHerald
from permission_guard.pipeline import Guard
from permission_guard.settings import Mode, Settings
from permission_guard.sweep import Sweeper


@dataclass(frozen=True, slots=True)
class Connections:
    """The guard, what sweeps with it, and the queue that wakes them."""

    guard: Guard
    sweeper: Sweeper
    queue: SqsQueue


def connect(settings: Settings, variables: Mapping[str, str]) -> Connections:
    """Connect the guard by what the function's variables name; each of `settings.NEEDED` must be among them."""
    clients = Clients()
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsActor(clients) if settings.mode is Mode.ENFORCE else None,
        SnsHerald(clients, variables["ALERTS_TOPIC_ARN"], variables["DEAD_LETTER_QUEUE_URL"]),
        DynamoJournal(clients, variables["JOURNAL_TABLE"], settings.retention),
    )
    queue = SqsQueue(clients, variables["WAITING_QUEUE_URL"])
    return Connections(guard, Sweeper(guard, AwsInventory(clients), queue), queue)
