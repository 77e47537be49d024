"""Reads a function as it is now, and the journal's entries about it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.journal.entry import Rewritten
from permission_guard.journal.session import JournalSession
from permission_guard.model.document import NO_STATEMENTS, statements_of
from permission_guard.model.facts import FactKind, FunctionFacts, PolicyFacts
from permission_guard.ports import Observer, RetryLater
from permission_guard.rules import wanted

_STALE_READS: Final = 2
"""How often a policy that does not yet show the statement of its event is read again later."""


def read(trigger: Trigger, observer: Observer, session: JournalSession, now: datetime) -> FunctionFacts:
    """Read the function of an event, and the journal at the same time.

    If the journal has entries, another run may have repaired the function meanwhile, so the function is read again.
    Raises RetryLater, also if the policy does not show its event yet.
    """
    facts = FunctionFacts(trigger.subject, trigger.qualifier, at=now)
    asked = wanted(facts, trigger.to_read)
    beside = observer.read_beside(facts, asked, trigger.role, session.read)
    first = facts if session.history.entries else beside
    facts = read_facts(observer, first, trigger.to_read, trigger.role)
    if _is_stale(trigger, facts, session):
        raise RetryLater(f"the policy of {facts.target} does not show statement {trigger.arrived!r} yet")
    return facts


def read_facts(
    observer: Observer,
    facts: FunctionFacts,
    to_read: FactKind,
    likely_role: str | None = None,
) -> FunctionFacts:
    """Read until no rule asks for more. Raises RetryLater."""
    while asked := wanted(facts, to_read):
        facts = observer.read(facts, asked, likely_role)
    return facts


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
