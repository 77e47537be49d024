"""Naming what is connected, in a statement that the guard has bound to the account: a sweep does so if it is asked to.

Deployment tools add a permission before its trigger, so that nothing is connected yet when it arrives, and it is bound to
the account. Every rule passes that. Once the service shows what it is set up for, the statement can name exactly that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from permission_guard.carry_out import carry_out
from permission_guard.document import (
    AlreadyBound,
    Body,
    body_of,
    canonical,
    dumped,
    statements_of,
    with_bounds,
)
from permission_guard.exposure import reached_by
from permission_guard.facts import NOT_READ, FunctionFacts, PolicyFacts
from permission_guard.finding import Concern, Finding, Verdict
from permission_guard.finish import NARROWED, Earlier, noted
from permission_guard.grant import NotExpressible
from permission_guard.iam import Policy, Statement
from permission_guard.journal.book import Book, told
from permission_guard.journal.entry import Entry, Rewritten, State
from permission_guard.keep import Keeper
from permission_guard.mend import swapped_for
from permission_guard.outcome import Ending, Result
from permission_guard.ports import Actor, ChangedMeanwhile, Observer, Refused, TryAgain
from permission_guard.prove import objection
from permission_guard.report import Report
from permission_guard.rules import rule_of
from permission_guard.rules.invoke_permission_names_its_source import callers
from permission_guard.rules.rule import AddConditions
from permission_guard.settings import Settings
from permission_guard.step import BoundStatements, Swap, pieces

_CONCERN: Final = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE


@dataclass(frozen=True, slots=True)
class Bounded:
    """A statement of ours that stands in the policy, bound to the account: how it was repaired, and what passes it."""

    entry: Entry
    before: Body
    """What stood there before the repair."""
    now: Body
    statement: Statement
    finding: Finding


def narrowed(
    report: Report, keeper: Keeper, observer: Observer, actor: Actor, settings: Settings, now: datetime
) -> Iterator[Earlier]:
    """Name what is connected, and yield what is to be told of it.

    What cannot be done now, because AWS does not answer or somebody writes at the same time, is left to the next sweep.
    """
    policy = report.facts.policy
    # What this run has written itself is not what it has read.
    is_written = any(isinstance(outcome.step, BoundStatements) for outcome in report.outcomes)
    if is_written or not isinstance(policy, PolicyFacts) or policy.policy is None:
        return
    step, swaps = _planned(report, policy, policy.policy, keeper.book, observer, settings)
    for piece in pieces(step) if swaps else ():
        faults = [fault for fault, swap in swaps.items() if swap in piece.swaps]
        if _made(piece, {fault: swaps[fault] for fault in faults}, keeper, actor):
            yield from (_told(fault, report, keeper.book, now) for fault in faults)


def _planned(
    report: Report,
    facts: PolicyFacts,
    policy: Policy,
    book: Book,
    observer: Observer,
    settings: Settings,
) -> tuple[BoundStatements, dict[str, Swap]]:
    """Return what is to be done, as one step, and for which fault each part of it is; what is not proved is left out."""
    step, swaps, seen = BoundStatements(report.facts.target, facts, ()), dict[str, Swap](), report.facts
    for one in _bounded(report, policy, book):
        seen = _asked(one.finding, seen, observer)
        swap = _swap(one, seen, facts, settings)
        more = replace(step, swaps=(*step.swaps, swap)) if swap else step
        if swap is not None and objection(more, seen, settings.trusted) is None:
            step = more
            swaps[one.entry.fault] = swap
    return step, swaps


def _bounded(report: Report, policy: Policy, book: Book) -> Iterator[Bounded]:
    """Yield the statements that stand there as a repair of ours left them, and that nobody has anything against."""
    passed = {
        one.statement: one
        for one in report.findings
        if one.concern is _CONCERN and one.verdict is Verdict.PASS
    }
    bodies = statements_of(policy.text)
    for entry in book.entries:
        change = entry.change
        is_ours = entry.state is State.TOLD and entry.told_as in {Ending.REPAIRED, Ending.NARROWED}
        if not isinstance(change, Rewritten) or not is_ours or entry.finding.concern is not _CONCERN:
            continue
        wanted = canonical(body_of(change.after)) if change.target == report.facts.target else None
        for body, statement in zip(bodies, policy.statements, strict=True):
            if canonical(body) == wanted and statement.index in passed:
                yield Bounded(entry, body_of(change.before), body, statement, passed[statement.index])
                break


def _asked(finding: Finding, facts: FunctionFacts, observer: Observer) -> FunctionFacts:
    """Ask the services of a statement what they have set up; one that does not answer now is asked by the next sweep."""
    for caller in callers(finding, facts):
        if caller.wired and facts.wiring(caller.principal) is NOT_READ:
            with suppress(TryAgain):
                facts = facts.with_wiring(caller.principal, observer.wired(facts, caller.principal))
    return facts


def _swap(one: Bounded, facts: FunctionFacts, policy: PolicyFacts, settings: Settings) -> Swap | None:
    """Return what names exactly what is connected; None if nothing is, or if it is named already."""
    remedy = next(rule_of(one.finding).remedies(one.finding, facts, settings.trusted), None)
    if not isinstance(remedy, AddConditions) or not reached_by(one.statement, facts, settings.trusted):
        return None
    try:
        # Upon what stood there before the repair: two conditions on one key are no narrower statement.
        narrower = with_bounds(one.before, remedy.bounds)
        # By its Sid what a run that died has left there is known (`is_twin`).
        named = {**narrower, "Sid": one.now["Sid"]} if "Sid" in one.now else narrower
        swap = swapped_for(policy, one.now, named, facts.target, one.finding)
    except (AlreadyBound, NotExpressible):
        return None
    return swap if canonical(named) != canonical(one.now) else None


def _made(step: BoundStatements, swaps: dict[str, Swap], keeper: Keeper, actor: Actor) -> bool:
    """Write down what is about to be done, and do it. Tell whether it was done."""
    entries = tuple(entry for fault, swap in swaps.items() for entry in _noted_in(keeper.book, fault, swap))
    try:
        keeper.write(entries)
    except (ChangedMeanwhile, Refused, TryAgain):
        return False
    return carry_out(step, actor).result is Result.DONE


def _noted_in(book: Book, fault: str, swap: Swap) -> Iterator[Entry]:
    """Yield the entries about a fault and about others that the same change has mended, with what is about to be written."""
    (entry,) = book.about(fault)
    for one in book.entries:
        if isinstance(one.change, Rewritten) and one.change == entry.change:
            yield replace(one, change=replace(one.change, narrower=dumped(swap.after)))


def _told(fault: str, report: Report, book: Book, now: datetime) -> Earlier:
    (entry,) = book.about(fault)
    return Earlier(noted(entry, Ending.NARROWED, NARROWED, report), _after(fault, now))


def _after(fault: str, now: datetime) -> Callable[[Book], tuple[Entry, ...]]:
    return lambda book: tuple(told(one, Ending.NARROWED, now) for one in book.about(fault))
