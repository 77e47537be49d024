"""What is remembered of the functions' revisions, in the journal's table: sixteen items under a subject that no function has."""

from __future__ import annotations

from typing import Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.journal import REVISIONS, items
from permission_guard.revisions import SHARDS, Shards

PERMISSIONS: Final = ("dynamodb:Query", "dynamodb:PutItem")
"""The rights that this module's calls need."""


class DynamoRevisions:
    """Keeps the shards in a table."""

    def __init__(self, clients: Clients, table_name: str) -> None:
        self._clients = clients
        self._table_name = table_name

    def read(self) -> Shards:
        """Query: every shard; an item that is no shard is left out. Raises TryAgain and Refused."""
        call: dict[str, object] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "subject = :subject",
            "ExpressionAttributeValues": {":subject": {"S": REVISIONS}},
            "ConsistentRead": True,
        }
        found: dict[int, bytes] = {}
        for item in items(self._clients.dynamodb.query, call, "Query"):
            number = item.inner("fault").text("S")
            shard = item.inner_or_empty("revisions").body.get("B")
            if number in _NUMBERS and isinstance(shard, bytes):
                found[_NUMBERS[number]] = shard
        return found

    def write(self, shards: Shards) -> None:
        """PutItem for each shard. Raises TryAgain and Refused; then some may be written."""
        for number, shard in shards.items():
            item = {"subject": {"S": REVISIONS}, "fault": {"S": f"{number:02}"}, "revisions": {"B": shard}}
            with translated():
                self._clients.dynamodb.put_item(TableName=self._table_name, Item=item)


_NUMBERS: Final = {f"{number:02}": number for number in range(SHARDS)}
