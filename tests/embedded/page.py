"""What the person in front of the terminal sees: the progress, the table, and the account before and after."""

from __future__ import annotations

import re
import textwrap
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.embedded.emulator import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.embedded.story import Ending

WIDTH = 110


@dataclass(slots=True)
class Page:
    """A page on a terminal; `plain` leaves out colour, motion and times, so that two runs read the same."""

    plain: bool
    console: Console = field(init=False)
    began: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Find out what the terminal can do."""
        self.console = Console(highlight=False)
        if self.plain or not self.console.is_terminal:
            self.console = Console(highlight=False, force_terminal=False, no_color=True, width=WIDTH)

    def head(self, title: str) -> None:
        """A heading."""
        self.console.print(f"\n[bold]{escape(title)}[/bold]")

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Something that takes a moment: moving while it lasts, ticked when it is done, crossed if it fails."""
        began = time.monotonic()
        try:
            if self.console.is_terminal:
                with self.console.status(escape(doing)):
                    yield
            else:
                yield
        except BaseException:
            self._tick(doing, began, good=False)
            raise
        self._tick(doing, began, good=True)

    def ended(self, ending: Ending) -> None:
        """One fault has come to its end."""
        if ending.wrong:
            self.console.print(f"  [red]✗[/red] {escape(ending.fault.title)}: {escape(ending.wrong)}")

    def table(self, endings: list[Ending]) -> None:
        """Fault, proof, repair, alert."""
        table = Table(box=box.ROUNDED, show_lines=True, expand=self.plain or self.console.width < WIDTH)
        for title, share in (("fault", 3), ("proof", 5), ("repair", 4), ("alert received", 4)):
            table.add_column(title, ratio=share, overflow="fold")
        for ending in endings:
            told, alert = ending.told, ending.alert
            table.add_row(
                escape(ending.fault.title),
                escape(_short(told.proof) if told else "-"),
                escape(_short(_repair(ending))),
                f"{_mark(good=alert is not None)} {escape(alert.subject if alert else 'none')}",
            )
        self.console.print(table)

    def before_and_after(self, endings: list[Ending]) -> None:
        """What the account says, read back through its own API."""
        for ending in endings:
            self.console.print(f"  {_mark(good=not ending.wrong)} {escape(ending.fault.title)}")
            self._pair("before", ending.before)
            self._pair("after", ending.after)
            self._pair("alert", ending.alert.subject if ending.alert else "none")

    def say(self, sentence: str, *, good: bool = True) -> None:
        """One line, ticked or crossed."""
        self.console.print(f"  {_mark(good=good)} {escape(sentence)}", soft_wrap=True)

    def close(self, sentence: str, *, good: bool) -> None:
        """The last line."""
        took = "" if self.plain else f" ({time.monotonic() - self.began:.0f} s)"
        colour = "green" if good else "red"
        self.console.print(f"\n[bold {colour}]{escape(sentence)}[/bold {colour}]{took}\n")

    def _pair(self, name: str, text: str) -> None:
        lines = textwrap.wrap(text, WIDTH - 14) or ["-"]
        for label, line in zip([name, *[""] * len(lines)], lines, strict=False):
            self.console.print(f"      {label:<7} {escape(line)}", soft_wrap=True)

    def _tick(self, done: str, began: float, *, good: bool) -> None:
        took = "" if self.plain else f" [dim]{time.monotonic() - began:.1f} s[/dim]"
        self.console.print(f"  {_mark(good=good)} {escape(done)}{took}", soft_wrap=True)


def _short(text: str) -> str:
    """ARNs of this very account without what is the same in all of them."""
    return re.sub(rf"arn:aws:[a-z]+:(?:{REGION})?:{ACCOUNT}:", "", text)


def _mark(*, good: bool) -> str:
    return "[green]✓[/green]" if good else "[red]✗[/red]"


def _repair(ending: Ending) -> str:
    if not ending.told:
        return "-"
    if ending.told.outcome == "TOLD":
        return f"none, only told: {ending.told.what}"
    return f"{ending.told.outcome.lower().replace('_', ' ')}: {ending.told.what}"
