"""READ THIS FIRST. From an event to its alert: read, evaluate, plan, apply, notify.

An event names a function. The observer reads it as it is now, the rules evaluate it, a plan repairs what is proved safe to
repair, and the result is reported. Every repair is written into the journal before it is made, so that the next run
completes what an interrupted run has left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Final, TypeAlias

from permission_guard.alerts.digest import digest_of, waiting_alert
from permission_guard.alerts.report import Line, Report
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Entry, Rewritten
from permission_guard.journal.history import FunctionHistory, planned
from permission_guard.journal.news import entries_after_report, news
from permission_guard.journal.session import JournalSession
from permission_guard.model.document import NO_STATEMENTS, statements_of
from permission_guard.model.facts import FactKind, FunctionFacts, PolicyFacts, Trusted
from permission_guard.model.finding import Concern, Severity
from permission_guard.ports import (
    ChangedMeanwhile,
    Journal,
    Notifier,
    Observer,
    Refused,
    RetryLater,
    Writer,
)
from permission_guard.repair.execute import execute
from permission_guard.repair.interrupted import PendingReport, complete_interrupted
from permission_guard.repair.outcome import UNFINISHED, Outcome, Result
from permission_guard.repair.plan import concerned, plan_for
from permission_guard.repair.release import released
from permission_guard.repair.revoke import revoked
from permission_guard.repair.step import Repair, parts
from permission_guard.rules import evaluate, wanted
from permission_guard.settings import Mode, Settings, Treatment

MAX_ATTEMPTS: Final = 3
"""How often one run reads again because of another write at the same time."""
_STALE_READS: Final = 2
"""How often a policy that does not yet show the statement of its event is read again later."""


Journaled: TypeAlias = Callable[[FunctionHistory], tuple[Entry, ...]]
"""The journal's entries of a report once it was sent, or stored for the digest."""


def read_facts(
    observer: Observer,
    facts: FunctionFacts,
    to_read: FactKind,
    trusted: Trusted,
    likely_role: str | None = None,
) -> FunctionFacts:
    """Read until no rule asks for more. Raises RetryLater."""
    while asked := wanted(facts, to_read, trusted):
        facts = observer.read(facts, asked, likely_role)
    return facts


@frozen
class Guard:
    """The guard and its ports. Without a writer it can only observe."""

    settings: Settings
    observer: Observer
    writer: Writer | None
    notifier: Notifier
    journal: Journal

    def handle(self, trigger: Trigger, now: datetime) -> Report:
        """Evaluate one function, act on what is found, and report it.

        Raises RetryLater if a later run must finish something; what was done so far is reported first.
        """
        session = JournalSession(self.journal, str(trigger.subject))
        report = self._repaired(trigger, session, now)
        report = self.notify(news(report, session.history, now), session, now)
        noted: list[Line] = []
        interrupted = complete_interrupted(report, session, now)
        for pending in chain(interrupted, self._removed(report, session, now)):
            self._deliver(pending.report, pending.after, session, now)
            noted += pending.report.noted
        unfinished = [outcome for outcome in report.outcomes if outcome.result in UNFINISHED]
        if unfinished:
            raise RetryLater(unfinished[0].detail)
        if session.history.closed is not None and not report.lines and not noted:
            # No alert would show that an earlier run's repair is unfinished.
            raise RetryLater(session.history.closed)
        return replace(report, noted=tuple(noted))

    def _repaired(self, trigger: Trigger, session: JournalSession, now: datetime) -> Report:
        """Plan and apply; read again after another write at the same time. Raises RetryLater."""
        report = self.act(self.plan(trigger, session, now), session, now)
        for _ in range(MAX_ATTEMPTS - 1):
            if not any(outcome.result is Result.CHANGED_MEANWHILE for outcome in report.outcomes):
                break
            report = self.act(self.plan(trigger, session, now), session, now)
        return report

    def plan(self, trigger: Trigger, session: JournalSession, now: datetime) -> Report:
        """Read, evaluate and plan; nothing is changed or written. Raises RetryLater."""
        facts = read_facts(
            self.observer,
            self._read(trigger, session, now),
            trigger.to_read,
            self.settings.trusted,
            trigger.role,
        )
        if _is_stale(trigger, facts, session):
            raise RetryLater(f"the policy of {facts.target} does not show statement {trigger.arrived!r} yet")
        findings = evaluate(facts, self.settings.trusted)
        due = concerned(findings, facts, trigger, session.history, now)
        plan = plan_for(due, facts, trigger, self.settings, now, session.history)
        return Report(trigger, facts, findings, plan, (), self.settings.mode)

    def _read(self, trigger: Trigger, session: JournalSession, now: datetime) -> FunctionFacts:
        """Read the journal and the function at the same time.

        If the journal has entries, another run may have repaired the function meanwhile, so the function is read again.
        """
        facts = FunctionFacts(trigger.subject, trigger.qualifier, at=now)
        asked = wanted(facts, trigger.to_read, self.settings.trusted)
        read = self.observer.read_beside(facts, asked, trigger.role, session.read)
        return facts if session.history.entries else read

    def act(self, report: Report, session: JournalSession, now: datetime) -> Report:
        """Execute the plan, on the policies and entries that it was made from."""
        steps = (part for step in report.plan.steps for part in parts(step))
        # The entries as they were before the first step, which reads the journal again if it fails.
        known = [(step, planned(session.history, step, report.facts, report.trigger, now)) for step in steps]
        outcomes = tuple(self._act(step, entries, report.trigger, session, now) for step, entries in known)
        return replace(report, outcomes=outcomes)

    @property
    def _allowed_writer(self) -> Writer | None:
        """The writer; None in Observe."""
        return None if self.settings.mode is Mode.OBSERVE else self.writer

    def _act(
        self,
        step: Repair,
        entries: tuple[Entry, ...],
        trigger: Trigger,
        session: JournalSession,
        now: datetime,
    ) -> Outcome:
        """Write one repair into the journal, then make it.

        That it was made is noted with its report. An interrupted run leaves PLANNED, and a later run reads whether the
        repair was made.
        """
        if self._allowed_writer is None:
            return Outcome(step, Result.WOULD_DO)
        try:
            if trigger.kind is Kind.SWEEP:
                session.write(entries)
            else:
                session.write_before_alert(entries, now)
        except ChangedMeanwhile as error:
            return Outcome(step, Result.CHANGED_MEANWHILE, str(error))
        except Refused as error:
            return Outcome(step, Result.REFUSED, f"it could not be written into the journal first: {error}")
        except RetryLater as error:
            return Outcome(step, Result.RETRY_LATER, str(error))
        return execute(step, self._allowed_writer)

    def _removed(self, report: Report, session: JournalSession, now: datetime) -> Iterator[PendingReport]:
        """Remove what the guard has made and nothing needs any more."""
        if self._allowed_writer is None:
            return
        yield from revoked(report, session, self._allowed_writer, now)
        if self.settings.treatments[Concern.ROLE_CAN_WRITE_LOGS] is Treatment.REPAIR:
            yield from released(report, session, self.observer, self._allowed_writer, self.settings, now)

    def notify(self, report: Report, session: JournalSession, now: datetime) -> Report:
        """Report what is new: at once, or with the next digest. Raises RetryLater."""
        if not report.lines:
            session.note(entries_after_report(report, now))
            return report
        return self._deliver(report, entries_after_report(report, now), session, now)

    def _deliver(self, report: Report, entries: Journaled, session: JournalSession, now: datetime) -> Report:
        """Send a report, or store it for the digest, and note that in the journal.

        If the journal cannot be read or written, every report is sent at once.
        """
        if not report.lines:
            session.note(entries)
            return report
        is_readable = session.history.closed is None
        if report.trigger.kind is Kind.SWEEP:
            if not is_readable:
                # Without the journal, each sweep would report every finding again.
                raise RetryLater(str(session.history.closed))
            return self._postponed(report, entries, session, now)
        count = session.count_alert(now) if is_readable else None
        if count is not None and count > self.settings.alerts_per_hour:
            report = self._postponed(report, entries, session, now)
            if report.severity is Severity.CRITICAL and self.journal.may_send_digest(now):
                self.send_digest(now)
            return report
        report = replace(report, limit=count if count == self.settings.alerts_per_hour else None)
        try:
            self.notifier.send(report)
        except (RetryLater, Refused, ChangedMeanwhile):
            if not is_readable:
                raise
            return self._postponed(report, entries, session, now)
        session.note(entries)
        return report

    def _postponed(
        self, report: Report, entries: Journaled, session: JournalSession, now: datetime
    ) -> Report:
        session.note(entries, (waiting_alert(report, now),))
        return report

    def send_digest(self, now: datetime) -> int:
        """Send what waits in one message, and return how many alerts it has. Raises RetryLater and Refused."""
        waiting = self.journal.waiting()
        if not waiting:
            return 0
        trusted = self.settings.trusted
        digest = digest_of(waiting, trusted.account, self.settings.region, now)
        self.notifier.send_digest(digest)
        self.journal.remove(digest.alerts)
        return len(digest.alerts)


def _is_stale(trigger: Trigger, facts: FunctionFacts, session: JournalSession) -> bool:
    """Return whether the policy does not show its event yet, which can happen for a moment.

    A statement that is missing after two later reads was removed. One that the guard has replaced is not expected.
    """
    is_awaited = trigger.kind is Kind.PERMISSION_ADDED and isinstance(trigger.arrived, str)
    if not is_awaited or trigger.receives > _STALE_READS or not isinstance(facts.policy, PolicyFacts):
        return False
    text = facts.resource_policy.text if facts.resource_policy else NO_STATEMENTS
    sids = {statement.get("Sid") for statement in statements_of(text)}
    replaced = {
        statement.get("Sid")
        for entry in session.history.entries
        if isinstance(entry.change, Rewritten)
        for statement in statements_of(entry.change.document)
    }
    return trigger.arrived not in sids | replaced
