"""Each cell of the matrix: a scenario, one of the calls that it makes when nothing is wrong, and what becomes of the call.

Run with the fault, then again as the queue would (twice more at most, and once even if nothing is left to do, because a
message may be delivered twice), then once more when every right is there again; at last the digest is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from permission_guard.ports import RetryLater
from tests.faults.fault import Fault, Injected, Killed
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import End, Scenario, Stage
from tests.faults.watching import Moment, moment_of

RUNS = 3
"""How often a message is played: whatever becomes of one call, the second run ends it or no later one does."""


class Ended(Enum):
    """How a run ended."""

    RETURNED = ""
    AGAIN = "!"
    DIED = "x"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a scenario in which nothing is wrong: its place among them, and what it is called in the table."""

    scenario: Scenario
    place: int
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, and what was told in it."""

    ended: Ended
    reported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in one cell."""

    start: End
    """How it stood before."""
    runs: tuple[RunResult, ...]
    """The first run, and those that followed until nothing was left to do."""
    end: End
    """How it stood then."""
    later: RunResult
    """One more run, with every right there."""
    last: End
    """How it stood after that."""
    moments: tuple[Moment, ...]
    """Who got in and what the role could do: at first, before every call, and at last."""

    said: str
    """All the sentences of what was told."""

    @property
    def reported(self) -> tuple[str, ...]:
        """Everything that was told until nothing was left to do."""
        return tuple(word for run in self.runs for word in run.reported)


@dataclass(slots=True)
class _Play:
    stage: Stage
    moments: list[Moment] = field(default_factory=list)

    def compare(self, _call: str = "") -> None:
        moment = moment_of(self.stage.there.account)
        if self.moments[-1:] != [moment]:
            self.moments.append(moment)

    def run(self) -> RunResult:
        """Let one run happen, a minute after the one before."""
        known, ended = Counter(self.stage.reported), Ended.RETURNED
        try:
            self.stage.run()
        except Killed:
            ended = Ended.DIED
        except RetryLater:
            ended = Ended.AGAIN
        self.compare()
        self.stage.there.later(minutes=1)
        return RunResult(ended, tuple((Counter(self.stage.reported) - known).elements()))


def played(scenario: Scenario, place: int | None = None, fault: Fault | None = None) -> Played:
    """Play a scenario, with a fault at one of its calls unless none is given."""
    play = _Play(scenario.stage())
    start = play.stage.end
    account = play.stage.there.account
    account.before = play.compare
    if place is not None and fault is not None:
        injected = Injected(account, place, fault, play.stage.meanwhile)

        def before(call: str) -> None:
            play.compare()
            injected.before(call)

        account.before, account.after = before, injected.after
    runs = [play.run(), play.run()]
    while len(runs) < RUNS and runs[-1].ended is not Ended.RETURNED:
        runs.append(play.run())
    end, said = play.stage.end, play.stage.said
    account.before, account.after = play.compare, lambda _call: None
    later, last = play.run(), play.stage.end
    there = play.stage.there
    there.guard.send_digest(there.now)
    assert there.journal.alerts == {}
    return Played(start, tuple(runs), end, later, last, tuple(play.moments), said)


@cache
def calm(scenario: Scenario) -> Played:
    """Play a scenario in which nothing is wrong."""
    return played(scenario)


@cache
def calls_of(scenario: Scenario) -> tuple[Call, ...]:
    """Return the calls that the first run makes if nothing is wrong; a write of the journal is told by what it says."""
    stage = scenario.stage()
    journal, labels = stage.there.journal, list[str]()
    known = dict(journal.entries)

    def note(call: str) -> None:
        written = [entry.state.value for key, entry in journal.entries.items() if known.get(key) != entry]
        known.update(journal.entries)
        if written:
            labels[-1] = f"{call} ({', '.join(dict.fromkeys(written))})"

    stage.there.account.before, stage.there.account.after = labels.append, note
    stage.run()
    names = stage.there.account.calls
    return tuple(
        Call(scenario, place, name, label)
        for place, (name, label) in enumerate(zip(names, labels, strict=True))
    )


def cells() -> Iterator[tuple[Call, Fault]]:
    """Every cell of the matrix, in the order of the table."""
    for scenario in SCENARIOS:
        for call in calls_of(scenario):
            for fault in Fault:
                yield call, fault
