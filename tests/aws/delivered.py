"""The guard's two queues as SQS and Lambda run them: one message, one run; what fails is received again, then a dead letter.

Time is the queue's own: a message that comes back does so after its visibility timeout, and the clock jumps there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from permission_guard import handler as entry
from permission_guard.aws.clients import Clients
from permission_guard.fake_aws import Account
from tests.aws.guarded import TABLE
from tests.aws.transport import Transport
from tests.samples import GUARD_ROLE

Json = dict[str, Any]
MOST_RECEIVES = 10
"""The template's maxReceiveCount; a test holds that it is."""
VISIBILITY = 5400


class Killed(BaseException):
    """The run ended without an answer: out of time or out of memory."""


@dataclass(slots=True)
class Message:
    """A message in a queue."""

    id: str
    queue: str
    body: str
    visible_at: float
    receives: int = 0
    first_received: float | None = None
    chain: int = 0
    """How many messages led to this one, itself included."""


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda passes beside the event."""

    invoked_function_arn: str
    function_name: str = "guard"
    memory_limit_in_mb: int = 512
    aws_request_id: str = "request-1"


@dataclass(slots=True)
class Queues:
    """The queues, what became of each message, and the deepest chain of messages that caused one another."""

    wire: Transport
    settings: dict[str, str] = field(default_factory=dict)
    now: float = field(default_factory=lambda: datetime.now(UTC).timestamp())
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """How each run ended: `done`, `again`, or the error that it raised."""
    deepest: int = 0
    _clients: Clients | None = None
    """Made once: to make clients is the slowest thing that these tests do."""

    def arn(self, queue: str) -> str:
        """The ARN of a queue."""
        here = self.wire.account
        return f"arn:{here.partition}:sqs:{here.region}:{here.account}:{queue}"

    def send(self, body: object, queue: str = "events", chain: int = 0, id_: str = "") -> Message:
        """Put a message into a queue."""
        text = body if isinstance(body, str) else json.dumps(body)
        id_ = id_ or f"message-{len(self.answers)}-{len(self.messages)}"
        message = Message(id_, queue, text, self.now, chain=chain + 1)
        self.deepest = max(self.deepest, message.chain)
        self.messages.append(message)
        return message

    def run(self) -> None:
        """Deliver until no message is left."""
        while self.messages:
            self.step()

    def step(self) -> None:
        """Deliver the message that is visible first."""
        message = min(self.messages, key=lambda one: one.visible_at)
        self.now = max(self.now, message.visible_at)
        message.receives += 1
        message.first_received = message.first_received or self.now
        if message.receives > MOST_RECEIVES:
            self.messages.remove(message)
            self.dead.append(message)
            return
        message.visible_at = self.now + VISIBILITY
        receipt = f"{message.id}/{message.receives}"
        with self._here():
            try:
                answer = handle({"Records": [self.record(message, receipt)]}, self.context)
            except Killed:
                self.answers.append("killed")
                return
            except Exception as error:  # noqa: BLE001  # it is what came of it
                self.answers.append(type(error).__name__)
                answer = {"batchItemFailures": [{"itemIdentifier": message.id}]}
            else:
                self.answers.append("again" if answer["batchItemFailures"] else "done")
        self.take(message.chain)
        if not answer["batchItemFailures"]:
            self.messages.remove(message)
        elif receipt in self.wire.visibility:
            message.visible_at = self.now + self.wire.visibility[receipt]

    def take(self, chain: int = 0) -> None:
        """Take the tasks that were sent on the wire into the queue."""
        for task in self.wire.waiting:
            self.send(task["MessageBody"], "sweep-tasks", chain, task["MessageId"])
        self.wire.waiting = []

    def record(self, message: Message, receipt: str) -> Json:
        """A message as Lambda hands it over."""
        return {
            "messageId": message.id,
            "receiptHandle": receipt,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.receives),
                "SentTimestamp": str(int(self.now * 1000)),
                "ApproximateFirstReceiveTimestamp": str(int((message.first_received or self.now) * 1000)),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn(message.queue),
            "awsRegion": self.wire.account.region,
        }

    @property
    def context(self) -> Context:
        """What Lambda passes beside the event."""
        here = self.wire.account
        return Context(f"arn:{here.partition}:lambda:{here.region}:{here.account}:function:guard")

    @contextmanager
    def _here(self) -> Iterator[None]:
        """The environment of the function, at the queue's time."""
        if self._clients is None:
            self._clients = self.wire.clients()
        clients = self._clients
        entry.environment.cache_clear()
        with (
            mock.patch.dict(os.environ, {**variables(self.wire.account), **self.settings}),
            mock.patch("permission_guard.connections.Clients", return_value=clients),
            mock.patch("permission_guard.connections.SWEEP_RATE", 1_000_000.0),
            mock.patch.object(entry, "datetime", _clock(self.now)),
        ):
            yield
        entry.environment.cache_clear()


def variables(account: Account) -> dict[str, str]:
    """The variables that the template sets."""
    url = f"https://sqs.{account.region}.amazonaws.com/{account.account}"
    return {
        "GUARD_ROLE_ARN": GUARD_ROLE,
        "JOURNAL_TABLE": TABLE,
        "ALERTS_TOPIC_ARN": f"arn:{account.partition}:sns:{account.region}:{account.account}:alerts",
        "EVENTS_QUEUE_URL": f"{url}/events",
        "SWEEP_TASKS_QUEUE_URL": f"{url}/sweep-tasks",
    }


def handle(event: object, context: object) -> Json:
    """Call the handler."""
    called: Any = entry.handler
    answer: Json = called(event, context)
    return answer


def _clock(now: float) -> Any:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromtimestamp(now, tz)

    return Clock


def at(event: Json, moment: float) -> Json:
    """An event as if its call had been made then."""
    reported = json.loads(json.dumps(event))
    reported["detail"]["eventTime"] = datetime.fromtimestamp(moment, UTC).isoformat()
    assert isinstance(reported, dict)
    return reported


def scheduled(account: str, region: str) -> Json:
    """What a schedule sends."""
    return {
        "version": "0",
        "id": "5f1c2f4a-9d0e-4a7b-8c36-2b1d0e9f7a64",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "region": region,
        "time": "2026-11-20T03:00:00Z",
        "resources": [],
        "detail": {},
    }
