"""The whole story: look, judge, plan, act, tell.

READ THIS FIRST. An event says where to look. The observer reads the function as it is now, the rules judge it, a plan
mends what is proved safe to mend, and whatever was found is told. Run twice it does nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permission_guard.carry_out import carry_out
from permission_guard.facts import FunctionFacts, Look
from permission_guard.outcome import Outcome, Result
from permission_guard.plan import Plan, plan_for
from permission_guard.ports import Actor, Herald, Observer, TryAgain
from permission_guard.report import Report
from permission_guard.rules import judge, wanted
from permission_guard.settings import Mode, Settings
from permission_guard.trigger import Trigger

ATTEMPTS: Final = 3
"""How often one event looks again when somebody else writes at the same time."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The guard and its connections to the world. Without an actor it can only observe."""

    settings: Settings
    observer: Observer
    actor: Actor | None
    herald: Herald

    def handle(self, trigger: Trigger, now: datetime) -> Report:
        """Deal with one event, and return what was found and done.

        Raises TryAgain if something is left that only a second run can finish; what was done until then is told first.
        """
        report = self._dealt_with(trigger, now)
        if report.is_worth_telling:
            self.herald.tell(report)
        unfinished = [outcome for outcome in report.outcomes if outcome.result is Result.TRY_AGAIN]
        if unfinished:
            raise TryAgain(unfinished[0].detail)
        return report

    def _dealt_with(self, trigger: Trigger, now: datetime) -> Report:
        report = self._attempt(trigger, now)
        for _ in range(ATTEMPTS - 1):
            if not any(outcome.result is Result.CHANGED_MEANWHILE for outcome in report.outcomes):
                break
            report = self._attempt(trigger, now)
        return report

    def _attempt(self, trigger: Trigger, now: datetime) -> Report:
        facts = self.look(FunctionFacts(trigger.subject, trigger.qualifier), trigger.kind.looks)
        findings = judge(facts, self.settings.trusted)
        plan = plan_for(findings, facts, trigger, self.settings, now)
        return Report(trigger, facts, findings, plan, self._act(plan), self.settings.mode)

    def look(self, facts: FunctionFacts, looks: Look) -> FunctionFacts:
        """Read until no rule about these looks asks for more."""
        while asked := wanted(facts, looks, self.settings.trusted):
            facts = self.observer.read(facts, asked)
        return facts

    def _act(self, plan: Plan) -> tuple[Outcome, ...]:
        if self.settings.mode is Mode.OBSERVE or self.actor is None:
            return tuple(Outcome(step, Result.WOULD_DO) for step in plan.steps)
        return tuple(carry_out(step, self.actor) for step in plan.steps)
