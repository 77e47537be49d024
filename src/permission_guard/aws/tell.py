"""Sending alerts: to the SNS topics, and if that is not possible into the dead-letter queue, so that none is lost."""

from __future__ import annotations

import json

from permission_guard.alert import message, subject, worst_ending
from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.finding import Verdict
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.report import Report

PERMISSIONS = (
    "sns:Publish",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "sqs:SendMessage",
)
"""The rights that this module's calls need: whoever publishes to an encrypted topic needs kms:Decrypt and
kms:GenerateDataKey*, of which these two are the symmetric ones (sns/latest/dg/sns-key-management.html)."""


class SnsHerald:
    """Publishes reports: text for mail, JSON for everything else, attributes for filter policies."""

    def __init__(
        self, clients: Clients, topic_arn: str, dead_letter_queue_url: str, central: str = ""
    ) -> None:
        """`central` is the topic of the organisation, which is told the same; empty if there is none."""
        self._clients = clients
        self._topics = (topic_arn, central) if central else (topic_arn,)
        self._dead_letter_queue_url = dead_letter_queue_url

    def tell(self, report: Report) -> None:
        """Publish a report. Raises TryAgain if neither a topic nor the queue takes it."""
        whole = message(report)
        for topic in self._topics:
            try:
                self._publish(report, whole, topic)
            except (TryAgain, Refused, ChangedMeanwhile) as failure:
                self._keep(report, whole, topic, str(failure))

    def _publish(self, report: Report, whole: str, topic: str) -> None:
        with translated():
            # The endpoint of a region knows the topics of that region alone.
            self._clients.in_region(topic.split(":")[3]).sns.publish(
                TopicArn=topic,
                Subject=subject(report),
                MessageStructure="json",
                Message=whole,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes(report).items()
                },
            )

    def _keep(self, report: Report, whole: str, topic: str, reason: str) -> None:
        """Keep an alert that could not be sent: what it tells is done, so a second run would find nothing to tell.

        All of it is kept, so that `redrive` can publish it as it was meant.
        """
        versions = json.loads(whole)
        body = json.dumps(
            {
                "undelivered": reason,
                # The stack's own is found by its output, also if the stack was made anew since.
                **({"topic": topic} if topic != self._topics[0] else {}),
                "subject": subject(report),
                "attributes": attributes(report),
                "alert": json.loads(versions["default"]),
                "mail": versions["email"],
            }
        )
        try:
            with translated():
                self._clients.sqs.send_message(QueueUrl=self._dead_letter_queue_url, MessageBody=body)
        except (TryAgain, Refused, ChangedMeanwhile) as failure:
            raise TryAgain(f"nobody could be told: {reason}; {failure}") from failure


def attributes(report: Report) -> dict[str, str]:
    """What a subscription can filter by."""
    return {
        "severity": report.severity.name,
        "verdict": Verdict(report.verdict).value,
        "rule": report.lines[0].finding.rule,
        "outcome": worst_ending(report).value,
        "account": report.facts.arn.account,
        "region": report.facts.arn.region,
    }
