"""Sends alerts to the SNS topics."""

from __future__ import annotations

from permission_guard.alerts import message, subject, worst_ending
from permission_guard.alerts.digest import Digest
from permission_guard.alerts.report import Report
from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.model.finding import Verdict

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

    `central` is the organization's topic, which receives the same; empty if there is none. Each call raises RetryLater or Refused
    if one of the topics does not accept the message.
    """

    def __init__(self, clients: Clients, topic_arn: str, central: str = "") -> None:
        self._clients = clients
        self._topics = (topic_arn, central) if central else (topic_arn,)

    def send(self, report: Report) -> None:
        """Publish a report."""
        self._publish(subject(report), message(report), attributes(report))

    def send_digest(self, digest: Digest) -> None:
        """Publish a digest."""
        given = {
            "severity": digest.severity.name,
            "outcome": "DIGEST",
            "account": digest.account,
            "region": digest.region,
        }
        self._publish(digest.subject, digest.message, given)

    def _publish(self, title: str, text: str, given: dict[str, str]) -> None:
        for topic in self._topics:
            with translated():
                # A Region's endpoint knows only the topics of that Region.
                self._clients.in_region(topic.split(":")[3]).sns.publish(
                    TopicArn=topic,
                    Subject=title,
                    MessageStructure="json",
                    Message=text,
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value} for name, value in given.items()
                    },
                )


def attributes(report: Report) -> dict[str, str]:
    """Return the message attributes, by which a subscription can filter."""
    return {
        "severity": report.severity.name,
        "verdict": Verdict(report.verdict).value,
        "rule": report.lines[0].finding.rule,
        "outcome": worst_ending(report).value,
        "account": report.facts.arn.account,
        "region": report.facts.arn.region,
    }
