"""The lookups on an AWS that others wrote, where it has the service."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from permission_guard.aws.clients import Clients
from permission_guard.aws.wiring import wiring
from permission_guard.facts import FunctionFacts, NotFound, Source, Wired
from permission_guard.iam import FunctionArn
from tests.aws.transport import Response

REGION, ACCOUNT = "us-east-1", "123456789012"
FUNCTION = FunctionArn("aws", REGION, ACCOUNT, "orders")
LIVE = FUNCTION.qualified("live")


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    """An account of moto's with the function `orders` and its alias `live`."""
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name=REGION)
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", "")
        role = session.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"][
            "Arn"
        ]
        session.client("lambda").create_function(
            FunctionName="orders",
            Role=role,
            Runtime="python3.13",
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
            Publish=True,
        )
        session.client("lambda").create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
        yield session


def answered(session: boto3.Session, call: str, answer: dict[str, Any]) -> None:
    """Answer a call that moto does not have."""
    handler: Any = lambda **_: (Response(), answer)  # noqa: E731 - botocore's stubs deny that a handler may answer
    session.events.register(f"before-call.{call}", handler)


def other(session: boto3.Session, service: str) -> Any:
    """A client of a service whose stubs are not installed."""
    make: Any = session.client
    return make(service)


def found(session: boto3.Session, principal: str) -> Wired | object:
    return wiring(Clients(session), FunctionFacts(FUNCTION), principal)


def one(arn: str, target: str = LIVE) -> Wired:
    return Wired((Source(arn, ACCOUNT, target),))


def test_a_bucket_with_a_notification(session: boto3.Session) -> None:
    s3 = session.client("s3")
    for name in ("photos", "quiet"):
        s3.create_bucket(Bucket=name)
    assert isinstance(found(session, "s3.amazonaws.com"), NotFound)
    s3.put_bucket_notification_configuration(
        Bucket="photos",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [{"LambdaFunctionArn": LIVE, "Events": ["s3:ObjectCreated:*"]}]
        },
        SkipDestinationValidation=True,
    )
    assert found(session, "s3.amazonaws.com") == one("arn:aws:s3:::photos")


def test_a_rule(session: boto3.Session) -> None:
    events = session.client("events")
    for name, target in (("paid", LIVE), ("sent", f"{FUNCTION}2")):
        events.put_rule(Name=name, EventPattern='{"source":["shop"]}')
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    assert found(session, "events.amazonaws.com") == one(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/paid")


def test_a_subscription_filter(session: boto3.Session) -> None:
    answered(session, "logs.DescribeAccountPolicies", {"accountPolicies": []})
    logs = session.client("logs")
    for group in ("/quiet", "/shop"):
        logs.create_log_group(logGroupName=group)
    logs.put_subscription_filter(
        logGroupName="/shop", filterName="all", filterPattern="", destinationArn=str(FUNCTION)
    )
    assert found(session, "logs.amazonaws.com") == one(
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop:*", str(FUNCTION)
    )


def test_a_topic(session: boto3.Session) -> None:
    answered(session, "account.ListRegions", {"Regions": [{"RegionName": REGION}]})
    sns = session.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=LIVE)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="someone@example.com")
    assert found(session, "sns.amazonaws.com") == one(topic)


def test_a_target_group(session: boto3.Session) -> None:
    elb = other(session, "elbv2")
    group = elb.create_target_group(Name="shop", TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": str(FUNCTION)}])
    assert found(session, "elasticloadbalancing.amazonaws.com") == one(group, str(FUNCTION))


def test_a_receipt_rule(session: boto3.Session) -> None:
    ses = other(session, "ses")
    ses.create_receipt_rule_set(RuleSetName="mail")
    action = {"LambdaAction": {"FunctionArn": LIVE}}
    ses.create_receipt_rule(RuleSetName="mail", Rule={"Name": "sort", "Actions": [action]})
    assert found(session, "ses.amazonaws.com") == one(
        f"arn:aws:ses:{REGION}:{ACCOUNT}:receipt-rule-set/mail:receipt-rule/sort"
    )
