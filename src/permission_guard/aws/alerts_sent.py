"""How many alerts the account has asked for in each hour, in the journal's table: an item for an hour, under a subject of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from permission_guard.account_budget import AlertCount, hour_of
from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.journal import ALERTS_SENT
from permission_guard.record import Record

PERMISSIONS: Final = ("dynamodb:UpdateItem",)
"""The rights that this module's calls need."""

_KEPT: Final = timedelta(days=1)


class DynamoAlertCounter:
    """Counts in a table: every environment adds to the same item, and none is lost."""

    def __init__(self, clients: Clients, table_name: str) -> None:
        self._clients = clients
        self._table_name = table_name

    def add(self, now: datetime) -> AlertCount:
        """UpdateItem: one more in this hour. Raises TryAgain and Refused."""
        with translated():
            answer = self._clients.dynamodb.update_item(
                TableName=self._table_name,
                Key=_key(now),
                UpdateExpression="ADD asked :one SET expires = :expires",
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":expires": {"N": str(int((now + _KEPT).timestamp()))},
                },
                ReturnValues="ALL_NEW",
            )
        found = Record.of(answer, "answer").inner("Attributes")
        return AlertCount(int(found.inner("asked").text("N")), found.inner_or_empty("said").flag("BOOL"))

    def say(self, now: datetime) -> None:
        """UpdateItem: somebody was told. Raises TryAgain and Refused."""
        with translated():
            self._clients.dynamodb.update_item(
                TableName=self._table_name,
                Key=_key(now),
                UpdateExpression="SET said = :yes",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
            )


def _key(now: datetime) -> dict[str, dict[str, str]]:
    return {"subject": {"S": ALERTS_SENT}, "fault": {"S": hour_of(now)}}
