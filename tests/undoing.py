"""A guard that has repaired `orders`, and a person with all rights who wants it undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from permission_guard.events.trigger import EVERYTHING, Everything, Kind
from permission_guard.fake_aws import Account, ApiError, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Entry
from permission_guard.model.document import dumped, statements_of
from permission_guard.pipeline import Guard, Handled
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Outcome
from permission_guard.repair.undo import undo
from tests.fake_aws.builders import ANN, BASIC, NOW, TARGET, settings, trigger
from tests.samples import LOGGING

S3 = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com")
OTHER = Grant("sns", "lambda:InvokeFunction", "sns.amazonaws.com", source_account="111122223333")
BOTH_FAMILIES = pytest.mark.parametrize(
    ("documents", "kind", "arrived"),
    [(True, Kind.POLICY_WRITTEN, EVERYTHING), (False, Kind.PERMISSION_ADDED, "s3")],
    ids=["PutResourcePolicy", "AddPermission"],
)
"""Whether the document calls exist, and the event that then shows the statement again."""


@dataclass
class Story:
    """An account with the function `orders`, a guard that watches it, and a person with all rights."""

    account: Account
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def __post_init__(self) -> None:
        self.account.managed[BASIC] = dumped(LOGGING)
        self.account.with_role("role")
        self.account.with_function("orders", aliases=["live"])
        self.journal = FakeJournal(self.account)
        self.observer = FakeObserver(self.account, BASIC)
        self.writer = FakeWriter(self.account)

    def happens(
        self, kind: Kind, arrived: str | Everything | None = None, *, after: timedelta = timedelta()
    ) -> Handled:
        guard = Guard(
            settings(repair_existing=False), self.observer, self.writer, self.notifier, self.journal
        )
        event = replace(trigger(arrived, kind=kind), at=NOW + after)
        return guard.handle(event, NOW + after)

    def put(self, text: str) -> None:
        """Write the whole policy, and let the guard deal with it."""
        revision = self.account.functions["orders"].policies.get(None, ("", None))[1]
        self.account.put_resource_policy(TARGET, text, revision)
        self.happens(Kind.POLICY_WRITTEN, EVERYTHING)

    @property
    def text(self) -> str:
        return self.account.functions["orders"].policies[None][0]

    @property
    def sids(self) -> list[Any]:
        return [one["Sid"] for one in statements_of(self.text)]

    @property
    def attached(self) -> list[str]:
        return self.account.roles["role"].attached

    @property
    def entry(self) -> Entry:
        (entry,) = self.journal.of(TARGET).entries
        return entry

    def undo(self) -> Outcome:
        return undo(self.entry, self.observer, self.writer, self.journal, Acceptance(ANN, NOW))

    def fails(self, call: str, code: str = "AccessDeniedException", *, after: bool = False) -> None:
        """From now on a call ends in an error: before its effect, or after it."""

        def hook(made: str) -> None:
            if made == call:
                raise ApiError(code, "no")

        if after:
            self.account.after = hook
        else:
            self.account.before = hook

    def works_again(self) -> None:
        self.account.before = self.account.after = lambda _call: None


def repaired(*, documents: bool = True) -> Story:
    """S3 was let in for anybody, and the guard has bound it."""
    story = Story(Account(has_resource_policy_calls=documents))
    story.account.add_permission("orders", OTHER)
    story.account.add_permission("orders", S3)
    story.happens(Kind.PERMISSION_ADDED, "s3")
    return story


def attached() -> Story:
    """The role could not write logs, and the guard has attached the policy."""
    story = Story(Account())
    story.happens(Kind.FUNCTION_CREATED)
    return story


def repaired_by_add_permission() -> Story:
    return repaired(documents=False)
