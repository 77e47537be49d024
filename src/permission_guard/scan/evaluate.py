"""From facts to the result of a scan: every verdict with its proof in words and the lines to change."""

from __future__ import annotations

from datetime import datetime

from permission_guard.alerts.patches import Patch, patches_for
from permission_guard.events.actor import SWEEP
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.journal.fault import fault_of
from permission_guard.model.facts import FactKind, FunctionFacts, Trusted
from permission_guard.model.finding import Concern, Verdict, gravest
from permission_guard.model.proof_text import proof_kind, sentence
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine
from permission_guard.scan.explanation import Explanation, ProvedFix, explain
from permission_guard.scan.result import Scan, ScannedFinding


def needed_by(rules: frozenset[str]) -> FactKind:
    """Return what rules need to read."""
    about_roles = rules & {Concern.ROLE_CAN_WRITE_LOGS.value}
    to_read = FactKind.ROLE if about_roles else FactKind.NOTHING
    return to_read | FactKind.POLICY if rules - about_roles else to_read


def findings(
    facts: FunctionFacts, trusted: Trusted, rules: frozenset[str], at: datetime
) -> tuple[ScannedFinding, ...]:
    """Evaluate what has been read by these rules. What passes is a finding too."""
    return tuple(
        flat(one, facts, _patches(one, facts, at))
        for one in explain(facts, trusted)
        if one.finding.concern.value in rules
    )


def _patches(one: Explanation, facts: FunctionFacts, at: datetime) -> tuple[Patch, ...]:
    """Return the lines to change at the source."""
    trigger = Trigger(Kind.SWEEP, facts.arn, facts.qualifier, SWEEP, "", at)
    made = one.fix
    if isinstance(made, ProvedFix):
        ending, before, after = Ending.WOULD_REPAIR, made.before or None, made.after or None
        return patches_for(ReportLine(one.finding, ending, made.what, before, after), facts, trigger)
    return patches_for(ReportLine(one.finding, Ending.REPORTED, ""), facts, trigger)


def flat(one: Explanation, facts: FunctionFacts, patches: tuple[Patch, ...]) -> ScannedFinding:
    """Return one verdict on a function, version, alias or layer version, flat."""
    finding, fix = one.finding, one.fix
    made = fix if isinstance(fix, ProvedFix) else ProvedFix("", "", "", "")
    return ScannedFinding(
        fault=fault_of(finding, facts),
        target=facts.target,
        name=facts.arn.name,
        qualifier=facts.qualifier,
        account=facts.arn.account,
        region=facts.arn.region,
        subject=finding.subject,
        rule=finding.concern,
        title=one.title,
        verdict=finding.verdict,
        severity=finding.severity,
        summary=finding.summary,
        proof_kind=proof_kind(finding.proof),
        proof=sentence(finding.proof),
        sentence=one.sentence,
        because=one.because,
        why=one.why,
        repair=made.what,
        before=made.before,
        after=made.after,
        obstacle=fix if isinstance(fix, str) else "",
        advice=one.advice,
        patches=patches,
    )


def verdict(scan: Scan) -> Verdict:
    """FAIL if anything failed; else UNKNOWN if anything is in doubt or could not be read; else PASS."""
    return gravest(
        [
            *(one.verdict for one in scan.findings if not one.accepted),
            *([Verdict.UNKNOWN] if scan.skipped else []),
        ]
    )
