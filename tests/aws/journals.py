"""Journals on a table in memory, and entries to write into them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
from moto import mock_aws

from permission_guard.aws.clients import Clients
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.fake_aws import Account
from permission_guard.journal.entry import WaitingAlert
from permission_guard.journal.entry_json import as_kept
from permission_guard.model.finding import Severity
from tests.aws.transport import Transport
from tests.journal.test_entry_json import ENTRY

NEW = as_kept(replace(ENTRY, version=0))
OTHER = replace(NEW, fault="fedcba9876543210")


def journal(wire: Transport | None = None) -> DynamoJournal:
    return DynamoJournal(Table((wire or Transport(Account())).clients(), "journal"))


def alert(id_: str = "2026-11-03T12:00#1", severity: Severity = Severity.HIGH) -> WaitingAlert:
    return WaitingAlert(id_, severity, "[HIGH] it", "a mail", '{"findings": []}')


@contextmanager
def motos_table() -> Iterator[Clients]:
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        dynamodb: Any = session.client("dynamodb")
        dynamodb.create_table(
            TableName="journal",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("subject", "fault")
            ],
            KeySchema=[
                {"AttributeName": "subject", "KeyType": "HASH"},
                {"AttributeName": "fault", "KeyType": "RANGE"},
            ],
        )
        dynamodb.update_time_to_live(
            TableName="journal", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )
        yield Clients(session)
