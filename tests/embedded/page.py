"""What the person in front of the terminal sees: what happens, the proof, the account before and after, the alert."""

from __future__ import annotations

import re
import textwrap
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
            with self._moving(doing):
                yield
        except BaseException:
            self._tick(doing, began, good=False)
            raise
        self._tick(doing, began, good=True)

    def part(self, doing: str, happen: Callable[[], Ending]) -> Ending:
        """A part of the story: moving while it lasts, told when it has ended."""
        began = time.monotonic()
        with self._moving(doing):
            ending = happen()
        self._tell(ending, began)
        return ending

    def _tell(self, ending: Ending, began: float) -> None:
        rows = (*ending.rows, *([("wrong", ending.wrong)] if ending.wrong else []))
        self._tick(ending.title, began, good=ending.wrong is None)
        width = max((len(label) for label, _ in rows), default=0)
        for label, text in rows:
            lines = textwrap.wrap(
                _short(text), WIDTH - 8 - width, break_long_words=False, break_on_hyphens=False
            ) or ["-"]
            for name, line in zip((label, *[""] * len(lines)), lines, strict=False):
                self.console.print(f"      {name:<{width}}  {escape(line)}", soft_wrap=True)

    def say(self, sentence: str, *, good: bool = True) -> None:
        """One line, ticked or crossed."""
        self.console.print(f"  {_mark(good=good)} {escape(sentence)}", soft_wrap=True)

    def close(self, sentence: str, *, good: bool) -> None:
        """The last line."""
        took = "" if self.plain else f" ({time.monotonic() - self.began:.0f} s)"
        colour = "green" if good else "red"
        self.console.print(f"\n[bold {colour}]{escape(sentence)}[/bold {colour}]{took}\n")

    def _moving(self, doing: str) -> AbstractContextManager[object]:
        return self.console.status(escape(doing)) if self.console.is_terminal else nullcontext()

    def _tick(self, done: str, began: float, *, good: bool) -> None:
        took = "" if self.plain else f" [dim]{time.monotonic() - began:.1f} s[/dim]"
        self.console.print(f"  {_mark(good=good)} {escape(done)}{took}", soft_wrap=True)


def _short(text: str) -> str:
    """What is said without what is the same in every ARN of this account, and without the name of a log stream."""
    text = re.sub(rf"arn:aws:(?:lambda|logs|iam|sts):(?:{REGION})?:{ACCOUNT}:", "", text)
    text = text.replace(LOGGING_POLICY, LOGGING_POLICY.rpartition("/")[2])
    return re.sub(r":log-stream:\S+", "", text)


def _mark(*, good: bool) -> str:
    return "[green]✓[/green]" if good else "[red]✗[/red]"
