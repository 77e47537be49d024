"""What the journal has about one function, and how each entry changes. Nothing here reads or writes the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Attached, Change, Entry, Rewritten, State
from permission_guard.journal.fault import fault_of, faults_alike
from permission_guard.model.document import (
    NO_STATEMENTS,
    bodies_of,
    canonical,
    dumped,
    statements_of,
    written,
)
from permission_guard.model.facts import GONE, MISSING_ROLE, FunctionFacts, PolicyFacts, RoleFacts, is_version
from permission_guard.model.finding import Concern, Finding
from permission_guard.repair.outcome import Ending
from permission_guard.repair.step import AttachRolePolicy, Repair, RewriteStatements


@frozen
class FunctionHistory:
    """The entries about one subject. `closed` says why they cannot be read: then nothing may be repaired."""

    entries: tuple[Entry, ...] = ()
    closed: str | None = None
    seen: frozenset[str] | None = None
    """The digests of the statements of the function and its aliases that a sweep has seen; None before the first."""
    seen_versions: frozenset[str] | None = None
    """The same of its published versions."""

    def of(self, finding: Finding, facts: FunctionFacts) -> Entry | None:
        """Return the entry about a finding's fault."""
        fault = fault_of(finding, facts)
        return next((entry for entry in self.entries if entry.fault == fault), None)

    def seen_in(self, qualifier: str | None) -> frozenset[str] | None:
        """Return what a sweep has seen in the policy of the function, or of one of its versions or aliases."""
        return self.seen_versions if is_version(qualifier) else self.seen

    def is_existing(self, finding: Finding, facts: FunctionFacts) -> bool:
        """Return whether a statement with this content, under any Sid, was reported as existing."""
        faults = faults_alike(finding, facts)
        return any(entry.is_existing for entry in self.entries if entry.fault in faults)

    def about(self, fault: str) -> tuple[Entry, ...]:
        """Return the entry about a fault; nothing if there is none."""
        return tuple(one for one in self.entries if one.fault == fault)

    def with_entries(self, entries: tuple[Entry, ...]) -> FunctionHistory:
        """Return the history with these entries in place of those about the same faults."""
        written = {entry.fault for entry in entries}
        return replace(self, entries=(*(one for one in self.entries if one.fault not in written), *entries))

    def held_back(self, finding: Finding, facts: FunctionFacts, now: datetime) -> tuple[Ending, str] | None:
        """Return how to report a fault that must not be repaired, and why; None if it may be repaired."""
        if self.closed is not None:
            return (
                Ending.REPORTED,
                f"the journal cannot be read, and a repair must be written into it first: {self.closed}",
            )
        entry = self.of(finding, facts)
        if entry is None:
            return None
        recent = [at for at in entry.repairs if now - at < PUT_BACK_WINDOW]
        stopped = entry.state is State.REPORTED and entry.reported_as is Ending.ESCALATED
        if stopped or len(recent) >= PUT_BACK_LIMIT:
            return Ending.ESCALATED, _PUT_BACK.format(len(entry.repairs), entry.id)
        return None


_PUT_BACK = (
    "the guard repaired this {} times, and each time it was put back. Change it where it is defined; then "
    "`permission-guard accept --remove {}` lets the guard repair it again"
)


PUT_BACK_LIMIT: Final = 3
"""How often the same fault is repaired within `PUT_BACK_WINDOW`. After that it is only reported: two tools that undo each
other's changes need a person, and three times rules out a retried deployment."""
PUT_BACK_WINDOW: Final = timedelta(days=1)
REMINDER: Final = timedelta(days=7)
"""After this time a fault that still exists is reported again."""
REPLACED_WITHIN: Final = timedelta(days=1)
"""A statement that was reported as existing, was removed and returns within this time is not new."""

EMPTY: Final = FunctionHistory()
"""A history without entries."""


def seen(
    history: FunctionHistory, finding: Finding, facts: FunctionFacts, trigger: Trigger, now: datetime
) -> Entry:
    """Return the entry about a finding, new if there is none, with the present time and cause."""
    entry = history.of(finding, facts)
    if entry is None:
        subject, fault = str(facts.arn), fault_of(finding, facts)
        return Entry(subject, fault, finding, trigger, State.GONE, first_seen=now, last_seen=now)
    # A sweep has no cause of its own: the known cause stays.
    cause = entry.cause if trigger.kind is Kind.SWEEP else trigger
    return replace(entry, finding=finding, cause=cause, last_seen=now)


def planned(
    history: FunctionHistory, step: Repair, facts: FunctionFacts, trigger: Trigger, now: datetime
) -> tuple[Entry, ...]:
    """Return the entries to write before a repair, with what is there before and after."""
    return tuple(
        replace(seen(history, finding, facts, trigger, now), state=State.PLANNED, change=change)
        for finding, change in _changes(step)
    )


def counted(entry: Entry, now: datetime) -> Entry:
    """Return the entry of a repair that was made. What another run has reported is not counted again."""
    if entry.state is not State.PLANNED:
        return entry
    return replace(entry, repairs=(*entry.repairs, now)[-_KEPT:])


_KEPT: Final = 100
"""How many repairs of one fault are remembered."""


def reported(
    entry: Entry, ending: Ending, now: datetime, *, is_finished: bool = True, is_existing: bool = False
) -> Entry:
    """Return the entry after it was reported, or stored for the next digest.

    An unfinished repair stays PLANNED, because a call that seemed to fail may have had its effect. What a person undid
    stays UNDONE.
    """
    state = State.REPORTED if is_finished and entry.state is not State.UNDONE else entry.state
    if ending is Ending.RELEASED:
        state = State.RELEASED
    return replace(
        entry,
        state=state,
        reported_at=now,
        reported_as=ending,
        last_seen=now,
        is_existing=entry.is_existing or is_existing,
    )


def settled(entry: Entry) -> Entry:
    """Return the entry of a repair that failed again and was reported before."""
    return replace(entry, state=State.REPORTED)


def gone(entry: Entry, now: datetime) -> Entry:
    """Return the entry of a fault that disappeared without a repair."""
    return replace(entry, state=State.GONE, last_seen=now)


def is_due(entry: Entry | None, ending: Ending, now: datetime) -> bool:
    """Return whether an alert must be sent: the first, another outcome, after a return, or a reminder.

    An accepted fault is reported only before and after its acceptance ends.
    """
    if entry is None or entry.reported_at is None or ending in _ALWAYS:
        return True
    accepted = entry.acceptance.is_due(entry.reported_at, now) if entry.acceptance else None
    if accepted is not None:
        return accepted
    came_back = entry.state in {State.GONE, State.RELEASED} and not (
        entry.is_existing and now - entry.last_seen < REPLACED_WITHIN
    )
    return came_back or entry.reported_as is not ending or now - entry.reported_at >= REMINDER


_ALWAYS = frozenset({Ending.REPAIRED, Ending.RELEASED})
"""What changed something is always reported."""


def is_made(entry: Entry, facts: FunctionFacts) -> bool | None:
    """Return whether a planned repair was made; None if the facts do not show it."""
    change = entry.change
    match change:
        case Attached(role_arn=role, policy_arn=policy):
            if not isinstance(facts.role, RoleFacts) or facts.role.arn != role:
                return None
            return policy in facts.role.attached
        case Rewritten():
            return _stands(change, facts)
        case None:
            return False
        case _:
            assert_never(change)


def is_on_its_way(entry: Entry | None, now: datetime) -> bool:
    """Return whether a policy was attached so recently that IAM may not show it yet."""
    if entry is None or not isinstance(entry.change, Attached) or entry.reported_as is not Ending.REPAIRED:
        return False
    is_recent = bool(entry.repairs) and now - entry.repairs[-1] < _SHOWN
    return entry.state is State.REPORTED and is_recent


_SHOWN: Final = timedelta(minutes=1)
"""After this time a policy that IAM does not show counts as detached, and is attached again."""


def _stands(change: Rewritten, facts: FunctionFacts) -> bool | None:
    """Return whether the policy has what a repair wrote; None if the facts do not show it."""
    if change.target != facts.target or not isinstance(facts.policy, PolicyFacts):
        return None
    text = facts.policy.policy.text if facts.policy.policy else NO_STATEMENTS
    return set(map(canonical, bodies_of(change.after))) <= set(map(canonical, statements_of(text)))


def is_held(entry: Entry) -> bool:
    """Return whether a policy that the guard attached may still be attached."""
    return isinstance(entry.change, Attached) and entry.state in _HELD and bool(entry.repairs)


_HELD: Final = frozenset({State.REPORTED, State.RELEASING})


def is_open(entry: Entry) -> bool:
    """Return whether a sweep must check an entry. An attached policy may have to be detached; a repaired statement is done."""
    is_done = entry.state is State.REPORTED and entry.reported_as is Ending.REPAIRED
    return entry.state not in _CLOSED and not (is_done and isinstance(entry.change, Rewritten))


_CLOSED: Final = frozenset({State.GONE, State.RELEASED})


def is_in_view(entry: Entry, facts: FunctionFacts) -> bool:
    """Return whether the facts show if an entry's fault exists: what could not be read shows nothing."""
    if facts.configuration is GONE and facts.qualifier is None:
        return True
    if entry.cause.qualifier != facts.qualifier:
        return False
    if entry.finding.concern is Concern.ROLE_CAN_WRITE_LOGS:
        return isinstance(facts.role, RoleFacts) or facts.role in {MISSING_ROLE, GONE}
    return isinstance(facts.policy, PolicyFacts)


def _changes(step: Repair) -> tuple[tuple[Finding, Change], ...]:
    match step:
        case AttachRolePolicy():
            attached = Attached(step.role_arn, step.policy.name, step.role_id)
            return tuple((finding, attached) for finding in step.fixes)
        case RewriteStatements():
            return tuple(
                (
                    finding,
                    Rewritten(
                        step.target,
                        step.policy.family,
                        dumped(replacement.before),
                        written(replacement.after),
                        step.before,
                    ),
                )
                for replacement in step.replacements
                for finding in replacement.fixes
            )
        case _:
            assert_never(step)
