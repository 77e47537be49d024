"""What the person in front of the terminal sees: what happens, the proof, the account before and after, the alert."""

from __future__ import annotations

import re
import sys
import textwrap
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.embedded.scene import Ending

WIDTH = 110
_BOLD, _RED, _GREEN, _DIM = "1", "31", "32", "2"


@dataclass(slots=True)
class Page:
    """A page on a terminal; `plain` leaves out colour, motion and times, so that two runs read the same."""

    plain: bool
    began: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Only a terminal can show colours."""
        self.plain = self.plain or not sys.stdout.isatty()

    def head(self, title: str) -> None:
        """A heading."""
        print(f"\n{self._in(_BOLD, title)}", flush=True)

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Something that takes a moment: announced while it lasts, ticked when it is done, crossed if it fails."""
        began = time.monotonic()
        self._announce(doing)
        try:
            yield
        except BaseException:
            self._tick(doing, began, good=False)
            raise
        self._tick(doing, began, good=True)

    def part(self, doing: str, happen: Callable[[], Ending]) -> Ending:
        """A part of the story: announced while it lasts, told when it has ended."""
        began = time.monotonic()
        self._announce(doing)
        ending = happen()
        rows = (*ending.rows, *([("wrong", ending.wrong)] if ending.wrong else []))
        self._tick(ending.title, began, good=ending.wrong is None)
        width = max((len(label) for label, _ in rows), default=0)
        for label, text in rows:
            lines = textwrap.wrap(
                _short(text), WIDTH - 8 - width, break_long_words=False, break_on_hyphens=False
            ) or ["-"]
            for name, line in zip((label, *[""] * len(lines)), lines, strict=False):
                print(f"      {name:<{width}}  {line}", flush=True)
        return ending

    def close(self, sentence: str, *, good: bool) -> None:
        """The last line."""
        took = "" if self.plain else f" ({time.monotonic() - self.began:.0f} s)"
        print(f"\n{self._in(_GREEN if good else _RED, sentence)}{took}\n", flush=True)

    def _announce(self, doing: str) -> None:
        if not self.plain:
            print(f"  … {doing}"[:WIDTH], end="\r", flush=True)

    def _tick(self, done: str, began: float, *, good: bool) -> None:
        mark = self._in(_GREEN, "✓") if good else self._in(_RED, "✗")
        took = "" if self.plain else self._in(_DIM, f" {time.monotonic() - began:.1f} s")
        clear = "" if self.plain else "\x1b[K"
        print(f"{clear}  {mark} {done}{took}", flush=True)

    def _in(self, style: str, text: str) -> str:
        return text if self.plain else f"\x1b[{style}m{text}\x1b[0m"


def _short(text: str) -> str:
    """What is said without what is the same in every ARN of this account, and without the name of a log stream."""
    text = re.sub(rf"arn:aws:(?:lambda|logs|iam|sts):(?:{REGION})?:{ACCOUNT}:", "", text)
    text = text.replace(LOGGING_POLICY, LOGGING_POLICY.rpartition("/")[2])
    return re.sub(r":log-stream:\S+", "", text)
