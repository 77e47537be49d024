"""The guard as the Lambda function connects it, on the wire to an account in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.sns import SnsNotifier
from permission_guard.aws.sweep_records import DynamoSweepRecords
from permission_guard.aws.writer import AwsWriter
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Everything, Kind, Trigger
from permission_guard.fake_aws import Account
from permission_guard.model.document import dumped
from permission_guard.pipeline import Guard, Handled
from permission_guard.repair.grant import Grant
from permission_guard.settings import Settings
from permission_guard.sweep import Sweeper
from tests.aws.transport import Transport
from tests.samples import LOGGING

NOW = datetime(2026, 11, 20, 10, 16, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"
TABLE = "journal"
EVENTS = "https://sqs.us-east-1.amazonaws.com/111122223333/events"
SWEEP_TASKS = "https://sqs.us-east-1.amazonaws.com/111122223333/sweep-tasks"
ALICE = Actor("arn:aws:iam::111122223333:user/alice", None, Tool.CLI, "192.0.2.10", "the AWS CLI")
JOURNAL_CALLS = frozenset({"Query", "PutItem", "UpdateItem", "TransactWriteItems"})


@dataclass(frozen=True, slots=True)
class Guarded:
    """An account with the function `orders`, whose role has no rights, and the guard that watches it."""

    account: Account
    wire: Transport
    guard: Guard

    @property
    def calls(self) -> list[str]:
        """Every call in order, but for those of the journal."""
        return [call for call in self.wire.calls if call not in JOURNAL_CALLS]

    @property
    def sweeper(self) -> Sweeper:
        """What sweeps with this guard."""
        clients = self.wire.clients()
        return Sweeper(
            self.guard,
            AwsInventory(clients),
            DynamoSweepRecords(Table(clients, TABLE)),
            SqsQueue(clients, SWEEP_TASKS),
        )

    def happen(  # noqa: PLR0913  # the fields of a trigger
        self,
        kind: Kind,
        *,
        arrived: str | Everything | None = None,
        qualifier: str | None = None,
        by: Actor = ALICE,
        role: str | None = None,
        at: datetime = NOW,
        removed: str | None = None,
        receives: int = 1,
    ) -> Handled:
        """Let the guard deal with an event about `orders`, which shows its role if one is given."""
        function = self.account.functions["orders"].arn if "orders" in self.account.functions else _ORDERS
        return self.guard.handle(
            Trigger(
                kind,
                function,
                qualifier,
                by,
                "event-1",
                at,
                arrived,
                role=role,
                removed=removed,
                receives=receives,
            ),
            at,
        )

    def permission_added(
        self, principal: str, *, by: Actor = ALICE, sid: str = "it", **bounds: str
    ) -> Handled:
        """Add a permission to `orders`, and let the guard deal with the event."""
        self.account.add_permission("orders", Grant(sid, "lambda:InvokeFunction", principal, **bounds))
        return self.happen(Kind.PERMISSION_ADDED, arrived=sid, by=by)


_ACCOUNT = Account()
_ORDERS = _ACCOUNT.with_function("orders").arn


def guarded(*, documents: bool = True, **given: str) -> Guarded:
    """Set it up; `documents` says whether GetResourcePolicy and PutResourcePolicy exist."""
    account = Account(has_resource_policy_calls=documents)
    settings = Settings.of(given, account=account.account, region=account.region)
    account.with_role("role")
    account.with_function("orders", aliases=["live"])
    account.managed[settings.logging_policy_arn] = dumped(LOGGING)
    wire = Transport(account)
    clients = wire.clients()
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsWriter(clients),
        SnsNotifier(clients, TOPIC),
        DynamoJournal(Table(clients, TABLE), sets_aside=True),
    )
    return Guarded(account, wire, guard)
