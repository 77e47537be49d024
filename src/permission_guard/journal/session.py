"""The journal during one event: what is read from it, and when it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.journal.entry import Entry, WaitingAlert, stands
from permission_guard.journal.history import EMPTY, FunctionHistory
from permission_guard.ports import ChangedMeanwhile, Journal, Refused, RetryLater

_MAX_ATTEMPTS: Final = 3
"""How often a note is written again because another run wrote about the same fault."""


@dataclass(slots=True)
class JournalSession:
    """The journal's entries about one subject, as they were last read or written."""

    journal: Journal
    subject: str
    history: FunctionHistory = EMPTY
    alerts: int | None = None
    """How many alerts this hour has with that of this run; None if it was not counted, or the journal cannot be read."""
    is_counted: bool = False
    """Whether the alert of this run has been counted."""
    noted: tuple[Entry, ...] = ()
    """What was noted in this run, even if the journal cannot be written."""

    def read(self) -> None:
        """Read the entries. Raises RetryLater. If the journal refuses to be read, the history is closed."""
        try:
            kept = self.journal.of(self.subject)
        except Refused as error:
            self.history = FunctionHistory(closed=str(error))
        else:
            self.history = FunctionHistory(kept.entries, seen=kept.seen, seen_versions=kept.seen_versions)

    def write(self, entries: tuple[Entry, ...], waiting: tuple[WaitingAlert, ...] = ()) -> None:
        """Write before a change. Raises ChangedMeanwhile, Refused and RetryLater: then the change must not be made."""
        if entries or waiting:
            self._replace(self.journal.write(entries, waiting))

    def write_before_alert(self, entries: tuple[Entry, ...], now: datetime) -> None:
        """Write before a change that will be reported, and count the alert at the same time. Raises as `write`."""
        if self.is_counted or not entries:
            self.write(entries)
            return
        written, self.alerts = self.journal.write_and_count(entries, now)
        self.is_counted = True
        self._replace(written)

    def count_alert(self, now: datetime) -> int | None:
        """Return how many alerts this hour has with that of this run, which is counted once. Raises RetryLater."""
        if not self.is_counted:
            self.alerts, self.is_counted = self.journal.count_alert(now), True
        return self.alerts

    def _replace(self, written: tuple[Entry, ...]) -> None:
        self.history = self.history.with_entries(tuple(one for one in written if one.subject == self.subject))

    def note(
        self, entries: Callable[[FunctionHistory], tuple[Entry, ...]], waiting: tuple[WaitingAlert, ...] = ()
    ) -> None:
        """Write what has happened, after reading again if another run has written meanwhile. Raises RetryLater.

        Nothing is written to a journal that cannot be read.
        """
        for _ in range(_MAX_ATTEMPTS):
            due = entries(self.history)
            try:
                if self.history.closed is None:
                    self.write(due, waiting)
            except ChangedMeanwhile:
                self.read()
                continue
            except Refused as error:
                # It is reported each time, since the journal cannot record that it was reported.
                self.history = FunctionHistory(closed=str(error))
            self.noted += due
            return
        raise RetryLater(f"the journal's entries about {self.subject} change faster than they can be written")


def noted_or_open(session: JournalSession, trigger: Trigger) -> tuple[Entry, ...]:
    """Return the entries that are shown outside the journal: those of this run, and in a sweep every other that is open.

    So a sweep makes good what was missed, and shows what a person has accepted since.
    """
    noted = {entry.fault for entry in session.noted}
    swept = session.history.entries if trigger.kind is Kind.SWEEP else ()
    return (*session.noted, *(one for one in swept if stands(one) and one.fault not in noted))
