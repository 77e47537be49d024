"""Telling: one message for machines and for mail, within SNS's limits, and never lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws

from permission_guard.alerts import notification
from permission_guard.alerts.digest import Digest, digest_of, waiting_alert
from permission_guard.aws.clients import Clients
from permission_guard.aws.sns import SnsNotifier
from permission_guard.events.trigger import EVERYTHING, Kind
from permission_guard.fake_aws import ApiError
from permission_guard.pipeline import Handled
from permission_guard.ports import Refused, RetryLater
from tests.aws.guarded import NOW, TOPIC, guarded


def test_an_alert_carries_text_json_and_attributes_to_filter_by() -> None:
    there = guarded()
    there.permission_added("s3.amazonaws.com")
    (published,) = there.wire.published
    assert (published["TopicArn"], published["MessageStructure"]) == (TOPIC, "json")
    assert published["Subject"] == "[HIGH] Fixed: orders was open to any account (111122223333, us-east-1)"
    parts = json.loads(published["Message"])
    assert json.loads(parts["default"])["schema"] == "permission-guard/alert/3"
    assert parts["email"].startswith('Added a condition to statement "it" of orders.\n')
    attributes = {name: value["StringValue"] for name, value in published["MessageAttributes"].items()}
    assert attributes == {
        "severity": "HIGH",
        "verdict": "FAIL",
        "rule": "invoke-permission-names-its-source",
        "outcome": "REPAIRED",
        "account": "111122223333",
        "region": "us-east-1",
    }


@mock_aws
def test_the_organizations_topic_in_another_region_receives_the_same_alerts_and_digests() -> None:
    clients = Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    central = clients.in_region("eu-central-1")
    topic = clients.sns.create_topic(Name="alerts")["TopicArn"]
    centre = central.sns.create_topic(Name="centre")["TopicArn"]
    inboxes = [subscribed(clients, topic), subscribed(central, centre)]
    report = guarded().permission_added("s3.amazonaws.com")
    notifier = SnsNotifier(clients, topic, centre)
    notifier.send(notification(report.alerts[0]))
    notifier.send(digested(report).notification)
    for inbox in inboxes:
        alert, digest = inbox()
        assert alert["findings"][0]["action"]["outcome"] == "REPAIRED"
        assert digest["alerts"] == [alert]


def digested(handled: Handled) -> Digest:
    """The digest of what was reported."""
    waiting = tuple(waiting_alert(one, NOW) for one in handled.alerts)
    return digest_of(waiting, "111122223333", "us-east-1", NOW)


def subscribed(clients: Clients, topic: str) -> Callable[[], list[dict[str, Any]]]:
    """Subscribe a queue to a topic; return what brings its messages."""
    queue = clients.sqs.create_queue(QueueName="inbox")["QueueUrl"]
    attributes = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["QueueArn"])

    def messages() -> list[dict[str, Any]]:
        found = clients.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        return [json.loads(json.loads(one["Body"])["Message"]) for one in found]

    return messages


def test_a_digest_carries_attributes_to_filter_by() -> None:
    there = guarded()
    report = there.permission_added("s3.amazonaws.com")
    digest = digested(report).notification
    there.guard.notifier.send(digest)
    published = there.wire.published[-1]
    assert (published["TopicArn"], published["Subject"]) == (TOPIC, digest.subject)
    assert {name: value["StringValue"] for name, value in published["MessageAttributes"].items()} == {
        "severity": "HIGH",
        "outcome": "DIGEST",
        "account": "111122223333",
        "region": "us-east-1",
    }


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("Throttling", RetryLater)])
def test_a_topic_that_does_not_take_an_alert_is_reported(code: str, kind: type[Exception]) -> None:
    there = guarded()
    report = there.permission_added("s3.amazonaws.com")
    there.wire.faults["Publish"] = ApiError(code, "no")
    with pytest.raises(kind):
        there.guard.notifier.send(notification(report.alerts[0]))


def test_a_report_that_is_too_long_is_cut_to_what_sns_takes_and_says_so() -> None:
    there = guarded()
    account = there.account
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::44445555{number:04}:root" for number in range(20)]},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
        "Condition": {"StringLike": {"aws:PrincipalTag/é\x1b": '"' * 3000}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 200}, separators=(",", ":"))
    account.functions["orders"].policies[None] = (document, "1")
    report = there.happen(Kind.POLICY_WRITTEN, arrived=EVERYTHING)
    (published,) = there.wire.published
    machine = json.loads(json.loads(published["Message"])["default"])
    assert len(report.lines) == 200
    assert len(machine["findings"]) + machine["leftOut"] == 200
    assert 0 < len(machine["findings"]) < 200
