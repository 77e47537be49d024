"""Accept findings, and lift what keeps the guard off them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Entry, State, stands
from permission_guard.model.finding import Concern
from permission_guard.ports import Journal
from permission_guard.repair.outcome import Ending
from permission_guard.repair.undo import fixed_with


class NothingToAccept(Exception):
    """No finding is open that was named. The message says which are."""


class NothingToRemove(Exception):
    """Nothing keeps the guard off this fault."""


def is_acceptable(entry: Entry) -> bool:
    """Return whether an entry is about a finding that was reported and is open, as far as the journal knows."""
    return stands(entry) and entry.state is not State.PLANNED


def accept(
    entries: Iterable[Entry], concern: Concern, sid: str | None, acceptance: Acceptance, journal: Journal
) -> tuple[Entry, ...]:
    """Accept the open findings of a rule, or of it about one statement. Later ones are not covered: each is a fault of its own.

    Raises NothingToAccept, and what the journal raises.
    """
    acceptable = [one for one in entries if is_acceptable(one)]
    chosen = [
        one
        for one in acceptable
        if one.finding.concern is concern and (sid is None or one.finding.subject.partition(" ")[2] == sid)
    ]
    if not chosen:
        known = "; ".join(f"{one.finding.concern.value}: {one.finding.subject}" for one in acceptable)
        others = f"Open are: {known}." if known else "None is open."
        raise NothingToAccept(
            f"The journal has no such open finding of the rule {concern.value}. {others} "
            "`permission-guard sweep FUNCTION` evaluates a function now."
        )
    return journal.write(tuple(replace(one, acceptance=acceptance) for one in chosen))


def lift(entry: Entry, journal: Journal) -> Entry:
    """Let the guard report and repair a fault again that was accepted or undone, or put back too often; count from zero.

    Raises NothingToRemove, and what the journal raises.
    """
    was_stopped = entry.state is State.REPORTED and entry.reported_as is Ending.ESCALATED
    if entry.acceptance is not None or was_stopped:
        lifted = _from_zero(entry)
    elif entry.repairs:
        lifted = replace(entry, repairs=())
    else:
        raise NothingToRemove(
            f"Nothing to remove: {entry.id} is not accepted, not undone, and was not put back too often."
        )
    others = fixed_with(entry, journal) if entry.state is State.UNDONE else ()
    undone = (one for one in others if one.state is State.UNDONE)
    written, *_ = journal.write((lifted, *map(_from_zero, undone)))
    return written


def _from_zero(entry: Entry) -> Entry:
    return replace(entry, state=State.GONE, repairs=(), reported_at=None, reported_as=None, acceptance=None)
