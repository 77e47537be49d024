"""Sends alerts to the SNS topics."""

from __future__ import annotations

import json

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.ports import Notification

PERMISSIONS = (
    "sns:Publish",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
)
"""The rights that this module's calls need: whoever publishes to an encrypted topic needs kms:Decrypt and
kms:GenerateDataKey*, of which these two are the symmetric ones (sns/latest/dg/sns-key-management.html)."""


class SnsNotifier:
    """Publishes: text for mail, JSON for everything else, attributes for filter policies.

    `central` is the organization's topic, which receives the same; empty if there is none.
    """

    def __init__(self, clients: Clients, topic_arn: str, central: str = "") -> None:
        self._clients = clients
        self._topics = (topic_arn, central) if central else (topic_arn,)

    def send(self, notification: Notification) -> None:
        """Publish a message. Raises RetryLater or Refused if one of the topics does not accept it."""
        for topic in self._topics:
            with translated():
                # A Region's endpoint knows only the topics of that Region.
                self._clients.in_region(topic.split(":")[3]).sns.publish(
                    TopicArn=topic,
                    Subject=notification.subject,
                    MessageStructure="json",
                    Message=message(notification),
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value}
                        for name, value in notification.attributes.items()
                    },
                )


def message(notification: Notification) -> str:
    """Return the message for MessageStructure=json."""
    return json.dumps({"default": notification.body, "email": notification.mail, "https": notification.chat})
