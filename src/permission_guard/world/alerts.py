"""The account's counter of alerts and the looks that are asked for later, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from permission_guard.account_budget import AlertCount
from permission_guard.task import Again
from permission_guard.world.account import Account
from permission_guard.world.translated import translated


@dataclass(slots=True)
class WorldAlertCounter:
    """Counts by the hour of the clock. Its calls are among the account's, so that a test can make them fail."""

    account: Account
    asked: Counter[str] = field(default_factory=Counter)
    said_in: set[str] = field(default_factory=set)

    def add(self, now: datetime) -> AlertCount:
        """Count one more in this hour."""
        with translated(), self.account.call("UpdateItem"):
            self.asked[_hour(now)] += 1
            return AlertCount(self.asked[_hour(now)], _hour(now) in self.said_in)

    def say(self, now: datetime) -> None:
        """Note that somebody was told."""
        with translated(), self.account.call("UpdateItem"):
            self.said_in.add(_hour(now))


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


@dataclass(slots=True)
class WorldLater:
    """Keeps what is to be looked at again."""

    account: Account
    tasks: list[Again] = field(default_factory=list)

    def look_again(self, task: Again) -> None:
        """Keep the task."""
        with translated(), self.account.call("SendMessageBatch"):
            self.tasks.append(task)
