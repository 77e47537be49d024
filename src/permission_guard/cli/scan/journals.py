"""The guard's journal in a region, or what takes its place where there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from permission_guard.aws import login
from permission_guard.aws.accounts import Region
from permission_guard.aws.journal import DynamoJournal
from permission_guard.cli.scan.options import Options
from permission_guard.journal.entry import Entry
from permission_guard.ports import Journal


@dataclass(frozen=True, slots=True)
class Found:
    """A journal, and whether it outlasts the scan."""

    journal: Journal
    is_kept: bool


class Forgetful:
    """Keeps nothing: no repair that stands here can be undone."""

    def of(self, _subject: str) -> tuple[Entry, ...]:
        """Return nothing."""
        return ()

    def write(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Return the entries as they would stand there."""
        return tuple(replace(entry, version=entry.version + 1) for entry in entries)


def journal_of(region: Region, options: Options) -> Found:
    """Find the journal by the guard's stack. Raises Refused if that may not be looked at, and TryAgain."""
    try:
        table = options.table or login.table_of(region.clients, options.stack_name)
    except login.NoTable:
        return Found(Forgetful(), is_kept=False)
    return Found(DynamoJournal(region.clients, table), is_kept=True)
