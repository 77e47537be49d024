"""Where the alerts arrive: an SQS queue that subscribes to the stack's topic, as an operator's tool would."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.embedded.alert import Alert, AlertFinding, alert_of

if TYPE_CHECKING:
    from tests.embedded.clients import Clients

NAME = "alerts-inbox"
PATIENCE_SECONDS = 20


@dataclass(slots=True)
class Inbox:
    """The queue, and every alert that it has received so far."""

    clients: Clients
    url: str
    subscription_arn: str
    received: list[Alert] = field(default_factory=list)

    def wait_for(self, function: str, rule: str) -> Alert | None:
        """The next alert about this function (by name) that tells of this rule; None if none comes."""
        seen = len(self.received)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            self.collect(wait_seconds=1)
            for alert in self.received[seen:]:
                if alert.function_name == function and alert.finding(rule):
                    return alert
        return None

    def collect(self, wait_seconds: int = 0) -> None:
        """Take all that lies in the queue, waiting at most so long for the first message."""
        while messages := self.clients.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds
        ).get("Messages"):
            wait_seconds = 0
            for message in messages:
                self.received.append(alert_of(message["Body"]))
                self.clients.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def repair_of(self, function: str, sid: str) -> AlertFinding | None:
        """What was told last of a repair of this statement."""
        told = [
            finding
            for alert in self.received
            if alert.function_name == function
            for finding in alert.findings
            if finding.undo and f"bound {sid} " in finding.what
        ]
        return told[-1] if told else None

    def close(self) -> None:
        """Unsubscribe, and delete the queue."""
        self.clients.sns.unsubscribe(SubscriptionArn=self.subscription_arn)
        self.clients.sqs.delete_queue(QueueUrl=self.url)


def open_inbox(clients: Clients, topic_arn: str) -> Inbox:
    """Make the queue, let only this topic send to it, and subscribe it."""
    url = clients.sqs.create_queue(QueueName=NAME)["QueueUrl"]
    attributes = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": attributes["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription_arn = clients.sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=attributes["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Inbox(clients, url, subscription_arn)
