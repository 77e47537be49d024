"""How many alerts about all functions together are sent within an hour: what one execution environment knows of it.

Whoever may change a thousand functions can make a fault on each of them. The first alerts of an environment within an hour are
sent without asking, so that an ordinary event costs no call for it; beyond them the account's counter is asked, which all
environments share.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from permission_guard.journal.book import HOUR
from permission_guard.journal.budget import Budget
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain

UNASKED: Final = 5
"""Alerts of an environment within an hour that are sent without asking."""


@dataclass(frozen=True, slots=True)
class AlertCount:
    """How many alerts were asked for within an hour of the clock, and whether somebody was told that further ones wait."""

    asked: int
    is_said: bool


def hour_of(now: datetime) -> str:
    """Return the hour of the clock in which alerts are counted together."""
    return f"{now:%Y-%m-%dT%H}"


class AlertCounter(Protocol):
    """Counts the account's alerts, whoever sends them. Each call raises TryAgain or Refused."""

    def add(self, now: datetime) -> AlertCount:
        """Count one more in this hour, and return how many that makes."""
        ...

    def say(self, now: datetime) -> None:
        """Note that somebody was told that further ones of this hour wait."""
        ...


@dataclass(slots=True)
class AccountBudget:
    """The limit, the account's counter, and when this environment sent alerts within the hour."""

    limit: int
    counter: AlertCounter
    sent: list[datetime] = field(default_factory=list)

    def left(self, now: datetime) -> Budget:
        """Ask for one more alert. A counter that cannot be had forbids nothing: then everything is told."""
        self.sent = [at for at in self.sent if now - at < HOUR]
        found = Budget.OPEN
        if len(self.sent) >= UNASKED:
            with suppress(TryAgain, Refused, ChangedMeanwhile):
                found = self._asked(now)
        if found is not Budget.SPENT:
            self.sent.append(now)
        return found

    def _asked(self, now: datetime) -> Budget:
        count = self.counter.add(now)
        if count.asked < self.limit:
            return Budget.OPEN
        # Nothing waits before somebody has been told that things do.
        return Budget.SPENT if count.is_said else Budget.LAST

    def said(self, now: datetime) -> None:
        """Note that an alert was sent which says that what follows waits. If that fails, the next one says so again."""
        with suppress(TryAgain, Refused, ChangedMeanwhile):
            self.counter.say(now)
