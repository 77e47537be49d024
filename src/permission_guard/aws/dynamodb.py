"""The journal's DynamoDB table: reads page by page, and writes with a condition.

Partition key `subject`, sort key `fault`. Beside the entries, whose subject is the ARN of a function or layer version, these
items have subjects of their own:

    digest  ID           an alert that waits for the next digest
    alerts  HOUR         how many alerts were counted in this hour; `digest` when one was last sent out of turn
    sweep   last         when the last sweep began and ended, how many tasks it sent, when one last saw every version, and when
                         the one began whose summary came last
    ARN     ~seen        when a sweep's task evaluated the function, and the statements that it has seen
    ARN     ~damaged#F   the entry F, which could not be read
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Final

from botocore.exceptions import ClientError

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import code_of, translated
from permission_guard.events.record import Record
from permission_guard.frozen import frozen
from permission_guard.ports import Refused, RetryLater

TOGETHER: Final = 100
"""Items of one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)."""
BYTES_TOGETHER: Final = 4 * 1024 * 1024
"""Bytes that they may have altogether (same page)."""
DIGEST: Final = "digest"
ALERTS: Final = "alerts"
SWEEP: Final = "sweep"
LAST: Final = "last"
SEEN: Final = "~seen"
DAMAGED: Final = "~damaged#"
NO_ENTRIES: Final = frozenset({DIGEST, ALERTS, SWEEP})
"""The subjects of items that are not entries."""

Item = Mapping[str, Mapping[str, object]]


@frozen
class Put:
    """One item to write. `upon` is the version that it replaces: 0 if there must be none, None if any."""

    item: Item
    upon: int | None = None

    def call(self, table_name: str) -> dict[str, object]:
        """Return the parameters of PutItem, and of a Put in a transaction."""
        call: dict[str, object] = {"TableName": table_name, "Item": self.item}
        if self.upon is None:
            return call
        if self.upon == 0:
            return {**call, "ConditionExpression": "attribute_not_exists(subject)"}
        return {
            **call,
            "ConditionExpression": "version = :upon",
            "ExpressionAttributeValues": {":upon": {"N": str(self.upon)}},
        }

    @property
    def size(self) -> int:
        """Bytes of the item: those of its names and its values, all of them ASCII.

        (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
        """
        return sum(len(name) + len(str(text)) for name, value in self.item.items() for text in value.values())


@frozen
class Table:
    """The table. Each call raises RetryLater, Refused or ChangedMeanwhile."""

    clients: Clients
    name: str
    failures: list[str] = field(default_factory=list)
    """The calls that failed, except those that lost to another writer."""

    @contextmanager
    def _called(self, operation: str) -> Iterator[None]:
        try:
            with translated():
                yield
        except (RetryLater, Refused):
            self.failures.append(operation)
            raise

    def query(self, subject: str) -> Iterator[Record]:
        """Query: every item with a subject, in the order of their sort keys."""
        return self._pages(
            self.clients.dynamodb.query,
            "Query",
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
        )

    def scan(self) -> Iterator[Record]:
        """Scan: every item."""
        return self._pages(self.clients.dynamodb.scan, "Scan")

    def _pages(
        self, read: Callable[..., Mapping[str, object]], name: str, **call: object
    ) -> Iterator[Record]:
        start: dict[str, object] = {}
        while True:
            with self._called(name):
                page = Record(read(TableName=self.name, ConsistentRead=True, **call, **start), name)
            items = page.body["Items"]
            for place in range(len(items)):
                yield Record.of(items[place], "item")
            if not page.has("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page.body["LastEvaluatedKey"]}

    def write(self, puts: list[Put]) -> None:
        """PutItem for one item, TransactWriteItems for several.

        What exceeds one transaction (a hundred items, or 4 MB) is written in several, each all or none.
        """
        for batch in _batches(puts):
            if len(batch) == 1:
                self._write_one(batch[0])
            else:
                with self._called("TransactWriteItems"):
                    # DynamoDB recognizes a repeated call by its token.
                    self.clients.dynamodb.transact_write_items(
                        TransactItems=[{"Put": put.call(self.name)} for put in batch],
                        ClientRequestToken=str(uuid.uuid4()),
                    )

    def _write_one(self, put: Put) -> None:
        """Write an item with an id of this call.

        If the answer is lost, botocore sends the call again and finds its own item by that id.
        """
        if put.upon is None:
            with self._called("PutItem"):
                self.clients.dynamodb.put_item(**put.call(self.name))
            return
        own = {"S": str(uuid.uuid4())}
        call = {**put.call(self.name), "Item": {**put.item, "call": own}}
        with self._called("PutItem"):
            try:
                self.clients.dynamodb.put_item(**call, ReturnValuesOnConditionCheckFailure="ALL_OLD")
            except ClientError as error:
                answer = Record(dict(error.response), "answer")
                is_ours = answer.has("Item") and answer.inner("Item").body.get("call") == own
                if code_of(error) != "ConditionalCheckFailedException" or not is_ours:
                    raise

    def update(self, subject: str, fault: str, expression: str, **call: object) -> Record:
        """UpdateItem, and return the item as it is afterwards."""
        with self._called("UpdateItem"):
            answer = self.clients.dynamodb.update_item(
                TableName=self.name,
                Key={"subject": {"S": subject}, "fault": {"S": fault}},
                UpdateExpression=expression,
                ReturnValues="ALL_NEW",
                **call,
            )
        return Record.of(answer, "answer").inner_or_empty("Attributes")

    def delete(self, subject: str, fault: str) -> None:
        """DeleteItem; no error if it is not there."""
        with self._called("DeleteItem"):
            self.clients.dynamodb.delete_item(
                TableName=self.name, Key={"subject": {"S": subject}, "fault": {"S": fault}}
            )


def _batches(puts: list[Put]) -> Iterator[list[Put]]:
    """Split what does not fit into one transaction."""
    batch: list[Put] = []
    for put in puts:
        if len(batch) == TOGETHER or sum(one.size for one in (*batch, put)) > BYTES_TOGETHER:
            yield batch
            batch = []
        batch.append(put)
    if batch:
        yield batch
