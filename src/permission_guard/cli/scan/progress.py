"""How far a scan is: a bar on a terminal, with rate and time left, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


class Progress(Protocol):
    """Is told of each job when it is known and when it is done."""

    def more(self) -> None:
        """One more job is known."""
        ...

    def done(self) -> None:
        """One more job is done."""
        ...


class Silent:
    """Shows nothing."""

    def more(self) -> None:
        """Show nothing."""

    def done(self) -> None:
        """Show nothing."""


@contextmanager
def shown(label: str, stream: TextIO | None, *, quiet: bool) -> Iterator[Progress]:
    """Show the progress of one region until it is done, if the stream is a terminal and rich is there."""
    if quiet or stream is None or not stream.isatty():
        yield Silent()
        return
    try:
        from rich import progress as rich  # noqa: PLC0415  # most commands do without
        from rich.console import Console  # noqa: PLC0415
    except ImportError:
        yield Silent()
        return
    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[rate]}"),
        rich.TimeRemainingColumn(compact=True),
    )
    # It goes when it is done: what was found is what stays on the screen.
    with rich.Progress(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task(label, total=0, rate="")

        class _Bar:
            def more(self) -> None:
                bar.update(task, total=(bar.tasks[0].total or 0) + 1)

            def done(self) -> None:
                speed = bar.tasks[0].speed
                bar.update(task, advance=1, rate=f"{speed:.0f}/s" if speed else "")

        yield _Bar()
