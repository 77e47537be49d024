"""Looking at a stack in an AWS that others wrote.

moto has neither CloudFormation nor the simulator here: those two are answered by us.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from permission_guard.aws.checkup import checkup
from permission_guard.aws.clients import Clients
from permission_guard.aws.login import Login
from permission_guard.aws.stack import FUNCTION, MAPPING, QUEUE, RULE, TABLE, TOPIC
from permission_guard.aws.sweep_records import DynamoSweepRecords
from permission_guard.aws.table import Table as JournalTable
from permission_guard.doctor.seen import EventSource, Function, LastSweep, Queue, Rule, Table, Topic, Trail
from tests.aws.transport import Response

REGION, ACCOUNT = "us-east-1", "123456789012"


@dataclass
class There:
    """A stack made by hand."""

    session: boto3.Session = field(
        default_factory=lambda: boto3.Session("testing", "testing", region_name=REGION)
    )
    parts: list[tuple[str, str, str]] = field(default_factory=list)
    topic: str = ""
    queue: str = ""

    @property
    def login(self) -> Login:
        return Login("aws", ACCOUNT, REGION, Clients(self.session))

    def answer(self, model: Any, **_: Any) -> tuple[Response, dict[str, Any]] | None:
        stack = [
            {"ResourceType": kind, "LogicalResourceId": name, "PhysicalResourceId": identity}
            for kind, name, identity in self.parts
        ]
        match model.name:
            case "DescribeStacks":
                output = {"OutputKey": "AlertsTopicArn", "OutputValue": self.topic}
                return Response(), {"Stacks": [{"Outputs": [output]}]}
            case "DescribeStackResources":
                return Response(), {"StackResources": stack}
            case "SimulatePrincipalPolicy":
                return Response(), {"EvaluationResults": []}
            case _:
                return None


def code() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("guard.py", "")
    return out.getvalue()


@pytest.fixture
def there() -> Iterator[There]:
    with mock_aws():
        made = There()
        answer: Any = made.answer  # botocore's stubs deny that a handler may answer
        made.session.events.register("before-call", answer)
        role = made.session.client("iam").create_role(RoleName="guard", AssumeRolePolicyDocument="{}")
        made.session.client("lambda").create_function(
            FunctionName="guard",
            Role=role["Role"]["Arn"],
            Runtime="python3.13",
            Handler="guard.handler",
            Code={"ZipFile": code()},
            Environment={"Variables": {"MODE": "Observe"}},
        )
        sqs, sns = made.session.client("sqs"), made.session.client("sns")
        made.queue = sqs.create_queue(QueueName="dead")["QueueUrl"]
        made.topic = sns.create_topic(Name="alerts")["TopicArn"]
        made.session.client("dynamodb").create_table(
            TableName="journal",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "subject", "AttributeType": "S"},
                {"AttributeName": "fault", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "subject", "KeyType": "HASH"},
                {"AttributeName": "fault", "KeyType": "RANGE"},
            ],
        )
        made.parts = [
            (FUNCTION, "Guard", "guard"),
            (QUEUE, "DeadLetters", made.queue),
            (TOPIC, "Alerts", made.topic),
            (TABLE, "Journal", "journal"),
        ]
        yield made


def test_what_moto_has_is_seen_as_it_is(there: There) -> None:
    session = there.session
    session.client("sns").subscribe(
        TopicArn=there.topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"
    )
    session.client("sqs").send_message(QueueUrl=there.queue, MessageBody="{}")
    queue = session.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:events"
    events = session.client("events")
    events.put_rule(Name="changes", EventPattern='{"source":["aws.lambda"]}', State="ENABLED")
    events.put_targets(Rule="changes", Targets=[{"Id": "Events", "Arn": queue_arn}])
    source = session.client("lambda").create_event_source_mapping(
        FunctionName="guard", EventSourceArn=queue_arn, BatchSize=1
    )
    records = DynamoSweepRecords(JournalTable(there.login.clients, "journal"))
    began, ended = datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC)
    sweep = records.begin("one", began)
    assert sweep is not None
    records.end(sweep, ended)
    session.client("s3").create_bucket(Bucket="trails")
    trails = session.client("cloudtrail")
    trails.create_trail(Name="management", S3BucketName="trails", IsMultiRegionTrail=True)
    trails.start_logging(Name="management")
    there.parts += [
        (RULE, "Changes", "changes"),
        (QUEUE, "Events", queue),
        (MAPPING, "GuardEvents", source["UUID"]),
    ]
    seen = checkup(there.login, "guard")
    assert seen.trails == (Trail("management", is_logging=True, takes_writes=True),)
    assert seen.rules == (Rule("changes", "ENABLED", "events", ("events",)),)
    assert seen.sources == (EventSource(source["UUID"], "events", "Enabled"),)
    assert seen.queues[0] == Queue("dead", there.queue, is_for_dead_letters=True, messages=1)
    assert seen.last_sweep == LastSweep(began, ended)
    assert seen.topics == (Topic("alerts", there.topic, 1, 0),)
    assert isinstance(seen.table, Table)
    assert (seen.table.name, seen.table.status) == ("journal", "ACTIVE")
    assert seen.table.made is not None
    function = seen.function
    assert isinstance(function, Function)
    assert (function.state, function.update, function.reserved) == ("Active", "Successful", None)
    assert function.environment == {"MODE": "Observe"}
