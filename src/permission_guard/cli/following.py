"""Has the guard evaluate functions, and follows in the journal how far it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from permission_guard import PROGRAM
from permission_guard.cli.clock import Clock
from permission_guard.cli.connection import StackPlace, logged_in
from permission_guard.cli.entries import TypedName
from permission_guard.cli.errors import NotFinished, Unusable
from permission_guard.cli.rows import counted
from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.frozen import frozen
from permission_guard.iam import ArnError, FunctionArn
from permission_guard.journal.summary import SWEEP_PAUSE, LatestSweep, SweepSummary, summary_of

if TYPE_CHECKING:
    from permission_guard.aws.journal import DynamoJournal
    from permission_guard.aws.login import SessionOf
    from permission_guard.aws.queue import SqsQueue
    from permission_guard.aws.sweep_records import DynamoSweepRecords

PATIENCE: Final = timedelta(minutes=15)
"""How long nothing may change before the command gives up: a failed task is retried after 1, 2, 4 and 8 minutes."""
_PAUSE: Final = timedelta(seconds=3)
"""Between two reads of the journal at least."""
_SHARE: Final = 10
"""A pause is at least so many times as long as the read before it, so that a large journal is not read all the time."""

_Found = TypeVar("_Found")


class Show(Protocol):
    """Shows a line; one that only shows progress may be replaced by the next."""

    def __call__(self, line: str, *, is_progress: bool = False) -> None:
        """Show it."""
        ...


@frozen
class SweepSurroundings:
    """What a test replaces: AWS, and time."""

    session_of: SessionOf | None = None
    clock: Clock = Clock()


@frozen
class Begun:
    """The sweep to follow, and whether this command has started it."""

    sweep: LatestSweep
    is_ours: bool


@frozen
class Follower:
    """The guard's queue and journal, by a person's credentials."""

    what: str
    """What is asked for, in words."""
    function: FunctionArn | None
    """None for all functions."""
    queue: SqsQueue
    records: DynamoSweepRecords
    journal: DynamoJournal
    show: Show
    around: SweepSurroundings

    def send(self) -> str:
        """Send the message, and return its id. Raises Refused and RetryLater."""
        (task,) = self.queue.send(
            (SweepAll("") if self.function is None else SweepFunction(self.function, ""),)
        )
        self.show(f"Sent: {self.what}.")
        return task

    def begin(self) -> Begun:
        """Start a sweep, unless one has begun within the hour. Raises NotFinished, Refused and RetryLater."""
        before = self.records.latest()
        if before is not None and (again := self._another(before)):
            self.show(again)
            return Begun(before, is_ours=False)
        task = self.send()

        def begun() -> LatestSweep | None:
            latest = self.records.latest()
            return latest if latest and latest.id != (before.id if before else "") else None

        sweep = self._until(
            begun, f"The guard has not begun the sweep. Look for the reason: {PROGRAM} doctor"
        )
        if sweep.id == task:
            return Begun(sweep, is_ours=True)
        self.show(self._another(sweep))
        return Begun(sweep, is_ours=False)

    def _another(self, sweep: LatestSweep) -> str:
        """Say that another sweep has begun; empty if that is more than an hour ago."""
        past = max(timedelta(0), self.around.clock.now() - sweep.began)
        if past >= SWEEP_PAUSE:
            return ""
        left = (SWEEP_PAUSE - past) // timedelta(minutes=1) + 1
        return (
            f"No sweep was started: another sweep began {counted(past // timedelta(minutes=1), 'minute')} ago, and one begins at "
            f"most once an hour. Run this again in {counted(left, 'minute')}, or evaluate one function: {PROGRAM} sweep FUNCTION. "
            "This is the other sweep:"
        )

    def complete(self, sweep: LatestSweep) -> SweepSummary:
        """Follow a sweep until every function is evaluated. Raises NotFinished, Refused and RetryLater."""
        shown, since = "", self.around.clock.now()
        while True:
            start = self.around.clock.now()
            found = self._summary(sweep)
            line = (
                f"{found.functions_text.capitalize()}. {found.findings_text}"
                if found
                else "Listing the functions."
            )
            is_complete = found is not None and found.is_complete
            if line != shown or is_complete:
                self.show(line, is_progress=not is_complete)
                shown, since = line, start
            if found is not None and is_complete:
                return found
            self._wait(start, since, f"{line} {_STUCK}")

    def _summary(self, sweep: LatestSweep) -> SweepSummary | None:
        """Return what a sweep has found so far; None while it lists the functions."""
        latest = self.records.latest()
        if latest is None or latest.id != sweep.id:
            raise NotFinished("Another sweep has begun. Run the command again to follow it.")
        if latest.functions is None:
            return None
        return summary_of(latest, self.records.progress(latest), self.around.clock.now())

    def evaluated(self, function: FunctionArn) -> bool:
        """Have a function evaluated; return whether it exists. Raises NotFinished, Refused and RetryLater."""
        task = self.send()

        def done() -> bool | None:
            found = self.records.evaluated(str(function))
            return found[1] if found is not None and found[0] == task else None

        is_there = self._until(done, f"{function.name} is not evaluated yet. {_STUCK}")
        if is_there:
            self.show(f"Evaluated: {function}.")
        return is_there

    def _until(self, look: Callable[[], _Found | None], stuck: str) -> _Found:
        since = self.around.clock.now()
        while (found := look()) is None:
            self._wait(self.around.clock.now(), since, stuck)
        return found

    def _wait(self, start: datetime, since: datetime, stuck: str) -> None:
        """Pause. Raises NotFinished if nothing has changed for a long time."""
        now = self.around.clock.now()
        if now - since >= PATIENCE:
            raise NotFinished(f"Nothing has changed for {PATIENCE // timedelta(minutes=1)} minutes. {stuck}")
        self.around.clock.sleep(max(_PAUSE, _SHARE * (now - start)).total_seconds())


_STUCK: Final = 'The guard retries a function for about nine hours; its log says why ("message not handled"). Run the command again later.'


def follower(place: StackPlace, name: TypedName | None, around: SweepSurroundings, show: Show) -> Follower:
    """Connect to the guard. Raises Unusable, Refused and RetryLater."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.dynamodb import Table  # noqa: PLC0415
    from permission_guard.aws.journal import DynamoJournal  # noqa: PLC0415
    from permission_guard.aws.queue import SqsQueue  # noqa: PLC0415
    from permission_guard.aws.sweep_records import DynamoSweepRecords  # noqa: PLC0415

    caller = logged_in(place, around.session_of)
    try:
        function = FunctionArn.parse(name.at(caller)) if name else None
        stack = (caller.clients, caller.account, place.stack_name)
        url = login.output_of(*stack, login.SWEEP_TASKS_OUTPUT)
        table = Table(caller.clients, place.table or login.output_of(*stack, login.TABLE_OUTPUT))
    except login.NoOutput as error:
        raise Unusable(str(error)) from error
    except ArnError as error:
        raise Unusable(f"{error}: a sweep evaluates functions") from error
    every = f"every function in {caller.region} of account {caller.account}"
    return Follower(
        f"evaluate {function or every}",
        function,
        SqsQueue(caller.clients, url),
        DynamoSweepRecords(table),
        DynamoJournal(table),
        show,
        around,
    )
