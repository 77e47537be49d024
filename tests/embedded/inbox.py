"""Where the alerts arrive: an SQS queue that subscribes to the stack's topic, as an operator's tool would.

An alert is read as a machine reads it: the JSON that reached the queue, and nothing that the guard knows beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.embedded.clients import Clients

ALERT, DIGEST = "permission-guard/alert/3", "permission-guard/digest/1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as it was reported."""

    function: str
    rule: str
    verdict: str
    proof: str
    outcome: str
    what: str
    entry: str | None
    """What the journal knows it by."""
    undo: str | None
    """The command that undoes the repair."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message: an alert, or a digest of several."""

    subject: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Inbox:
    """The queue, and every alert that it has received so far."""

    clients: Clients
    url: str
    subscription_arn: str
    received: list[Alert] = field(default_factory=list)

    def collect(self) -> None:
        """Take all that lies in the queue."""
        while messages := self.clients.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.received.append(alert_of(message["Body"]))
                self.clients.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def close(self) -> None:
        """Unsubscribe, and delete the queue."""
        self.clients.sns.unsubscribe(SubscriptionArn=self.subscription_arn)
        self.clients.sqs.delete_queue(QueueUrl=self.url)


def open_inbox(clients: Clients, topic_arn: str) -> Inbox:
    """Make the queue, let only this topic send to it, and subscribe it."""
    url = clients.sqs.create_queue(QueueName="alerts-inbox")["QueueUrl"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = clients.sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )
    return Inbox(clients, url, subscription["SubscriptionArn"])


def alert_of(body: str) -> Alert:
    """Read a message; raises KeyError or ValueError if it is not what was agreed on."""
    message: dict[str, Any] = json.loads(body)
    if message["schema"] not in {ALERT, DIGEST}:
        raise ValueError(f"neither an alert nor a digest: {message['schema']}")
    alerts = message["alerts"] if message["schema"] == DIGEST else [message]
    return Alert(message["subject"], tuple(finding for alert in alerts for finding in _findings(alert)))


def _findings(alert: dict[str, Any]) -> Iterator[Finding]:
    for one in alert["findings"]:
        yield Finding(
            function=alert["function"].split(":")[6],
            rule=one["rule"],
            verdict=one["verdict"],
            proof=one["proof"]["sentence"],
            outcome=one["action"]["outcome"],
            what=one["action"]["what"],
            entry=one["entry"],
            undo=one["undo"],
        )
