"""Delivers alerts: at once, up to a number in an hour, or with the next digest."""

from __future__ import annotations

from datetime import datetime

from permission_guard.alerts.digest import digest_of, waiting_alert
from permission_guard.alerts.rendered import RenderedAlert, notification, rendered
from permission_guard.events.trigger import Kind
from permission_guard.journal.news import Alert
from permission_guard.journal.session import JournalSession
from permission_guard.journal.summary import SweepSummary
from permission_guard.model.finding import Severity
from permission_guard.ports import ChangedMeanwhile, Journal, Notifier, Refused, RetryLater
from permission_guard.settings import Settings


def deliver(
    alert: Alert, session: JournalSession, notifier: Notifier, settings: Settings, now: datetime
) -> RenderedAlert | None:
    """Send an alert, or store it for the digest, and note that in the journal. Return it; None if nothing is new.

    If the journal cannot be read or written, every alert is sent at once. Raises RetryLater.
    """
    if not alert.lines:
        session.note(alert.entries)
        return None
    is_readable = session.history.closed is None
    if alert.trigger.kind is Kind.SWEEP:
        if not is_readable:
            # Without the journal, each sweep would report every finding again.
            raise RetryLater(str(session.history.closed))
        return _postponed(rendered(alert), session, now)
    count = session.count_alert(now) if is_readable else None
    if count is not None and count > settings.alerts_per_hour:
        waiting = _postponed(rendered(alert), session, now)
        if alert.severity is Severity.CRITICAL and session.journal.may_send_digest(now):
            send_digest(session.journal, notifier, settings, now)
        return waiting
    made = rendered(alert, count if count == settings.alerts_per_hour else None)
    try:
        notifier.send(notification(made))
    except (RetryLater, Refused, ChangedMeanwhile):
        if not is_readable:
            raise
        return _postponed(made, session, now)
    session.note(alert.entries)
    return made


def _postponed(made: RenderedAlert, session: JournalSession, now: datetime) -> RenderedAlert:
    session.note(made.alert.entries, (waiting_alert(made, now),))
    return made


def send_digest(
    journal: Journal,
    notifier: Notifier,
    settings: Settings,
    now: datetime,
    summary: SweepSummary | None = None,
) -> int:
    """Send what waits in one message, and return how many alerts it has. Raises RetryLater and Refused.

    The summary of a sweep is sent with it, or by itself if it is news.
    """
    waiting = journal.waiting()
    if not waiting and (summary is None or not summary.is_news):
        return 0
    digest = digest_of(waiting, settings.trusted.account, settings.region, now, summary)
    notifier.send(digest.notification)
    journal.remove(digest.alerts)
    return len(digest.alerts)
