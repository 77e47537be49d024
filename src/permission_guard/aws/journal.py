"""The journal in DynamoDB: one item for each fault, always written with a condition, and the waiting alerts.

`entry` is the whole entry as JSON; `state`, `rule` and `last_seen` repeat parts of it for readers of the table, `version` is
what a write depends on, `expires` when DynamoDB may delete it.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from permission_guard.alerts.rendered import NOTICE
from permission_guard.aws.dynamodb import ALERTS, DAMAGED, DIGEST, NO_ENTRIES, SEEN, Put, Table
from permission_guard.events.record import BadEvent, Record
from permission_guard.journal.entry import Entry, WaitingAlert, kept_until
from permission_guard.journal.entry_json import EntryError, as_kept, entry_of, written
from permission_guard.model.finding import Severity
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater, StoredHistory
from permission_guard.settings import RETENTION

PERMISSIONS = ("dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
"""The rights that this module's calls need: TransactWriteItems has none of its own, but needs those of what is in it
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""

_SENT: Final = "digest"
DIGEST_PAUSE: Final = timedelta(minutes=5)
"""Between two digests that are sent out of turn."""
_COUNTED_FOR: Final = timedelta(days=1)


class DynamoJournal:
    """Implements `ports.Journal`."""

    def __init__(self, table: Table, *, sets_aside: bool = False) -> None:
        """`sets_aside` is whether an item that cannot be read is set aside; for a person who only reads, it is an error."""
        self._table = table
        self._sets_aside = sets_aside

    def of(self, subject: str) -> StoredHistory:
        """Query: every entry about a subject, in the order of their faults.

        An item that cannot be read is set aside and counts as absent; the next digest reports it. Without `sets_aside` it is
        Refused.
        """
        entries: list[Entry] = []
        seen: Record | None = None
        for item in self._table.query(subject):
            if item.inner_or_empty("fault").text_or("S") == SEEN:
                seen = item
            elif is_entry(item):
                try:
                    entries.append(read_entry(item))
                except Refused as error:
                    if not self._sets_aside:
                        raise
                    self._set_aside(item, str(error))
        return StoredHistory(tuple(entries), digests(seen, "statements"), digests(seen, "versions"))

    def _set_aside(self, item: Record, problem: str) -> None:
        """Keep an item under another sort key, and report it. Interrupted, both are done again."""
        subject, fault = _key(item, "subject"), _key(item, "fault")
        kept = {**item.body, "fault": {"S": f"{DAMAGED}{fault}"}}
        text = (
            f"An item of the guard's journal cannot be read: {problem}.\n"
            f'It was set aside as "{DAMAGED}{fault}". Its content is lost: '
            "a repair that it prevented may be made again."
        )
        alert = WaitingAlert(
            id=f"damaged#{subject}#{fault}",
            severity=Severity.HIGH,
            subject=f"[HIGH] Journal item set aside: {subject}",
            mail=text,
            body=json.dumps({"schema": NOTICE, "subject": subject, "text": text}),
        )
        self._table.write([Put(kept), _put_alert(alert)])
        self._table.delete(subject, fault)

    def all(self) -> tuple[Entry, ...]:
        """Scan: every entry of the table, for a person who asks."""
        return tuple(read_entry(item) for item in self._table.scan() if is_entry(item))

    def write(self, entries: tuple[Entry, ...], waiting: tuple[WaitingAlert, ...] = ()) -> tuple[Entry, ...]:
        """Write entries and waiting alerts, all or none as far as one transaction holds them."""
        following = tuple(as_kept(replace(entry, version=entry.version + 1)) for entry in entries)
        self._table.write([*map(_put, following), *map(_put_alert, waiting)])
        return following

    def write_and_count(
        self, entries: tuple[Entry, ...], now: datetime
    ) -> tuple[tuple[Entry, ...], int | None]:
        """Write entries, and count an alert at the same time."""
        with ThreadPoolExecutor(1) as pool:
            counting = pool.submit(self.count_alert, now)
            following = self.write(entries)
        return following, counting.result()

    def count_alert(self, now: datetime) -> int | None:
        """UpdateItem: count one more in this hour. None if that fails: then the alert is sent."""
        expires = {"N": str(int((now + _COUNTED_FOR).timestamp()))}
        try:
            item = self._table.update(
                ALERTS,
                f"{now:%Y-%m-%dT%H}",
                "ADD sent :one SET expires = :expires",
                ExpressionAttributeValues={":one": {"N": "1"}, ":expires": expires},
            )
            return item.inner("sent").whole("N")
        except (BadEvent, RetryLater, Refused, ChangedMeanwhile):
            return None

    def may_send_digest(self, now: datetime) -> bool:
        """UpdateItem with the condition that none was sent within five minutes."""
        values = {
            ":now": {"S": now.isoformat()},
            ":before": {"S": (now - DIGEST_PAUSE).isoformat()},
        }
        try:
            self._table.update(
                ALERTS,
                _SENT,
                "SET sent_at = :now",
                ConditionExpression="attribute_not_exists(sent_at) OR sent_at <= :before",
                ExpressionAttributeValues=values,
            )
        except (RetryLater, Refused, ChangedMeanwhile):
            return False
        return True

    def waiting(self) -> tuple[WaitingAlert, ...]:
        """Query: the alerts that wait. One that cannot be read is reported as such."""
        return tuple(map(_alert, self._table.query(DIGEST)))

    def remove(self, alerts: tuple[WaitingAlert, ...]) -> None:
        """DeleteItem, for each."""
        for alert in alerts:
            self._table.delete(DIGEST, alert.id)


def _put(entry: Entry) -> Put:
    until = kept_until(entry, RETENTION)
    expires = {"expires": {"N": str(int(until.timestamp()))}} if until else {}
    return Put(
        {
            "subject": {"S": entry.subject},
            "fault": {"S": entry.fault},
            "version": {"N": str(entry.version)},
            "state": {"S": entry.state.value},
            "rule": {"S": entry.finding.concern.value},
            "last_seen": {"S": entry.last_seen.isoformat()},
            "entry": {"S": written(entry)},
            **expires,
        },
        entry.version - 1,
    )


def _put_alert(alert: WaitingAlert) -> Put:
    return Put(
        {
            "subject": {"S": DIGEST},
            "fault": {"S": alert.id},
            "severity": {"S": alert.severity.name},
            "title": {"S": alert.subject},
            "mail": {"S": alert.mail},
            "body": {"S": alert.body},
        }
    )


def _alert(item: Record) -> WaitingAlert:
    """Read a waiting alert. A damaged one counts as severe, and is shown as far as it can be read."""
    severity = item.inner_or_empty("severity").text_or("S")
    return WaitingAlert(
        id=item.inner("fault").text("S"),
        severity=Severity.__members__.get(severity, Severity.CRITICAL),
        subject=item.inner_or_empty("title").text_or("S", "an alert that cannot be read"),
        mail=item.inner_or_empty("mail").text_or("S"),
        body=item.inner_or_empty("body").text_or("S", "{}"),
    )


def digests(item: Record | None, name: str) -> frozenset[str] | None:
    """Return a set of digests, or None if there is none. A damaged one counts as none, so nothing is new."""
    found = item.inner_or_empty(name).body.get("SS") if item is not None else None
    return frozenset(one for one in found if one) if isinstance(found, list) else None


def is_entry(item: Record) -> bool:
    """Return whether an item is an entry."""
    return _key(item, "subject") not in NO_ENTRIES and not _key(item, "fault").startswith("~")


def read_entry(item: Record) -> Entry:
    """Read an item of an entry. Raises Refused, which names the field that cannot be read."""
    try:
        entry = entry_of(item.inner("entry").text("S"))
        version = item.inner("version").whole("N")
    except (EntryError, BadEvent) as error:
        raise _unreadable(item, str(error)) from error
    if entry.version != version:
        raise _unreadable(item, f"item.version is {version}, and entry.version {entry.version}")
    for name, value in (("subject", entry.subject), ("fault", entry.fault)):
        if _key(item, name) != value:
            raise _unreadable(item, f"entry.{name} is another: {value}")
    return entry


def _key(item: Record, name: str) -> str:
    return item.inner(name).text("S")


def _unreadable(item: Record, problem: str) -> Refused:
    where = f"{_key(item, 'fault')} of {_key(item, 'subject')}"
    return Refused("EntryUnreadable", f"in the journal's item {where}, {problem}")
