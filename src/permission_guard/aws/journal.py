"""The journal in a DynamoDB table: one item for each fault, written upon a condition and never blindly.

The partition key is `subject`, the sort key `fault`. `entry` is the whole entry as JSON; `state`, `rule` and `last_seen`
repeat it for whoever looks at the table, `version` is what a write depends on, `expires` when DynamoDB may delete it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from botocore.exceptions import ClientError

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import code_of, translated
from permission_guard.journal.entry import Entry
from permission_guard.journal.lasting import kept_until
from permission_guard.journal.written import EntryError, as_kept, entry_of, written
from permission_guard.ports import Refused
from permission_guard.record import BadEvent, Record
from permission_guard.settings import RETENTION

PERMISSIONS = ("dynamodb:Query", "dynamodb:PutItem")
"""The rights that this module's calls need: TransactWriteItems has none of its own, but needs those of what is in it
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""

TOGETHER: Final = 100
"""Items of one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)."""
BYTES_TOGETHER: Final = 4 * 1024 * 1024
"""Bytes that they may have altogether (same page)."""

ALERTS_SENT: Final = "alerts-sent"
"""The subject of the counter of alerts (`aws/alerts_sent.py`), which is no entry either."""
REVISIONS: Final = "revisions"
"""The subject of what is no entry: which revisions of the functions were last seen (`revisions.py`)."""

_NO_ENTRIES: Final = frozenset({ALERTS_SENT, REVISIONS})

_Item = Mapping[str, Mapping[str, str]]


class DynamoJournal:
    """Keeps entries in a table. What it can raise is said in `ports.Journal`."""

    def __init__(self, clients: Clients, table_name: str, retention: timedelta = RETENTION) -> None:
        self._clients = clients
        self._table_name = table_name
        self._retention = retention

    def of(self, subject: str) -> tuple[Entry, ...]:
        """Query: every entry about a subject, in the order of their faults.

        An item that somebody has edited so that it cannot be read is Refused: nobody knows what it forbade.
        """
        call: dict[str, object] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "subject = :subject",
            "ExpressionAttributeValues": {":subject": {"S": subject}},
            "ConsistentRead": True,
        }
        return tuple(map(_read, items(self._clients.dynamodb.query, call, "Query")))

    def all(self) -> tuple[Entry, ...]:
        """Scan: every entry of the table, for a person who asks. The guard itself has no right to it."""
        call: dict[str, object] = {"TableName": self._table_name, "ConsistentRead": True}
        found = items(self._clients.dynamodb.scan, call, "Scan")
        return tuple(_read(item) for item in found if _key(item, "subject") not in _NO_ENTRIES)

    def write(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """PutItem for one entry, TransactWriteItems for several.

        More than a transaction holds (a hundred entries, or 4 MB) are written in several: then all or none holds within
        each of them.
        """
        following = tuple(as_kept(replace(entry, version=entry.version + 1)) for entry in entries)
        for puts in _batches([self._put(entry) for entry in following]):
            if len(puts) == 1:
                self._write_one(puts[0])
            else:
                self._write_all(puts)
        return following

    def _put(self, entry: Entry) -> _Put:
        until = kept_until(entry, self._retention)
        expires = {"expires": {"N": str(int(until.timestamp()))}} if until else {}
        return _Put(
            self._table_name,
            {
                "subject": {"S": entry.subject},
                "fault": {"S": entry.fault},
                "version": {"N": str(entry.version)},
                "state": {"S": entry.state.value},
                "rule": {"S": entry.finding.rule},
                "last_seen": {"S": entry.last_seen.isoformat()},
                "entry": {"S": written(entry)},
                **expires,
            },
            entry.version - 1,
        )

    def _write_one(self, put: _Put) -> None:
        """Write an item under a name of this call.

        If the answer is lost, botocore sends the call again and meets its own item: no other call has that name.
        """
        own = {"S": str(uuid.uuid4())}
        call = {**put.call, "Item": {**put.item, "call": own}}
        with translated():
            try:
                self._clients.dynamodb.put_item(**call, ReturnValuesOnConditionCheckFailure="ALL_OLD")
            except ClientError as error:
                answer = Record(dict(error.response), "answer")
                is_ours = answer.has("Item") and answer.inner("Item").body.get("call") == own
                if code_of(error) != "ConditionalCheckFailedException" or not is_ours:
                    raise

    def _write_all(self, puts: list[_Put]) -> None:
        """Write all of the items or none. DynamoDB itself knows a call by its token when it is sent again."""
        with translated():
            self._clients.dynamodb.transact_write_items(
                TransactItems=[{"Put": put.call} for put in puts], ClientRequestToken=str(uuid.uuid4())
            )


def items(
    read: Callable[..., Mapping[str, object]], call: Mapping[str, object], name: str
) -> Iterator[Record]:
    """Read page after page."""
    start: dict[str, object] = {}
    while True:
        with translated():
            page = Record(read(**call, **start), name)
        items = page.body["Items"]
        for place in range(len(items)):
            yield Record.of(items[place], "item")
        if not page.has("LastEvaluatedKey"):
            return
        start = {"ExclusiveStartKey": page.body["LastEvaluatedKey"]}


@dataclass(frozen=True, slots=True)
class _Put:
    """One item to be written upon the version that it was made from; 0 if there must be none."""

    table_name: str
    item: _Item
    upon: int

    @property
    def call(self) -> dict[str, object]:
        """The parameters of PutItem, and of a Put in a transaction."""
        call: dict[str, object] = {"TableName": self.table_name, "Item": self.item}
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
        return sum(len(name) + len(text) for name, value in self.item.items() for text in value.values())


def _batches(puts: list[_Put]) -> Iterator[list[_Put]]:
    """Split what does not fit into one transaction."""
    batch: list[_Put] = []
    for put in puts:
        if len(batch) == TOGETHER or sum(one.size for one in (*batch, put)) > BYTES_TOGETHER:
            yield batch
            batch = []
        batch.append(put)
    if batch:
        yield batch


def _read(item: Record) -> Entry:
    """Read an item. Raises Refused, which names the field that cannot be read."""
    try:
        entry = entry_of(item.inner("entry").text("S"))
        version = item.inner("version").whole("N")
    except (EntryError, BadEvent) as error:
        raise _unreadable(item, str(error)) from error
    if entry.version != version:
        raise _unreadable(item, f"item.version is {version}, and entry.version {entry.version}")
    for name, said in (("subject", entry.subject), ("fault", entry.fault)):
        if _key(item, name) != said:
            raise _unreadable(item, f"entry.{name} is another: {said}")
    return entry


def _key(item: Record, name: str) -> str:
    return item.inner(name).text("S")


def _unreadable(item: Record, problem: str) -> Refused:
    where = f"{_key(item, 'fault')} of {_key(item, 'subject')}"
    return Refused("EntryUnreadable", f"in the journal's item {where}, {problem}")
