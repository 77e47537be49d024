"""The emulator does what its launcher promises, and nothing of it outlives the block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError

from tests.embedded.clients import Clients, Credentials, administrator, clients_of
from tests.embedded.emulator import ACCOUNT, REGION, Emulator, running_emulator
from tests.embedded.people import LOGGING_POLICY, package

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
QUEUE = f"http://sqs.{REGION}.localhost/{ACCOUNT}/mine"


@dataclass(frozen=True)
class Right:
    """What a role may do, a call that it allows, and one that it does not."""

    action: str
    allowed: Callable[[Clients], object]
    refused: Callable[[Clients], object]
    resource: str = "*"
    condition: dict[str, dict[str, str]] = field(default_factory=dict)


def make(clients: Clients, name: str) -> object:
    return clients.functions.create_function(
        FunctionName=name,
        Role=f"arn:aws:iam::{ACCOUNT}:role/limited",
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": package()},
    )


RIGHTS = {
    "to attach one policy": Right(
        "iam:AttachRolePolicy",
        lambda it: it.iam.attach_role_policy(RoleName="limited", PolicyArn=LOGGING_POLICY),
        lambda it: it.iam.attach_role_policy(RoleName="limited", PolicyArn=ADMINISTRATOR),
        condition={"ArnEquals": {"iam:PolicyARN": LOGGING_POLICY}},
    ),
    "to see the targets of one rule": Right(
        "events:ListTargetsByRule",
        lambda it: it.events.list_targets_by_rule(Rule="mine"),
        lambda it: it.events.list_targets_by_rule(Rule="mine", EventBusName="shop"),
        f"arn:aws:events:{REGION}:{ACCOUNT}:rule/mine",
    ),
    "to see the log groups": Right(
        "logs:DescribeLogGroups",
        lambda it: it.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/"),
        lambda it: it.logs.describe_log_streams(logGroupName="/aws/lambda/orders"),
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*",
    ),
    "to send to a queue": Right(
        "sqs:SendMessage",
        lambda it: it.sqs.send_message_batch(QueueUrl=QUEUE, Entries=[{"Id": "1", "MessageBody": "{}"}]),
        lambda it: it.sqs.receive_message(QueueUrl=QUEUE),
    ),
    "to make one function": Right(
        "lambda:CreateFunction",
        lambda it: make(it, "mine"),
        lambda it: make(it, "another"),
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine",
    ),
    "over TLS alone": Right(
        "iam:ListRoles",
        lambda it: it.iam.list_roles(),
        lambda it: it.iam.list_users(),
        condition={"Bool": {"aws:SecureTransport": "true"}},
    ),
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture(scope="module")
def admin(emulator: Emulator) -> Clients:
    clients = clients_of(emulator, administrator(emulator))
    clients.events.create_event_bus(Name="shop")
    for bus in ("default", "shop"):
        clients.events.put_rule(Name="mine", EventPattern='{"source": ["shop"]}', EventBusName=bus)
    clients.sqs.create_queue(QueueName="mine")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    clients.iam.create_role(RoleName="limited", AssumeRolePolicyDocument=document(trust))
    return clients


def document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize("right", RIGHTS.values(), ids=RIGHTS)
def test_a_right_allows_what_it_does_on_aws_and_nothing_else(
    right: Right, emulator: Emulator, admin: Clients
) -> None:
    statement = {"Effect": "Allow", "Action": right.action, "Resource": right.resource}
    only = document({**statement, "Condition": right.condition})
    admin.iam.put_role_policy(RoleName="limited", PolicyName="only", PolicyDocument=only)
    role = f"arn:aws:iam::{ACCOUNT}:role/limited"
    given = admin.sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    limited = clients_of(emulator, credentials)

    right.allowed(limited)
    with pytest.raises(ClientError, match="AccessDenied"):
        right.refused(limited)


def test_a_schedule_sends_to_the_targets_of_its_own_rule_if_the_queue_lets_it(admin: Clients) -> None:
    found = {}
    for name in ("open", "closed"):
        rule = admin.events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")["RuleArn"]
        url = admin.sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
        }
        which = {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/open"}}
        policy = document({**allow, "Resource": queue, "Condition": which})
        admin.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        admin.events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue}])
        kind = "Scheduled Event"
        answer = admin.events.put_events(
            Entries=[{"Source": "aws.events", "DetailType": kind, "Detail": "{}", "Resources": [rule]}]
        )
        assert answer["FailedEntryCount"] == 0
        found[name] = len(admin.sqs.receive_message(QueueUrl=url).get("Messages", []))

    assert found == {"open": 1, "closed": 0}
