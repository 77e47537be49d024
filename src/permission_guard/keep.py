"""Keeping the journal while one event is dealt with: what is read from it, and what is written into it when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from permission_guard.journal.book import EMPTY, Book
from permission_guard.journal.entry import Entry
from permission_guard.ports import ChangedMeanwhile, Journal, Refused, TryAgain

_ATTEMPTS: Final = 3
"""How often a note is written again because another run wrote about the same fault."""


@dataclass(slots=True)
class Keeper:
    """The journal's pages about one subject, as they were last read or written."""

    journal: Journal
    subject: str
    book: Book = EMPTY

    def read(self) -> None:
        """Read the pages. Raises TryAgain; a journal that refuses is a closed book."""
        try:
            self.book = Book(self.journal.of(self.subject))
        except Refused as error:
            self.book = Book(closed=str(error))

    def write(self, entries: tuple[Entry, ...]) -> None:
        """Write before something is done. Raises ChangedMeanwhile, Refused and TryAgain: then it must not be done."""
        if entries:
            written = self.journal.write(entries)
            self.book = self.book.with_entries(tuple(one for one in written if one.subject == self.subject))

    def note(self, entries: Callable[[Book], tuple[Entry, ...]]) -> None:
        """Write what has happened, upon whatever another run has written meanwhile. Raises TryAgain.

        Into a closed book nothing is written: what stands in it cannot be known.
        """
        for _ in range(_ATTEMPTS):
            if self.book.closed is not None:
                return
            try:
                self.write(entries(self.book))
            except ChangedMeanwhile:
                self.read()
            except Refused as error:
                # What has happened has happened: it is told each time, since nobody can remember that it was.
                self.book = Book(closed=str(error))
                return
            else:
                return
        raise TryAgain(f"the journal's entries about {self.subject} change faster than they can be written")
