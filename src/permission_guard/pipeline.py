"""The whole story: look, judge, plan, act, tell.

READ THIS FIRST. An event says where to look. The observer reads the function as it is now, the rules judge it, a plan
mends what is proved safe to mend, and whatever was found is told. Every repair is written into the journal before it is
made, so that whatever dies in between is finished by the next run: run twice it does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from permission_guard.account_budget import AccountBudget
from permission_guard.carry_out import carry_out
from permission_guard.facts import FunctionFacts, Look, Trusted
from permission_guard.finding import Concern
from permission_guard.finish import Earlier, finish
from permission_guard.iam import FunctionArn
from permission_guard.journal.book import Book, planned, waits
from permission_guard.journal.budget import Budget, budget
from permission_guard.journal.entry import Entry
from permission_guard.keep import Keeper
from permission_guard.outcome import Outcome, Result
from permission_guard.plan import concerned, plan_for
from permission_guard.ports import (
    Actor,
    ChangedMeanwhile,
    Herald,
    Journal,
    Later,
    Observer,
    Refused,
    TryAgain,
)
from permission_guard.release import released
from permission_guard.report import Line, Report
from permission_guard.rules import judge, wanted
from permission_guard.settings import Mode, Settings, Treatment
from permission_guard.step import Repair, parts
from permission_guard.task import WAITS, Again
from permission_guard.telling import as_told, news, within
from permission_guard.trigger import Kind, Trigger

ATTEMPTS: Final = 3
"""How often one event looks again when somebody else writes at the same time."""


def look(
    observer: Observer, facts: FunctionFacts, looks: Look, trusted: Trusted, likely_role: str | None = None
) -> FunctionFacts:
    """Read until no rule about these looks asks for more. Raises TryAgain."""
    while asked := wanted(facts, looks, trusted):
        facts = observer.read(facts, asked, likely_role)
    return facts


@dataclass(frozen=True, slots=True)
class Guard:
    """The guard and its connections to the world. Without an actor it can only observe."""

    settings: Settings
    observer: Observer
    actor: Actor | None
    herald: Herald
    journal: Journal
    account: AccountBudget | None = None
    """How many alerts about all functions may be sent; None where nobody counts."""
    later: Later | None = None
    """How what waits to be told is looked at again; None where only the next event or sweep does."""

    def handle(self, trigger: Trigger, now: datetime) -> Report:
        """Deal with one event, and return what was found and done.

        Raises TryAgain if something is left that only a second run can finish; what was done until then is told first.
        """
        keeper = Keeper(self.journal, str(trigger.subject))
        report = self._dealt_with(trigger, keeper, now)
        waited = waits(keeper.book)
        report = news(report, keeper.book, self.settings, now)
        left_to_say, of_account = self._left_to_say(report, keeper.book, now)
        report = self._told(within(report, left_to_say, self.settings, of_account=of_account), keeper, now)
        noted: list[Line] = []
        left = (
            finish(report, keeper, now, tells=left_to_say is Budget.OPEN),
            self._released(report, keeper, now),
        )
        for earlier in chain(*left):
            if earlier.report.lines:
                self.herald.tell(earlier.report)
            keeper.note(earlier.after)
            noted += earlier.report.noted
        self._see_again(trigger, keeper, now, waited=waited)
        unfinished = [outcome for outcome in report.outcomes if outcome.result is Result.TRY_AGAIN]
        if unfinished:
            raise TryAgain(unfinished[0].detail)
        if keeper.book.closed is not None and not report.lines and not noted:
            # Nobody would hear that what an earlier run left is not finished.
            raise TryAgain(keeper.book.closed)
        return replace(report, noted=tuple(noted))

    def _dealt_with(self, trigger: Trigger, keeper: Keeper, now: datetime) -> Report:
        report = self._attempt(trigger, keeper, now)
        for _ in range(ATTEMPTS - 1):
            if not any(outcome.result is Result.CHANGED_MEANWHILE for outcome in report.outcomes):
                break
            report = self._attempt(trigger, keeper, now)
        return report

    def _attempt(self, trigger: Trigger, keeper: Keeper, now: datetime) -> Report:
        return self.act(self.plan(trigger, keeper, now), keeper, now)

    def plan(self, trigger: Trigger, keeper: Keeper, now: datetime) -> Report:
        """Look, judge and plan; nothing is changed, and nothing is written. Raises TryAgain."""
        facts = self._first_look(trigger, keeper)
        facts = look(self.observer, facts, trigger.looks, self.settings.trusted, trigger.role)
        findings = judge(facts, self.settings.trusted)
        due = concerned(findings, facts, trigger, keeper.book, now)
        plan = plan_for(due, facts, trigger, self.settings, now, keeper.book)
        return Report(trigger, facts, findings, plan, (), self.settings.mode)

    def _first_look(self, trigger: Trigger, keeper: Keeper) -> FunctionFacts:
        """Read the journal, and what is asked first of a function that is new.

        The journal comes first: if another run repairs between the two looks, what is planned cannot be written upon it. About
        a new function there is hardly ever anything in it, so both are asked at once. A journal in which nothing stands is as
        good as one that was read before: nobody had begun to repair anything. If something does, the function is read again.
        """
        facts = FunctionFacts(trigger.subject, trigger.qualifier)
        asked = wanted(facts, trigger.looks, self.settings.trusted)
        if trigger.kind is not Kind.FUNCTION_CREATED or not asked:
            keeper.read()
            return facts
        seen = self.observer.read_beside(facts, asked, trigger.role, keeper.read)
        return facts if keeper.book.entries else seen

    def act(self, report: Report, keeper: Keeper, now: datetime) -> Report:
        """Carry out what was planned, upon the very policies and entries that were read for it."""
        steps = (part for step in report.plan.steps for part in parts(step))
        # As the journal was before the look, whatever is read from it while the first of them is made.
        known = [(step, planned(keeper.book, step, report.facts, report.trigger, now)) for step in steps]
        outcomes = tuple(self._act(step, entries, keeper) for step, entries in known)
        return replace(report, outcomes=outcomes)

    @property
    def _hand(self) -> Actor | None:
        """What may change something; nothing while the guard only observes."""
        return None if self.settings.mode is Mode.OBSERVE else self.actor

    def _act(self, step: Repair, entries: tuple[Entry, ...], keeper: Keeper) -> Outcome:
        """Make one repair: first it is written down, then it is made.

        That it was made is written down with that it was told. What dies before that leaves PLANNED, and a later run sees for
        itself whether it was made.
        """
        if self._hand is None:
            return Outcome(step, Result.WOULD_DO)
        try:
            keeper.write(entries)
        except ChangedMeanwhile as error:
            return Outcome(step, Result.CHANGED_MEANWHILE, str(error))
        except Refused as error:
            return Outcome(step, Result.REFUSED, f"it could not be written into the journal first: {error}")
        except TryAgain as error:
            return Outcome(step, Result.TRY_AGAIN, str(error))
        return carry_out(step, self._hand)

    def _released(self, report: Report, keeper: Keeper, now: datetime) -> Iterator[Earlier]:
        repairs = self.settings.treatments[Concern.ROLE_CAN_WRITE_LOGS] is Treatment.REPAIR
        if self._hand is None or not repairs:
            return iter(())
        return released(report, keeper, self.observer, self._hand, self.settings, now)

    def tell(self, report: Report, keeper: Keeper, now: datetime) -> Report:
        """Tell what is new in a report, and write down that it was told."""
        return self._told(news(report, keeper.book, self.settings, now), keeper, now)

    def _told(self, report: Report, keeper: Keeper, now: datetime) -> Report:
        """Tell what a report has to tell now, and write down that it was told, or that it waits to be."""
        if report.lines:
            self.herald.tell(report)
            if report.is_limit_of_account and self.account:
                self.account.said(now)
        keeper.note(as_told(report, now))
        return report

    def _left_to_say(self, found: Report, book: Book, now: datetime) -> tuple[Budget, bool]:
        """Return what is left of the function's alerts or of the account's, and whether it is the account that sets the bound.

        The account is asked only if there is something to tell. What waits must be written down, so it sets no bound where the
        journal cannot be read. Its warning comes first: the function's is given with its next alert.
        """
        own = budget(book, self.settings.alerts_per_hour, now)
        has_news = bool(found.lines) or waits(book)
        if own is Budget.SPENT or self.account is None or not has_news or book.closed is not None:
            return own, False
        whole = self.account.left(now)
        return (own, False) if whole is Budget.OPEN else (whole, True)

    def _see_again(self, trigger: Trigger, keeper: Keeper, now: datetime, *, waited: bool) -> None:
        """Have the function looked at again while something of it waits, by one task at a time.

        If the queue does not take it, the next event about the function or the next sweep tells what waits.
        """
        is_ours = not waited or trigger.event_id == WAITS
        if self.later and is_ours and waits(keeper.book) and isinstance(trigger.subject, FunctionArn):
            with suppress(TryAgain, Refused, ChangedMeanwhile):
                self.later.look_again(Again(trigger.subject, trigger.qualifier, now))
