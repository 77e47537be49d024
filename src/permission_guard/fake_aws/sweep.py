"""What a sweep asks of AWS, answered from memory: the lists, the queue of its tasks, and what the journal keeps for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from permission_guard.events.sweep_task import SweepFunction
from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.contents import FakeFunction
from permission_guard.fake_aws.journal import FakeJournal
from permission_guard.fake_aws.ports import FakeObserver
from permission_guard.fake_aws.translated import translated
from permission_guard.iam import FunctionArn
from permission_guard.journal.fault import digest_of_all
from permission_guard.journal.history import is_open
from permission_guard.journal.summary import (
    SWEEP_PAUSE,
    VERSIONS_EVERY,
    Evaluated,
    LatestSweep,
    SweepProgress,
)
from permission_guard.model.facts import Configuration, PolicyFacts, RoleFacts, Unreadable
from permission_guard.model.finding import Concern
from permission_guard.ports import (
    Alias,
    FunctionRecord,
    ListedFunction,
    Sweep,
)


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


def _configurations(function: FakeFunction) -> dict[str | None, Configuration]:
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
    last: LatestSweep | None = None
    versions_at: datetime | None = None
    evaluated: dict[str, Evaluated] = field(default_factory=dict)

    def begin(self, sweep_id: str, now: datetime) -> Sweep | None:
        """Note that a sweep begins."""
        with translated(), self.journal.account.call("UpdateItem"):
            last = self.last
            if last and last.id != sweep_id and now - last.began < SWEEP_PAUSE:
                return None
            self.last = LatestSweep(sweep_id, now, summarized=last.summarized if last else None)
            is_due = self.versions_at is None or now - self.versions_at >= VERSIONS_EVERY
            return Sweep(sweep_id, all_versions=is_due)

    def end(self, sweep: Sweep, functions: int, now: datetime) -> None:
        """Note that a sweep has listed everything."""
        with translated(), self.journal.account.call("UpdateItem"):
            self.last = self.last and replace(self.last, functions=functions)
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

    def write_evaluated(self, evaluated: Evaluated) -> None:
        """Note that a task is done."""
        with translated(), self.journal.account.call("UpdateItem"):
            self.evaluated[str(evaluated.function)] = evaluated
            if evaluated.seen is not None:
                _, before = self.journal.seen.get(str(evaluated.function), (None, None))
                versions = before if evaluated.seen_versions is None else evaluated.seen_versions
                self.journal.seen[str(evaluated.function)] = evaluated.seen, versions

    def latest(self) -> LatestSweep | None:
        """Return the sweep that began last."""
        with translated(), self.journal.account.call("Query"):
            return self.last

    def progress(self, sweep: LatestSweep) -> SweepProgress:
        """Return how far a sweep is."""
        done = [one for one in self.evaluated.values() if one.at >= sweep.began]
        return SweepProgress(len(done), self.journal.all())

    def note_summary(self, sweep: LatestSweep) -> None:
        """Note that a sweep's summary was sent, or need not be."""
        with translated(), self.journal.account.call("UpdateItem"):
            self.last = self.last and replace(self.last, summarized=sweep.began)
