"""Plans made from facts, and what they would change."""

from __future__ import annotations

from permission_guard.events.trigger import Trigger
from permission_guard.iam.policy import Json
from permission_guard.model.document import statements_of
from permission_guard.model.facts import FunctionFacts
from permission_guard.repair.plan import plan_for
from permission_guard.repair.report import Plan
from permission_guard.repair.step import RewriteStatements
from permission_guard.rules import evaluate
from permission_guard.settings import Settings
from tests.fake_aws.builders import NOW, settings, statement, trigger

ARN = "aws:SourceArn"
SNS = statement("sns.amazonaws.com", sid="sns")


def plan(facts: FunctionFacts, given: Settings | None = None, event: Trigger | None = None) -> Plan:
    given = given or settings()
    return plan_for(evaluate(facts, given.trusted), facts, event or trigger(), given, NOW)


def conditions(planned: Plan) -> list[Json]:
    """The Condition of each statement as the plan's one step leaves it."""
    assert planned.unrepaired == ()
    (step,) = planned.steps
    assert isinstance(step, RewriteStatements)
    return [one.get("Condition") for one in statements_of(step.after)]


def reasons(planned: Plan) -> list[str]:
    assert planned.steps == ()
    return [tell.reason for tell in planned.unrepaired]
