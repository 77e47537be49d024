"""What a sweep asks of AWS, answered from memory: the lists, the queue of its tasks, and what the journal keeps for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from permission_guard.events.sweep_task import SweepFunction
from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.journal import FakeJournal
from permission_guard.fake_aws.ports import FakeObserver
from permission_guard.fake_aws.resources import Function
from permission_guard.fake_aws.translated import translated
from permission_guard.iam import FunctionArn
from permission_guard.journal.history import is_open
from permission_guard.journal.seen import digest_of_all
from permission_guard.model.facts import Configuration, PolicyFacts, RoleFacts, Unreadable
from permission_guard.model.finding import Concern
from permission_guard.ports import Alias, FunctionRecord, ListedFunction, Sweep

_PAUSE: Final = timedelta(hours=1)
_VERSIONS_EVERY: Final = timedelta(days=6, hours=12)


@dataclass(slots=True)
class FakeInventory:
    """Lists an account, so many at once. A qualifier of digits is a version, any other an alias of the version `1`."""

    account: Account
    page: int = 50

    def functions(self, *, all_versions: bool = False) -> Iterator[tuple[ListedFunction, ...]]:
        """ListFunctions."""
        found = [
            ListedFunction(function.arn, version, configuration)
            for _, function in sorted(self.account.functions.items())
            for version, configuration in _configurations(function).items()
            if version is None or all_versions
        ]
        for start in range(0, max(1, len(found)), self.page):
            with translated(), self.account.call("ListFunctions"):
                yield tuple(found[start : start + self.page])

    def aliases(self, function: FunctionArn) -> tuple[Alias, ...]:
        """ListAliases."""
        with translated(), self.account.call("ListAliases"):
            found = self.account.functions.get(function.name)
            names = sorted(one for one in found.qualifiers if not one.isdigit()) if found else ()
            return tuple(Alias(name, found.alias_versions.get(name, ()) if found else ()) for name in names)

    def versions(self, function: FunctionArn) -> Mapping[str | None, Configuration]:
        """ListVersionsByFunction."""
        with translated(), self.account.call("ListVersionsByFunction"):
            found = self.account.functions.get(function.name)
            return _configurations(found) if found else {}

    def roles(self) -> Iterator[tuple[RoleFacts, ...]]:
        """GetAccountAuthorizationDetails."""
        observer = FakeObserver(self.account, "")
        with translated(), self.account.call("GetAccountAuthorizationDetails"):
            found = [observer.role_facts(role) for _, role in sorted(self.account.roles.items())]
            yield tuple(found)

    def log_groups(self) -> frozenset[str]:
        """DescribeLogGroups."""
        with translated(), self.account.call("DescribeLogGroups"):
            return frozenset(self.account.log_groups)

    def policy(self, function: FunctionArn, qualifier: str | None) -> PolicyFacts | Unreadable:
        """GetPolicy."""
        return FakeObserver(self.account, "").policy_read_by_get_policy(function, qualifier)


def _configurations(function: Function) -> dict[str | None, Configuration]:
    versions = (None, *sorted(filter(str.isdigit, function.qualifiers)))
    return {one: Configuration(function.role_of(one), function.log_group) for one in versions}


@dataclass(slots=True)
class FakeQueue:
    """Keeps tasks until a test takes them out."""

    account: Account
    tasks: list[SweepFunction] = field(default_factory=list)

    def send(self, tasks: tuple[SweepFunction, ...]) -> None:
        """SendMessageBatch."""
        for start in range(0, len(tasks), 10):
            with translated(), self.account.call("SendMessageBatch"):
                self.tasks += tasks[start : start + 10]


@dataclass(slots=True)
class FakeSweepRecords:
    """Keeps what a sweep needs to know, beside the journal."""

    journal: FakeJournal
    last: tuple[str, datetime] | None = None
    versions_at: datetime | None = None

    def begin(self, sweep_id: str, now: datetime) -> Sweep | None:
        """Note that a sweep begins."""
        with translated(), self.journal.account.call("UpdateItem"):
            if self.last and self.last[0] != sweep_id and now - self.last[1] < _PAUSE:
                return None
            self.last = sweep_id, now
            is_due = self.versions_at is None or now - self.versions_at >= _VERSIONS_EVERY
            return Sweep(sweep_id, all_versions=is_due)

    def end(self, sweep: Sweep, now: datetime) -> None:
        """Note that a sweep has listed everything."""
        with translated(), self.journal.account.call("UpdateItem"):
            if sweep.all_versions:
                self.versions_at = now

    def overview(self) -> Mapping[str, FunctionRecord]:
        """Return what is known about every function."""
        with translated(), self.journal.account.call("Scan"):
            open_ = [one for one in self.journal.entries.values() if is_open(one)]
            return {
                subject: FunctionRecord(
                    frozenset(one.cause.qualifier for one in open_ if one.subject == subject),
                    frozenset(
                        one.cause.qualifier
                        for one in open_
                        if one.subject == subject and one.finding.concern is Concern.ROLE_CAN_WRITE_LOGS
                    ),
                    *(
                        None if digests is None else digest_of_all(digests)
                        for digests in self.journal.seen.get(subject, (None, None))
                    ),
                )
                for subject in {one.subject for one in open_} | set(self.journal.seen)
            }

    def write_seen(
        self, function: FunctionArn, seen: frozenset[str], versions: frozenset[str] | None
    ) -> None:
        """Note the statements that were seen."""
        with translated(), self.journal.account.call("UpdateItem"):
            _, before = self.journal.seen.get(str(function), (None, None))
            self.journal.seen[str(function)] = seen, before if versions is None else versions
