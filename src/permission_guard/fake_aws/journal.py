"""The journal in memory, with the same conditions on every write as the table has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.contents import ApiError
from permission_guard.fake_aws.translated import translated
from permission_guard.journal.entry import Entry, WaitingAlert
from permission_guard.journal.entry_json import entry_of, written
from permission_guard.ports import StoredHistory


@dataclass(slots=True)
class FakeJournal:
    """Keeps entries in memory, as they read once they have been written down.

    Its calls are among the account's, so that a test can make them fail.
    """

    account: Account
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    seen: dict[str, tuple[frozenset[str], frozenset[str] | None]] = field(default_factory=dict)
    alerts: dict[str, WaitingAlert] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    digest_at: datetime | None = None

    def of(self, subject: str) -> StoredHistory:
        """Query: every entry about a subject, in the order of their faults."""
        with translated(), self.account.call("Query"):
            found = (entry for (about, _), entry in sorted(self.entries.items()) if about == subject)
            return StoredHistory(tuple(found), *self.seen.get(subject, (None, None)))

    def write(self, entries: tuple[Entry, ...], waiting: tuple[WaitingAlert, ...] = ()) -> tuple[Entry, ...]:
        """Write all of the entries and alerts, or none."""
        if not entries and not waiting:
            return ()
        with translated(), self.account.call("TransactWriteItems"):
            if len({(entry.subject, entry.fault) for entry in entries}) < len(entries):
                raise ApiError(
                    "ValidationException",
                    "Transaction request cannot include multiple operations on one item",
                )
            for entry in entries:
                stored = self.entries.get((entry.subject, entry.fault))
                if (stored.version if stored else 0) != entry.version:
                    raise ApiError("ConditionalCheckFailedException", "The conditional request failed")
            texts = [written(replace(entry, version=entry.version + 1)) for entry in entries]
            kept = tuple(map(entry_of, texts))
            self.entries |= {(entry.subject, entry.fault): entry for entry in kept}
            self.alerts |= {alert.id: alert for alert in waiting}
            return kept

    def write_and_count(
        self, entries: tuple[Entry, ...], now: datetime
    ) -> tuple[tuple[Entry, ...], int | None]:
        """Write entries, and count an alert."""
        kept = self.write(entries)
        return kept, self.count_alert(now)

    def count_alert(self, now: datetime) -> int | None:
        """Count an alert of this hour."""
        hour = f"{now:%Y-%m-%dT%H}"
        try:
            with self.account.call("UpdateItem"):
                self.counts[hour] = self.counts.get(hour, 0) + 1
                return self.counts[hour]
        except ApiError:
            return None

    def may_send_digest(self, now: datetime) -> bool:
        """Return whether five minutes have passed since the last."""
        try:
            with self.account.call("UpdateItem"):
                if self.digest_at is not None and now - self.digest_at < timedelta(minutes=5):
                    return False
                self.digest_at = now
                return True
        except ApiError:
            return False

    def waiting(self) -> tuple[WaitingAlert, ...]:
        """Return the alerts that wait."""
        with translated(), self.account.call("Query"):
            return tuple(self.alerts.values())

    def remove(self, alerts: tuple[WaitingAlert, ...]) -> None:
        """Remove alerts that were sent."""
        for alert in alerts:
            with translated(), self.account.call("DeleteItem"):
                self.alerts.pop(alert.id, None)

    def all(self) -> tuple[Entry, ...]:
        """Return every entry, in the order of their subjects and faults."""
        with translated(), self.account.call("Scan"):
            return tuple(entry for _, entry in sorted(self.entries.items()))
