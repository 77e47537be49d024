"""Telling: one message for machines and for mail, within SNS's limits, and never lost."""

from __future__ import annotations

import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from permission_guard.alert import message, subject, text
from permission_guard.aws.clients import Clients
from permission_guard.aws.tell import SnsHerald, attributes
from permission_guard.ports import TryAgain
from permission_guard.trigger import EVERYTHING, Kind
from permission_guard.world import ApiError
from tests.aws.guarded import TOPIC, guarded


def test_an_alert_carries_text_json_and_attributes_to_filter_by() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    (published,) = there.wire.published
    assert (published["TopicArn"], published["MessageStructure"]) == (TOPIC, "json")
    assert published["Subject"] == "[HIGH] repaired: invoke-permission-names-its-source orders"
    parts = json.loads(published["Message"])
    assert json.loads(parts["default"])["schema"] == "permission-guard/alert/2"
    assert parts["email"].startswith("Function   arn:aws:lambda:us-east-1:111122223333:function:orders\n")
    attributes = {name: value["StringValue"] for name, value in published["MessageAttributes"].items()}
    assert attributes == {
        "severity": "HIGH",
        "verdict": "FAIL",
        "rule": "invoke-permission-names-its-source",
        "outcome": "REPAIRED",
        "account": "111122223333",
        "region": "us-east-1",
    }


def test_an_alert_that_sns_does_not_take_is_kept_in_the_dead_letter_queue() -> None:
    there = guarded()
    there.wire.faults["Publish"] = ApiError("AuthorizationError", "not authorized")
    report = there.let_in("s3.amazonaws.com")
    (kept,) = there.wire.queued
    body = json.loads(kept["MessageBody"])
    assert body["undelivered"] == "AuthorizationError: not authorized (Publish)"
    assert body["alert"]["event"]["id"] == report.trigger.event_id
    assert (body["subject"], body["mail"]) == (subject(report), text(report))
    assert body["attributes"] == attributes(report)


CENTRE = "arn:aws:sns:eu-central-1:999999999999:centre"


@mock_aws
def test_a_topic_of_another_region_is_told_the_same_there_and_what_it_does_not_take_is_kept_for_it() -> None:
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    clients = Clients(session)
    topic = clients.sns.create_topic(Name="alerts")["TopicArn"]
    centre = clients.in_region("eu-central-1").sns.create_topic(Name="centre")["TopicArn"]
    queue = clients.sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    report = guarded().let_in("s3.amazonaws.com")
    SnsHerald(clients, topic, queue, centre).tell(report)
    assert "Messages" not in clients.sqs.receive_message(QueueUrl=queue)
    SnsHerald(clients, topic, queue, CENTRE).tell(report)
    (kept,) = clients.sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(kept["Body"])["topic"] == CENTRE


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling"])
def test_an_alert_that_nobody_takes_asks_to_be_woken_again(code: str) -> None:
    there = guarded()
    there.wire.faults["Publish"] = there.wire.faults["SendMessage"] = ApiError(code, "no")
    with pytest.raises(TryAgain, match=code):
        there.let_in("s3.amazonaws.com")


def test_a_report_that_is_too_long_is_cut_to_what_sns_takes_and_says_so() -> None:
    there = guarded()
    account = there.account
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::44445555{number:04}:root" for number in range(20)]},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
        "Condition": {"StringLike": {"aws:PrincipalTag/é\x1b": '"' * 1500}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 300}, separators=(",", ":"))
    account.functions["orders"].policies[None] = (document, "1")
    report = there.happen(Kind.POLICY_WRITTEN, arrived=EVERYTHING)
    (published,) = there.wire.published
    machine = json.loads(json.loads(published["Message"])["default"])
    assert len(report.lines) == 300
    assert len(machine["findings"]) + machine["leftOut"] == 300
    assert 0 < len(machine["findings"]) < 300


def test_where_leaving_out_every_finding_is_not_enough_the_message_still_comes_to_an_end() -> None:
    there = guarded()
    report = there.let_in("s3.amazonaws.com")
    endless = replace(report, trigger=replace(report.trigger, event_id="x" * 200_000))
    machine = json.loads(json.loads(message(endless))["default"])
    assert (machine["findings"], machine["leftOut"]) == ([], 1)


@mock_aws
def test_a_real_topic_hands_the_json_to_a_queue() -> None:
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    clients = Clients(session)
    topic = clients.sns.create_topic(Name="alerts")["TopicArn"]
    queue = clients.sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    there = guarded()
    report = there.let_in("s3.amazonaws.com")
    SnsHerald(clients, topic, queue).tell(report)
    (message,) = clients.sqs.receive_message(QueueUrl=queue)["Messages"]
    alert = json.loads(json.loads(message["Body"])["Message"])
    assert alert["findings"][0]["action"]["outcome"] == "REPAIRED"
