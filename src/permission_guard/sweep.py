"""The sweep evaluates every function, to find faults whose event was lost and to finish interrupted repairs.

One run lists everything, evaluates the roles from the lists, and sends one task for each function. A task evaluates the
policies of one function and sends nothing, so no chain of messages is longer than two. Lambda stops a loop through a queue
after about sixteen (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import TypeAlias

from permission_guard.events.actor import SWEEP
from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.events.trigger import Kind, Trigger, is_replica
from permission_guard.frozen import frozen
from permission_guard.iam import ArnError, FunctionArn
from permission_guard.journal.fault import digest_of_all, statement_digest
from permission_guard.journal.summary import RETRIED_FOR, Evaluated, LatestSweep, SweepSummary, summary_of
from permission_guard.model.document import statements_of
from permission_guard.model.facts import (
    Configuration,
    FactKind,
    FunctionFacts,
    PolicyFacts,
    Trusted,
    is_version,
)
from permission_guard.model.finding import Verdict
from permission_guard.pipeline import Guard, Handled
from permission_guard.ports import (
    FunctionRecord,
    Inventory,
    Refused,
    RetryLater,
    SweepRecords,
    TaskQueue,
)
from permission_guard.rules import evaluate, role_can_write_logs

_Versions: TypeAlias = Mapping[str | None, Configuration]
"""The configuration of a function (None) and of its published versions."""
_Functions: TypeAlias = Mapping[FunctionArn, _Versions]
_Target: TypeAlias = tuple[FunctionArn, str | None]


@frozen
class Sweeper:
    """The guard, the account's inventory, the sweep's records in the journal, and the queue of its tasks."""

    guard: Guard
    inventory: Inventory
    records: SweepRecords
    queue: TaskQueue

    def begin(self, asked: SweepAll, now: datetime) -> int | None:
        """List every function and send a task for each. Return how many tasks; None if another sweep has just begun.

        A function that has an open entry and is not listed gets one too: its deletion may have had no event, and its task reads
        whether it is gone. Raises RetryLater and Refused. After a retry, functions may be evaluated twice, and none is left out.
        """
        sweep = self.records.begin(asked.id, now)
        if sweep is None:
            return None
        known = self.records.overview()
        listed = self._listed(all_versions=sweep.all_versions)
        own = {function: distinct(versions) for function, versions in listed.items()}
        compliant = self._with_compliant_roles(own)
        tasks = []
        for function, versions in listed.items():
            roles = frozenset(one for one in own[function] if (function, one) not in compliant)
            record = known.get(str(function), FunctionRecord())
            tasks.append(_task(function, record, roles, versions if sweep.all_versions else None))
        tasks += [SweepFunction(one, "", all_versions=False) for one in self._unlisted(known, listed)]
        self.queue.send(tuple(tasks))
        self.records.end(sweep, len(tasks), now)
        return len(tasks)

    def _unlisted(self, known: Mapping[str, FunctionRecord], listed: _Functions) -> Iterator[FunctionArn]:
        """Yield the functions with open entries that are not listed, of the own account and Region."""
        own = (self.guard.settings.trusted.account, self.guard.settings.region)
        for subject in sorted(subject for subject, record in known.items() if record.open):
            with suppress(ArnError):  # a layer version
                function = FunctionArn.parse(subject)
                if function not in listed and (function.account, function.region) == own:
                    yield function

    def send_digest(self, now: datetime) -> int:
        """Send what waits, with the summary of a sweep that is complete, and return how many alerts it has.

        Raises RetryLater and Refused.
        """
        sweep, summary = self._summary(now)
        sent = self.guard.send_digest(now, summary)
        if sweep is not None and summary is not None:
            self.records.note_summary(sweep)
        return sent

    def _summary(self, now: datetime) -> tuple[LatestSweep | None, SweepSummary | None]:
        """Return the last sweep, and its summary if that is due. If the journal cannot be read, the alerts do not wait for it."""
        try:
            sweep = self.records.latest()
            if sweep is None or not sweep.is_due:
                return sweep, None
            progress = self.records.progress(sweep)
            for subject in progress.unreadable:
                # To read it sets aside what is damaged, which the same digest reports.
                self.guard.journal.of(subject)
        except (RetryLater, Refused):
            return None, None
        summary = summary_of(sweep, progress, now)
        is_over = summary.is_complete or now - sweep.began >= RETRIED_FOR
        return sweep, summary if is_over else None

    def _listed(self, *, all_versions: bool) -> _Functions:
        """Return the functions, with their published versions if they are asked for."""
        found: defaultdict[FunctionArn, dict[str | None, Configuration]] = defaultdict(dict)
        # Nearly all versions of a function have the same configuration: it is kept once.
        known: dict[Configuration, Configuration] = {}
        for page in self.inventory.functions(all_versions=all_versions):
            for one in page:
                if not is_replica(one.arn):
                    found[one.arn][one.version] = known.setdefault(one.configuration, one.configuration)
        return {function: versions for function, versions in found.items() if None in versions}

    def _with_compliant_roles(self, own: _Functions) -> frozenset[_Target]:
        """Return the functions and versions whose roles can write their logs, as far as the lists of IAM show it.

        The roles are read page by page, which limits memory. The task reads what the lists do not show.
        """
        users: defaultdict[str, list[tuple[_Target, Configuration]]] = defaultdict(list)
        for function, versions in own.items():
            for version, configuration in versions.items():
                users[configuration.role_arn].append(((function, version), configuration))
        groups: frozenset[str] | None = None
        compliant: set[_Target] = set()
        try:
            for page in self.inventory.roles():
                for role in page:
                    for target, configuration in users.get(role.arn, ()):
                        facts = FunctionFacts(*target, configuration, role)
                        if _hangs_on_its_group(facts):
                            groups = self.inventory.log_groups() if groups is None else groups
                            facts = replace(facts, log_group_exists=configuration.log_group in groups)
                        if _passes(facts, self.guard.settings.trusted):
                            compliant.add(target)
        except Refused:
            # If roles may not be listed, each task still reads its own.
            return frozenset()
        return frozenset(compliant)

    def evaluate(self, task: SweepFunction, now: datetime) -> Iterator[Handled]:
        """Evaluate one function, and yield what was found and done. Raises RetryLater and Refused at the end.

        If one policy cannot be read, the others are still evaluated. What passes costs one call for each policy, and one write
        into the journal, which is not read.
        """
        unfinished: RetryLater | Refused | None = None
        is_gone = False
        versions, roles, is_all = self._versions(task)
        policies: list[FunctionFacts] = []
        for qualifier in self._qualifiers(task, (*versions, *roles)):
            try:
                facts = FunctionFacts(
                    task.function, qualifier, policy=self.inventory.policy(task.function, qualifier)
                )
                policies.append(facts)
                is_due = qualifier in roles or qualifier in task.open
                if is_due or not _passes(facts, self.guard.settings.trusted):
                    trigger = Trigger(Kind.SWEEP, task.function, qualifier, SWEEP, task.id, now)
                    handled = self.guard.handle(replace(trigger, reads_role=qualifier in roles), now)
                    is_gone = is_gone or handled.report.is_gone
                    yield handled
            except (RetryLater, Refused) as error:
                unfinished = error
        if unfinished is not None:
            raise unfinished
        done = Evaluated(task.function, task.id, now, is_gone=is_gone)
        if all(isinstance(facts.policy, PolicyFacts) for facts in policies):
            done = _with_seen(done, task, policies, is_all=is_all)
        self.records.write_evaluated(done)

    def _versions(self, task: SweepFunction) -> tuple[tuple[str, ...], tuple[str | None, ...], bool]:
        """Return the published versions to evaluate, those whose role must be read, and whether the former are all."""
        if task.versions is not None or not task.all_versions:
            return task.versions or (), task.roles, task.versions is not None
        listed = self.inventory.versions(task.function)
        own = filter(None, distinct(listed))
        return tuple(filter(None, listed)), (*task.roles, *own), True

    def _qualifiers(self, task: SweepFunction, versions: tuple[str | None, ...]) -> tuple[str | None, ...]:
        """Return the function itself, its aliases, the versions that they name, and those with an open entry."""
        aliases = self.inventory.aliases(task.function)
        named = (version for alias in aliases for version in alias.versions)
        return tuple(dict.fromkeys((None, *(one.name for one in aliases), *named, *task.open, *versions)))


def distinct(versions: _Versions) -> _Versions:
    """Return the function, and of its versions the newest with each role and log group that the function does not have.

    A version keeps the role that it was published with (lambda/latest/dg/configuration-versions.html). Older versions with
    the same role and log group add nothing but the number in the name of their log streams.
    """
    by_age = sorted(versions.items(), key=lambda one: inf if one[0] is None else int(one[0]))
    newest = {configuration: version for version, configuration in by_age}
    return {version: configuration for configuration, version in newest.items()}


def _task(
    function: FunctionArn, known: FunctionRecord, roles: frozenset[str | None], versions: _Versions | None
) -> SweepFunction:
    return SweepFunction(
        function=function,
        id="",
        roles=tuple(sorted(roles | known.open_roles, key=str)),
        # The first sweep of a function reads every version, so that no statement counts as new later.
        all_versions=known.seen is None,
        versions=tuple(filter(None, versions)) if versions is not None else None,
        open=tuple(sorted(known.open, key=str)),
        seen=known.seen or "",
        seen_versions=known.seen_versions or "",
    )


def _with_seen(
    done: Evaluated, task: SweepFunction, policies: list[FunctionFacts], *, is_all: bool
) -> Evaluated:
    """Add the statements that were seen, if they have changed; those of versions only if all were read."""
    functions, versions = seen_in(policies)
    is_changed = digest_of_all(functions) != task.seen
    if is_changed or (is_all and digest_of_all(versions) != task.seen_versions):
        return replace(done, seen=functions, seen_versions=versions if is_all else None)
    return done


def _hangs_on_its_group(facts: FunctionFacts) -> bool:
    return FactKind.LOG_GROUP in role_can_write_logs.asks(facts)


def _passes(facts: FunctionFacts, trusted: Trusted) -> bool:
    return all(one.verdict is Verdict.PASS for one in evaluate(facts, trusted))


def seen_in(policies: list[FunctionFacts]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the digests of the statements in policies of the function and its aliases, and in those of its versions."""
    digests: tuple[set[str], set[str]] = (set(), set())
    for facts in policies:
        if facts.resource_policy is not None:
            which = digests[is_version(facts.qualifier)]
            which.update(
                statement_digest(facts.target, one) for one in statements_of(facts.resource_policy.text)
            )
    return frozenset(digests[0]), frozenset(digests[1])
