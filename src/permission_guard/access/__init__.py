"""Who has access: the exact analysis of a resource-based policy.

Does a request exist from outside the zone of trust that an Allow statement admits and no Deny refuses? The answer is
such a request, a proof that there is none, or "unknown" with the reason. docs/access.md describes the model of callers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from permission_guard.access.actions import EVERY, INVOKING, MANAGING, READ_LAYER, READING, written
from permission_guard.access.answer import Access, Answer, Change, Comparison, Scale, WitnessRequest
from permission_guard.access.difference import admitted, lost
from permission_guard.access.external import Analysis
from permission_guard.access.meter import BUDGET
from permission_guard.access.scene import Target
from permission_guard.iam import Effect, Policy
from permission_guard.model.facts import Trusted

__all__ = [
    "BUDGET",
    "EVERY",
    "INVOKING",
    "MANAGING",
    "READING",
    "READ_LAYER",
    "Access",
    "Analysis",
    "Answer",
    "Change",
    "Comparison",
    "Scale",
    "Target",
    "Trusted",
    "WitnessRequest",
    "analyze",
    "compare",
]


def analyze(
    policy: Policy, arn: str, trusted: Trusted, now: datetime, *, actions: Sequence[str] | None = None
) -> tuple[Answer, ...]:
    """Return one answer for each Allow statement of a policy, in the order of the statements. They share one step budget.

    `arn` is the function, version, alias or layer version that is called. `actions` limits the question to these
    actions; None stands for every action on a function. Raises ArnError.
    """
    target = Target.of(arn)
    analysis = Analysis.of(policy, target, trusted, now)
    asked = (*EVERY, *written(policy.statements)) if actions is None else tuple(actions)
    return analysis.answers([one for one in policy.statements if one.effect is Effect.ALLOW], asked)


def compare(before: Policy, after: Policy, arn: str, trusted: Trusted, now: datetime) -> Comparison:
    """Return what a repair changes: whether it refuses a trusted request, and whether it newly allows any. Raises ArnError."""
    target = Target.of(arn)
    refused, lost_request = lost(Analysis.of(before, target, trusted, now, other=after), after)
    allowed, admitted_request = admitted(Analysis.of(after, target, trusted, now, other=before), before)
    return Comparison(refused, allowed, lost_request, admitted_request)
