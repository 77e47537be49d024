"""An account in memory with the function `orders`, and a guard that watches it and keeps its journal in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Everything, Kind, Trigger
from permission_guard.fake_aws import Account, ApiError, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.journal.entry import Entry
from permission_guard.model.document import Body, dumped, statements_of
from permission_guard.pipeline import Guard, Handled
from permission_guard.repair.outcome import Ending
from permission_guard.settings import Settings
from tests.fake_aws.builders import BASIC, FUNCTION, NOW, document, settings, statement
from tests.received import alerts, endings

LOGS: Body = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}
LOGGING: Body = {"Version": "2012-10-17", "Statement": [LOGS]}


class Died(Exception):
    """The machine that the guard ran on is gone."""


@dataclass(slots=True)
class Watched:
    """What the guard watches, what it has told, and what its journal says."""

    account: Account = field(default_factory=Account)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    settings: Settings = field(default_factory=settings)
    now: datetime = NOW
    journal: FakeJournal = field(init=False)

    def __post_init__(self) -> None:
        self.account.managed[BASIC] = dumped(LOGGING)
        self.account.with_role("role")
        self.account.with_function("orders", aliases=["live"])
        self.journal = FakeJournal(self.account)

    def handle(
        self,
        kind: Kind = Kind.POLICY_WRITTEN,
        *,
        added: str | Everything | None = EVERYTHING,
        receives: int = 1,
        removed: str | None = None,
    ) -> Handled:
        """Let the guard deal with an event about `orders` that happens now."""
        event = replace(self.event(kind, added=added), receives=receives, removed=removed)
        return self.guard.handle(event, self.now)

    @property
    def guard(self) -> Guard:
        observer = FakeObserver(self.account, BASIC)
        return Guard(self.settings, observer, FakeWriter(self.account), self.notifier, self.journal)

    def event(self, kind: Kind, *, added: str | Everything | None = EVERYTHING) -> Trigger:
        """Return an event about `orders` that happens now."""
        actor = Actor("somebody", None, Tool.UNKNOWN, "an address")
        return Trigger(kind, FUNCTION, None, actor, f"at {self.now}", self.now, added)

    def open(self, *statements: Body) -> None:
        """Give the function a resource policy, open for any bucket unless it is said what stands in it."""
        written = document(*(statements or (statement("s3.amazonaws.com"),)))
        self.account.functions["orders"].policies[None] = (written, f"somebody's {self.now}")

    def fail(self, call: str, code: str) -> None:
        """Let every call of this name end in an error from now on."""

        def hook(made: str) -> None:
            if made == call:
                raise ApiError(code, "no")

        self.account.before = hook

    def later(self, **passed: int) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)

    def handle_and_die(self, at: str, *, after: bool, kind: Kind = Kind.POLICY_WRITTEN) -> None:
        """Let the guard deal with an event and die before or after its first call of this name."""
        self.handle_and_die_when(lambda call: call == at, after=after, kind=kind)

    def handle_and_die_when(
        self, dies: Callable[[str], bool], *, after: bool = True, kind: Kind = Kind.POLICY_WRITTEN
    ) -> None:
        """Let the guard deal with an event and die before or after the call of which this says so."""

        def hook(call: str) -> None:
            if dies(call):
                raise Died

        setattr(self.account, "after" if after else "before", hook)
        with suppress(Died):
            self.handle(kind)
        self.account.before = self.account.after = lambda _call: None

    @property
    def reported(self) -> list[list[Ending]]:
        """How the findings of each alert ended."""
        return [endings(one) for one in alerts(self.notifier.sent)]

    @property
    def waiting(self) -> list[list[str]]:
        """How the findings of each alert ended that waits for the digest."""
        waiting = (json.loads(one.body) for _, one in sorted(self.journal.alerts.items()))
        return [[finding["action"]["outcome"] for finding in alert["findings"]] for alert in waiting]

    @property
    def entries(self) -> list[Entry]:
        return [replace(one, version=0) for one in self.journal.entries.values()]

    @property
    def statements(self) -> tuple[Body, ...]:
        found = self.account.functions["orders"].policies.get(None)
        return statements_of(found[0]) if found else ()

    @property
    def attached(self) -> list[str]:
        return self.account.roles["role"].attached
