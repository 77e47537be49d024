"""The emulator does what its launcher promises, and nothing of it outlives the block."""

import json
import socket
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.embedded.clients import Clients, Credentials, administrator, clients_of
from tests.embedded.emulator import Emulator, running_emulator
from tests.embedded.people import LOGGING_POLICY

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def admin(emulator: Emulator) -> Clients:
    return clients_of(emulator, administrator(emulator))


def as_role(emulator: Emulator, admin: Clients, name: str, statement: Mapping[str, object]) -> Clients:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{emulator.account}:root"},
        "Action": "sts:AssumeRole",
    }
    role_arn = admin.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
    admin.iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=_document(statement))
    given = admin.sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    return clients_of(
        emulator, Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    )


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_events_of_aws_itself_are_accepted(admin: Clients) -> None:
    answer = admin.events.put_events(
        Entries=[{"Source": "aws.lambda", "DetailType": "a call", "Detail": "{}"}]
    )

    assert answer["FailedEntryCount"] == 0


def test_a_right_that_is_limited_to_one_policy_attaches_that_one_and_no_other(
    emulator: Emulator, admin: Clients
) -> None:
    limited = as_role(
        emulator,
        admin,
        "limited",
        {
            "Effect": "Allow",
            "Action": "iam:AttachRolePolicy",
            "Resource": "*",
            "Condition": {"ArnEquals": {"iam:PolicyARN": LOGGING_POLICY}},
        },
    )

    limited.iam.attach_role_policy(RoleName="limited", PolicyArn=LOGGING_POLICY)
    with pytest.raises(ClientError, match="AccessDenied"):
        limited.iam.attach_role_policy(RoleName="limited", PolicyArn=ADMINISTRATOR)

    attached = admin.iam.list_attached_role_policies(RoleName="limited")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [LOGGING_POLICY]


def test_who_may_look_at_the_targets_of_one_rule_may_look_at_those_and_no_others(
    emulator: Emulator, admin: Clients
) -> None:
    admin.events.create_event_bus(Name="shop")
    admin.events.put_rule(Name="mine", EventPattern='{"source": ["shop"]}')
    admin.events.put_rule(Name="mine", EventPattern='{"source": ["shop"]}', EventBusName="shop")
    looking = as_role(
        emulator,
        admin,
        "looking",
        {
            "Effect": "Allow",
            "Action": "events:ListTargetsByRule",
            "Resource": f"arn:aws:events:{emulator.region}:{emulator.account}:rule/mine",
        },
    )

    assert looking.events.list_targets_by_rule(Rule="mine", EventBusName="default")["Targets"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        looking.events.list_targets_by_rule(Rule="mine", EventBusName="shop")
    with pytest.raises(ClientError, match="AccessDenied"):
        looking.events.list_targets_by_rule(Rule="other")


def test_a_statement_against_calls_without_tls_refuses_none(emulator: Emulator, admin: Clients) -> None:
    """The bucket that the SAM CLI makes has such a statement."""
    only_over_tls = as_role(
        emulator,
        admin,
        "careful",
        {
            "Effect": "Allow",
            "Action": "iam:ListRoles",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
    )

    assert [role["RoleName"] for role in only_over_tls.iam.list_roles()["Roles"]].count("careful") == 1


def test_nothing_listens_when_it_has_ended() -> None:
    with running_emulator() as short_lived:
        port = urlsplit(short_lived.endpoint).port or 0

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
