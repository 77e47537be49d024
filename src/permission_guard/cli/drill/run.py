"""A drill from its first call to its last. Whatever happens in between, what it made is removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from permission_guard.aws.drill import Seen, Stage, made
from permission_guard.cli.clock import Clock
from permission_guard.cli.drill.steps import GRANT, ROLE, STATEMENT, Call, Step
from permission_guard.journal.entry import Rewritten
from permission_guard.ports import Expired, Refused, RetryLater

POLL: Final = 2.0
"""Seconds between two looks: at most five calls, of which Lambda, which answers 15 a second (facts 3.4), gets two."""
PATIENCE: Final = timedelta(minutes=2)
"""How long a call is tried again: a new role takes some seconds to reach Lambda, and a busy service answers later."""


class NotRemoved(Exception):
    """Something that a drill made is still there. The message names it."""


@dataclass(slots=True)
class Drill:
    """One drill, and what was seen of it. `steps` are those before the function is deleted, and those after."""

    name: str
    steps: tuple[tuple[Step, ...], tuple[Step, ...]]
    stage: Stage
    clock: Clock
    timeout: timedelta
    show: Callable[[Drill], None]
    at: dict[Call | Step, datetime] = field(default_factory=dict)
    """When each call was made, and when each step was first seen to have come true, in this order."""
    begun: tuple[Step, ...] = ()
    unrepaired: Seen | None = None
    """What was seen last with the statement as it was made; last before the function was deleted; and last of all."""
    seen: Seen = field(default_factory=Seen)
    last: Seen = field(default_factory=Seen)
    is_clean: bool = True
    """Whether nothing is left of it."""

    def run(self) -> None:
        """Make the faults, wait for what the guard does, and remove everything. Raises Refused, RetryLater, NotRemoved."""
        # Whoever may not look learns it before anything is made.
        self.stage.look(self.name)
        self.is_clean = False
        try:
            self._play()
        except BaseException as error:
            self._remove(str(error))
            raise
        self._remove("")

    @property
    def missing(self) -> tuple[Step, ...]:
        """The steps that have begun and have not come true."""
        return tuple(one for one in self.begun if one not in self.at)

    @property
    def is_changed(self) -> bool:
        """Whether something was changed that only had to be reported."""
        repaired = {one.concern for one in self.steps[0] if not one.is_alert}
        found = {ROLE: bool(self.seen.attached), STATEMENT: self.seen.is_limited}
        return any(found[one] for one in found.keys() - repaired)

    @property
    def rewritten(self) -> Rewritten | None:
        """How the statement was repaired; None if it was not."""
        entry = self.seen.entry(STATEMENT)
        change = entry.change if entry is not None and self.seen.is_limited else None
        return change if isinstance(change, Rewritten) else None

    def seconds(self, step: Step) -> float | None:
        """Return the time from its call to a step; None if it did not come true."""
        return (self.at[step] - self.at[step.call]).total_seconds() if step in self.at else None

    def _play(self) -> None:
        end = self.clock.now() + self.timeout
        self.stage.create_role(self.name)
        self._call(Call.CREATED, partial(self.stage.create_function, self.name))
        self._call(Call.ALLOWED, self._allow)
        self._wait(self.steps[0], end)
        self.seen = self.last
        if self.steps[1] and not self.missing:
            self._call(Call.DELETED, partial(self.stage.delete_function, self.name))
            self._wait(self.steps[1], end)

    def _allow(self) -> None:
        with made():
            self.stage.writer.add_permission(self.name, GRANT, None)

    def _call(self, call: Call, make: Callable[[], None]) -> None:
        retried(make, self.clock)
        self.at[call] = self.clock.now()
        self.show(self)

    def _wait(self, steps: tuple[Step, ...], end: datetime) -> None:
        """Look until every step has come true, or the time is over."""
        self.begun = (*self.begun, *steps)
        while True:
            try:
                seen = self.stage.look(self.name)
            except Expired:
                raise
            except RetryLater:
                pass  # the next look may be answered
            else:
                self.last = seen
                # Lambda moves the RevisionId of a new function too, so only the look right before the repair counts.
                self.unrepaired = seen if seen.statements and not seen.is_limited else self.unrepaired
                self.at |= {one: self.clock.now() for one in self.missing if one.is_done(seen)}
            self.show(self)
            if not self.missing or self.clock.now() >= end:
                return
            self.clock.sleep(POLL)

    def _remove(self, why: str) -> None:
        try:
            removed(self.name, self.stage, self.clock, why)
        except KeyboardInterrupt:
            # The first Ctrl-C ends the drill, and this one only the removal that it interrupted.
            removed(self.name, self.stage, self.clock, why)
        self.is_clean = True


def removed(name: str, stage: Stage, clock: Clock, why: str = "") -> None:
    """Delete a function, and then its role. Raises NotRemoved, with what went wrong before, if one of them stays."""

    def delete_role() -> None:
        # The guard may attach its policy at any moment.
        for policy in stage.attached(name):
            stage.writer.detach_role_policy(name, policy)
        stage.delete_role(name)

    try:
        retried(partial(stage.delete_function, name), clock)
        retried(delete_role, clock)
    except (Refused, RetryLater) as error:
        before = f"{why}. " if why else ""
        raise NotRemoved(f"{before}{name} is still there: {error}.") from error


def retried(call: Callable[[], None], clock: Clock) -> None:
    """Make a call until it is answered, for two minutes at most. Raises RetryLater and Refused."""
    end = clock.now() + PATIENCE
    while True:
        try:
            return call()
        except RetryLater as error:
            if isinstance(error, Expired) or clock.now() >= end:
                raise
        clock.sleep(POLL)
