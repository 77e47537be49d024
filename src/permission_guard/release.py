"""Taking off a role what the guard once attached, when nothing needs it any more.

A policy that the guard attached stands in the way when the role is deleted (facts: DeleteConflict), so it goes when the
last function that needs it goes, or when the role has gained the right by other means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from permission_guard.carry_out import carry_out
from permission_guard.facts import GONE, FunctionFacts, Look, RoleFacts, Trusted, Unreadable
from permission_guard.finding import Verdict
from permission_guard.finish import Earlier, noted
from permission_guard.journal.book import Book, told
from permission_guard.journal.entry import Attached, Entry, State
from permission_guard.keep import Keeper
from permission_guard.outcome import Ending, Outcome, Result
from permission_guard.ports import Actor, Observer, TryAgain
from permission_guard.report import Report
from permission_guard.rules import role_can_write_logs
from permission_guard.settings import Settings
from permission_guard.step import DetachRolePolicy, apply

_HELD: Final = frozenset({State.TOLD, State.DONE, State.RELEASING})


@dataclass(frozen=True, slots=True)
class Heir:
    """Another function needs what is attached: from now on the entry is about that one."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """It stays attached, because nobody can tell whether something needs it."""

    why: str


def is_held(entry: Entry) -> bool:
    """Tell whether what the entry attached is still there by our doing."""
    is_repair = entry.state is not State.TOLD or entry.told_as in {Ending.REPAIRED, Ending.FAILED}
    return isinstance(entry.change, Attached) and entry.state in _HELD and is_repair


def release(
    entry: Entry, facts: FunctionFacts, observer: Observer, trusted: Trusted
) -> DetachRolePolicy | Heir | Kept | None:
    """Say what becomes of an attached policy; None if its function still needs it. Raises TryAgain."""
    change = entry.change
    if not isinstance(change, Attached):
        return None
    step = DetachRolePolicy(change.role_arn, change.policy_arn, (entry.finding,))
    if facts.configuration is not GONE and not (
        _stands(entry, step, facts) and _can_do_without(step, facts, trusted)
    ):
        return None
    users = observer.users(change.role_arn)
    if isinstance(users, Unreadable):
        return Kept(str(users))
    others = [one for one in users if one.arn != facts.arn]
    if not others:
        return step
    # The function may have been given another role meanwhile.
    is_same = isinstance(facts.role, RoleFacts) and facts.role.arn == change.role_arn
    role = facts.role if is_same else observer.read(others[0], Look.ROLE).role
    if not isinstance(role, RoleFacts):
        return Kept(f"{change.role_arn} could not be read")
    needing = [one for one in others if not _can_do_without(step, one.with_role(role), trusted)]
    if not needing:
        return step
    return _heir(entry, needing, facts) if facts.configuration is GONE else None


def _stands(entry: Entry, step: DetachRolePolicy, facts: FunctionFacts) -> bool:
    """Tell whether the policy is attached, or was when a run began to take it off and died."""
    attached = facts.role.attached if isinstance(facts.role, RoleFacts) else ()
    return step.policy_arn in attached or entry.state is State.RELEASING


def _can_do_without(step: DetachRolePolicy, facts: FunctionFacts, trusted: Trusted) -> bool:
    """Tell whether the role lets the function write its logs without the policy."""
    found = role_can_write_logs.check(apply(step, facts), trusted)
    return bool(found) and all(finding.verdict is Verdict.PASS for finding in found)


def _heir(entry: Entry, needing: list[FunctionFacts], facts: FunctionFacts) -> Heir | None:
    """Hand the entry to a function of this region: the journals of other regions are other tables."""
    near = next((one for one in needing if one.arn.region == facts.arn.region), None)
    if near is None:
        return None
    cause = replace(entry.cause, subject=near.arn, qualifier=None)
    return Heir(replace(entry, subject=str(near.arn), cause=cause, version=0))


def released(
    report: Report, keeper: Keeper, observer: Observer, actor: Actor, settings: Settings, now: datetime
) -> Iterator[Earlier]:
    """Detach what nothing needs any more, and yield what is to be told of it. Raises TryAgain."""
    for entry in filter(is_held, keeper.book.entries):
        found = release(entry, report.facts, observer, settings.trusted)
        match found:
            case DetachRolePolicy():
                keeper.write((replace(entry, state=State.RELEASING),))
                yield _detached(entry, carry_out(found, actor), report, now)
            case Heir(inherited):
                keeper.write((replace(entry, state=State.GONE), inherited))
            case Kept(why) if report.is_gone:
                yield _told(entry, Ending.TOLD, f"the policy stays attached: {why}", report, now)
            case Kept() | None:
                pass
            case _:
                assert_never(found)


def _detached(entry: Entry, outcome: Outcome, report: Report, now: datetime) -> Earlier:
    if outcome.result is Result.TRY_AGAIN:
        raise TryAgain(outcome.detail)
    if outcome.result is Result.DONE:
        return _told(
            entry, Ending.RELEASED, f"{outcome.step.what}: no function needs it any more", report, now
        )
    what = f"{outcome.step.what}: {outcome.result.value} ({outcome.detail})"
    return _told(entry, Ending.FAILED, what, report, now)


def _told(entry: Entry, ending: Ending, what: str, report: Report, now: datetime) -> Earlier:
    def entries(book: Book) -> tuple[Entry, ...]:
        return tuple(told(one, ending, now) for one in book.entries if one.fault == entry.fault)

    return Earlier(noted(entry, ending, what, report), entries)
