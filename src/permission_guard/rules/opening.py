"""What the rules about resource policies share: how a statement's exposure becomes a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from permission_guard.exposure import Exposure
from permission_guard.facts import NOT_READ, FunctionFacts, Look, Trusted, Unreadable
from permission_guard.finding import Concern, Finding, Severity, Verdict, Witness, advice_on
from permission_guard.iam import Statement


@dataclass(frozen=True, slots=True)
class Fault:
    """What to say of a statement that lets a stranger in."""

    concern: Concern
    severity: Severity
    summary: str
    advice: str


def ask_for_policy(facts: FunctionFacts, _trusted: Trusted) -> Look:
    """Ask for the resource policy."""
    return Look.POLICY if facts.policy is NOT_READ else Look.NOTHING


def unread(rule: str, concern: Concern, facts: FunctionFacts) -> tuple[Finding, ...]:
    """Return the one finding about a policy that could not be read; none if it could."""
    if not isinstance(facts.policy, Unreadable):
        return ()
    summary, severity = str(facts.policy), Severity.HIGH
    advice = advice_on(Verdict.UNKNOWN, facts.policy, "")
    return (
        Finding(rule, concern, facts.target, Verdict.UNKNOWN, severity, summary, facts.policy, None, advice),
    )


def passed(rule: str, concern: Concern, target: str, statement: Statement, summary: str) -> Finding:
    """Return the finding about a statement that opens to no stranger."""
    subject = f"{target} {statement.label}"
    return Finding(rule, concern, subject, Verdict.PASS, Severity.HIGH, summary, statement=statement.index)


def told(finding: Finding, exposure: Exposure, fault: Callable[[Witness], Fault]) -> Finding:
    """Return what there is to tell of a statement: the finding as it is if it passes, else the fault or doubt."""
    if exposure.witness is not None:
        found = fault(exposure.witness)
        return replace(
            finding,
            concern=found.concern,
            severity=found.severity,
            verdict=Verdict.FAIL,
            summary=found.summary,
            proof=exposure.witness,
            advice=found.advice,
        )
    if exposure.doubt is not None:
        doubt = exposure.doubt
        return replace(finding, verdict=Verdict.UNKNOWN, summary=doubt.doubt, proof=doubt, advice=_DOUBT)
    if exposure.unmet is not None:
        return replace(
            finding,
            concern=Concern.PERMISSION_IS_USABLE,
            severity=Severity.LOW,
            verdict=Verdict.FAIL,
            summary=f"{_label(finding)} lets nobody in, so what it is for cannot work: {exposure.unmet.blocker}",
            proof=exposure.unmet,
            advice=_DEAD,
        )
    return finding


def _label(finding: Finding) -> str:
    return finding.subject.split(" ", 1)[-1]


_DOUBT: Final = (
    "Ask for something that can be told beforehand too (the source, the account, the organisation), or see for yourself "
    "that nobody else gets in."
)
_DEAD: Final = (
    "Ask for what this caller really sends, where the permission is defined; or remove the permission, if nothing needs "
    "it."
)
