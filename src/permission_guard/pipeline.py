"""READ THIS FIRST. From an event to its alert: read, evaluate, plan, apply, notify.

An event names a function. The observer reads it as it is now, the rules evaluate it, a plan repairs what is proved safe to
repair, and the result is reported. Every repair is written into the journal before it is made, so that the next run
completes what an interrupted run has left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from permission_guard.alerts.delivery import deliver, send_digest
from permission_guard.alerts.rendered import RenderedAlert
from permission_guard.events.trigger import Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.fault import identified
from permission_guard.journal.news import Alert, by_severity, news
from permission_guard.journal.session import JournalSession, noted_or_open
from permission_guard.journal.summary import SweepSummary
from permission_guard.model.finding import Concern
from permission_guard.ports import FindingsHub, Journal, Notifier, Observer, RetryLater, Writer
from permission_guard.read import read
from permission_guard.repair.apply import applied
from permission_guard.repair.interrupted import complete_interrupted
from permission_guard.repair.outcome import UNFINISHED, Result
from permission_guard.repair.plan import concerned, plan_for
from permission_guard.repair.release import released
from permission_guard.repair.report import Report, ReportLine
from permission_guard.repair.revoke import revoked
from permission_guard.rules import evaluate
from permission_guard.settings import Mode, Settings, Treatment

MAX_ATTEMPTS: Final = 3
"""How often one run reads again because of another write at the same time."""


@frozen
class Handled:
    """What one run did, and what it reported."""

    report: Report
    alert: RenderedAlert | None
    """What is new in the report."""
    noted: tuple[RenderedAlert, ...]
    """What an earlier run did not report, or what was removed."""
    known: int
    """How many findings were reported before."""

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        """Everything that was reported, the most severe first."""
        return by_severity(line for one in self.alerts for line in one.alert.lines)

    @property
    def alerts(self) -> tuple[RenderedAlert, ...]:
        """Everything that was reported."""
        return (self.alert, *self.noted) if self.alert else self.noted


@frozen
class Guard:
    """The guard and its ports. Without a writer it can only observe."""

    settings: Settings
    observer: Observer
    writer: Writer | None
    notifier: Notifier
    journal: Journal
    hub: FindingsHub | None = None

    def handle(self, trigger: Trigger, now: datetime) -> Handled:
        """Evaluate one function, act on what is found, and report it.

        Raises RetryLater if a later run must finish something; what was done so far is reported first.
        """
        session = JournalSession(self.journal, str(trigger.subject))
        try:
            return self._handled(trigger, session, now)
        finally:
            if self.hub is not None:
                self.hub(noted_or_open(session, trigger), now)

    def _handled(self, trigger: Trigger, session: JournalSession, now: datetime) -> Handled:
        report = self._repaired(trigger, session, now)
        new = news(report, session.history, now)
        earlier = chain(complete_interrupted(report, session, now), self._removed(report, session, now))
        alert, *others = [
            deliver(one, session, self.notifier, self.settings, now) for one in chain((new,), earlier)
        ]
        noted = tuple(one for one in others if one is not None)
        unfinished = [outcome for outcome in report.outcomes if outcome.result in UNFINISHED]
        if unfinished:
            raise RetryLater(unfinished[0].detail)
        if session.history.closed is not None and alert is None and not noted:
            # No alert would show that an earlier run's repair is unfinished.
            raise RetryLater(session.history.closed)
        return Handled(report, alert, noted, new.known)

    def _repaired(self, trigger: Trigger, session: JournalSession, now: datetime) -> Report:
        """Plan and apply; read again after another write at the same time. Raises RetryLater."""
        report = self.apply(self.plan(trigger, session, now), session, now)
        for _ in range(MAX_ATTEMPTS - 1):
            if not any(outcome.result is Result.CHANGED_MEANWHILE for outcome in report.outcomes):
                break
            report = self.apply(self.plan(trigger, session, now), session, now)
        return report

    def plan(self, trigger: Trigger, session: JournalSession, now: datetime) -> Report:
        """Read, evaluate and plan; nothing is changed or written. Raises RetryLater."""
        settings = self.settings
        facts = read(trigger, self.observer, session, now)
        findings = identified(evaluate(facts, settings.trusted), facts)
        due = concerned(findings, facts, trigger, session.history, now)
        plan = plan_for(due, facts, trigger, settings, now, session.history)
        return Report(trigger, facts, findings, plan, (), settings.mode)

    def apply(self, report: Report, session: JournalSession, now: datetime) -> Report:
        """Make the planned repairs. In Observe nothing is changed."""
        return applied(report, session, self.observer, self._allowed_writer, now)

    @property
    def _allowed_writer(self) -> Writer | None:
        """The writer; None in Observe."""
        return None if self.settings.mode is Mode.OBSERVE else self.writer

    def _removed(self, report: Report, session: JournalSession, now: datetime) -> Iterator[Alert]:
        """Remove what the guard has made and nothing needs any more."""
        if self._allowed_writer is None:
            return
        yield from revoked(report, session, self.observer, self._allowed_writer, now)
        if self.settings.treatments[Concern.ROLE_CAN_WRITE_LOGS] is Treatment.REPAIR:
            yield from released(report, session, self.observer, self._allowed_writer, now)

    def send_digest(self, now: datetime, summary: SweepSummary | None = None) -> int:
        """Send what waits in one message, and return how many alerts it has. Raises RetryLater and Refused."""
        return send_digest(self.journal, self.notifier, self.settings, now, summary)
