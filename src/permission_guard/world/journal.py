"""The journal in memory, with the same conditions on every write as the table has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from permission_guard.journal.entry import Entry
from permission_guard.journal.written import entry_of, written
from permission_guard.world.account import Account
from permission_guard.world.resources import ApiError
from permission_guard.world.translated import translated


@dataclass(slots=True)
class WorldJournal:
    """Keeps entries in memory, as they read once they have been written down.

    Its calls are among the account's, so that a test can make them fail.
    """

    account: Account
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def of(self, subject: str) -> tuple[Entry, ...]:
        """Return every entry about a subject, in the order of their faults."""
        with translated(), self.account.call("Query"):
            found = (entry for (about, _), entry in sorted(self.entries.items()) if about == subject)
            return tuple(found)

    def write(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Write all of the entries, or none."""
        if not entries:
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
            return kept

    def all(self) -> tuple[Entry, ...]:
        """Return every entry, in the order of their subjects and faults."""
        with translated(), self.account.call("Scan"):
            return tuple(entry for _, entry in sorted(self.entries.items()))
