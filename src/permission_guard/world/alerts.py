"""The account's counter of alerts, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from permission_guard.account_budget import AlertCount, hour_of
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
            self.asked[hour_of(now)] += 1
            return AlertCount(self.asked[hour_of(now)], hour_of(now) in self.said_in)

    def say(self, now: datetime) -> None:
        """Note that somebody was told."""
        with translated(), self.account.call("UpdateItem"):
            self.said_in.add(hour_of(now))
