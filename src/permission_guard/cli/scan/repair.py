"""Repairs what a scan has found: reads each function again, shows the plan, asks, and makes the repairs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from permission_guard.aws.accounts import AccountRegion
from permission_guard.cli.errors import Interrupted, endings
from permission_guard.cli.output import agreed
from permission_guard.cli.scan import repair_text as shown
from permission_guard.cli.scan.accepted import journal_of
from permission_guard.cli.scan.options import Options
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import Account, FakeJournal
from permission_guard.frozen import frozen
from permission_guard.journal.fault import fault_of
from permission_guard.journal.news import entries_of
from permission_guard.journal.session import JournalSession
from permission_guard.model.facts import Subject, subject_of
from permission_guard.model.finding import Verdict
from permission_guard.pipeline import Guard
from permission_guard.ports import Notification, RetryLater
from permission_guard.repair.outcome import Outcome, Result
from permission_guard.repair.report import Report
from permission_guard.repair.step import AttachRolePolicy, Repair, Step
from permission_guard.scan.result import Scan, ScannedFinding
from permission_guard.settings import Settings, Treatment

_UNDER_WAY: Final = "Interrupted. One repair that is not listed above may have been made: scan again to see."


@frozen
class PlannedRepair:
    """The plan for one function, version or alias, with the guard and the facts that it was made from."""

    report: Report
    guard: Guard
    session: JournalSession
    region: AccountRegion
    is_undoable: bool
    riding: tuple[AttachRolePolicy, ...] = ()
    """Policies that are already attached to the role for another function."""

    def faults(self, step: Step) -> frozenset[str]:
        """Return the faults that a step fixes."""
        return frozenset(fault_of(one, self.report.facts) for one in step.fixes)


@dataclass(slots=True)
class Repairs:
    """The repairs of a scan."""

    options: Options
    regions: tuple[AccountRegion, ...]
    scan: Scan
    _fixed: set[str] = field(default_factory=set)
    _attached: set[tuple[str, str]] = field(default_factory=set)
    """The roles, with the policy to attach."""
    _attached_now: set[tuple[str, str]] = field(default_factory=set)

    def made(self) -> Scan:
        """Plan, show, ask, repair. Returns the scan without what was repaired. Raises Unusable, NotDone and Again."""
        with endings():
            plans = [one for region in self.regions for one in self._plans(region)]
        shown.plan(plans)
        if any(one.report.plan.steps for one in plans) and (
            self.options.yes or agreed(shown.question(plans))
        ):
            try:
                outcomes = [made for one in plans for made in self._execute(one)]
            except KeyboardInterrupt as error:
                raise Interrupted(_UNDER_WAY) from error
            shown.total(outcomes)
        left = tuple(one for one in self.scan.findings if one.fault not in self._fixed)
        return replace(self.scan, findings=left)

    def _plans(self, region: AccountRegion) -> Iterator[PlannedRepair]:
        faults = [one for one in self.scan.findings if one.verdict is Verdict.FAIL and _is_in(one, region)]
        if not faults:
            return
        journal = journal_of(region, self.options)
        settings = self._settings(region, faults)
        guard = Guard(
            settings,
            *region.changing(settings.logging_policy_arn),
            _NoNotifier(),
            journal or FakeJournal(Account()),
        )
        now = datetime.now(UTC)
        for target, qualifier in dict.fromkeys((one.target, one.qualifier) for one in faults):
            arn = subject_of(target)
            session = JournalSession(guard.journal, str(arn))
            report = guard.plan(_trigger(arn, qualifier, region, now), session, now)
            yield self._once(PlannedRepair(report, guard, session, region, journal is not None))

    def _settings(self, region: AccountRegion, faults: list[ScannedFinding]) -> Settings:
        """Return the guard's settings, which ignore everything but the scan's findings."""
        settings = self.options.settings(region.account.id, region.name)
        concerns = {one.rule for one in faults}
        treatments = {
            concern: treatment if concern in concerns else Treatment.IGNORE
            for concern, treatment in settings.treatments.items()
        }
        return replace(settings, treatments=treatments)

    def _once(self, planned: PlannedRepair) -> PlannedRepair:
        """Attach a policy to a role once, however many functions have the role."""
        steps, riding = list[Repair](), list[AttachRolePolicy]()
        for step in planned.report.plan.steps:
            if isinstance(step, AttachRolePolicy) and _attaching(step) in self._attached:
                riding.append(step)
                continue
            if isinstance(step, AttachRolePolicy):
                self._attached.add(_attaching(step))
            steps.append(step)
        plan = replace(planned.report.plan, steps=tuple(steps))
        return replace(planned, report=replace(planned.report, plan=plan), riding=tuple(riding))

    def _execute(self, planned: PlannedRepair) -> tuple[Outcome, ...]:
        """Execute one plan, and show the outcome of each step. The journal notes what was made as reported."""
        now = datetime.now(UTC)
        report = planned.guard.apply(planned.report, planned.session, now)
        for outcome in report.outcomes:
            shown.outcome(planned, outcome)
        made = tuple(one for one in report.outcomes if one.result is Result.DONE)
        if made:
            # If it cannot be noted now, the guard finds the entry PLANNED, reads that the repair was made, and reports it.
            with suppress(RetryLater):
                only = replace(report, outcomes=made, plan=replace(report.plan, unrepaired=()))
                planned.session.note(entries_of(only, now))
        self._note(planned, made)
        return report.outcomes

    def _note(self, planned: PlannedRepair, made: tuple[Outcome, ...]) -> None:
        for outcome in made:
            self._fixed |= planned.faults(outcome.step)
            if isinstance(outcome.step, AttachRolePolicy):
                self._attached_now.add(_attaching(outcome.step))
        for step in planned.riding:
            if _attaching(step) in self._attached_now:
                self._fixed |= planned.faults(step)


def _attaching(step: AttachRolePolicy) -> tuple[str, str]:
    return step.role_arn, step.policy.name


def _is_in(one: ScannedFinding, region: AccountRegion) -> bool:
    return (one.account, one.region) == (region.account.id, region.name)


def _trigger(arn: Subject, qualifier: str | None, region: AccountRegion, now: datetime) -> Trigger:
    """Return a trigger like a sweep's, with the person who repairs as its actor."""
    person = Actor(region.account.caller, None, Tool.UNKNOWN, address="")
    return Trigger(Kind.SWEEP, arn, qualifier, person, "scan", now)


class _NoNotifier:
    """Sends no alert: the person sees the repairs on the terminal."""

    def send(self, notification: Notification) -> None:
        """Send nothing."""
