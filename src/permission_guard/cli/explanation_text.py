"""Explanations as they are shown: as text for people, with colour for a terminal, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from permission_guard.alerts import finding_json, printable
from permission_guard.cli.difference import difference
from permission_guard.cli.explain_input import ExplainInput
from permission_guard.cli.rows import headline, row, totals, word
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Configuration, FunctionFacts
from permission_guard.model.finding import Finding, Verdict
from permission_guard.scan.explanation import Explanation, ProvedFix, verdict

SCHEMA: Final = "permission-guard/explain/1"


def text(asked: ExplainInput, explanations: tuple[Explanation, ...]) -> str:
    """What is evaluated, then every finding, then how many there are of each verdict."""
    parts = [*_head(asked)]
    for one in explanations:
        parts += ["", *_paragraphs(one, asked.facts)]
    total = totals(one.finding.verdict for one in explanations)
    nothing = "No statement allows anyone to invoke the function."
    return "\n".join([*parts, "", total if explanations else nothing]) + "\n"


def _head(asked: ExplainInput) -> Iterator[str]:
    facts, trusted = asked.facts, asked.trusted
    yield row("Function", facts.target)
    if isinstance(facts.configuration, Configuration):
        yield row("Role", facts.configuration.role_arn)
        yield row("Log group", facts.configuration.log_group)
    yield row("Trusted", ", ".join((*trusted.all_accounts, *trusted.organizations)))
    for read in asked.read:
        yield row("Read", f"{read}.")
    for assumed in asked.assumed:
        yield row("Assumed", f"{assumed}.")


def _paragraphs(one: Explanation, facts: FunctionFacts) -> Iterator[str]:
    finding = one.finding
    grave = "" if finding.verdict is Verdict.PASS else f" ({finding.severity.name})"
    title = printable(f"{finding.verdict.value} {finding.concern.value}{grave}: {_subject(finding, facts)}")
    yield word(finding.verdict) + headline(title).removeprefix(finding.verdict.value)
    yield row("Rule", f"{one.title}.", "  ")
    yield row("Found", one.sentence, "  ")
    for reason in one.because:
        yield row("Because", reason, "  ")
    if finding.verdict is Verdict.FAIL:
        yield row("Risk", one.why, "  ")
    yield from _fix(one.fix)
    if one.advice:
        yield row("Next", one.advice, "  ")


def _subject(finding: Finding, facts: FunctionFacts) -> str:
    """Name the statement by its Sid, in quotes; else what the finding is about."""
    policy = facts.resource_policy
    if finding.statement is None or policy is None:
        return finding.subject
    sid = policy.statements[finding.statement].sid
    named = f'statement "{sid}"' if sid else f"statement {finding.statement + 1}, which has no Sid,"
    return f"{named} of {facts.target.split(':', 6)[-1]}"


def _fix(fix: ProvedFix | str) -> Iterator[str]:
    if isinstance(fix, str):
        if fix:
            yield row("No fix", f"{fix[:1].upper()}{fix[1:]}.", "  ")
        return
    yield row("Fix", f"{fix.what[:1].upper()}{fix.what[1:]}.", "  ")
    if fix.before:
        lines = difference(fix.before, fix.after, then_named="after the fix")
        for number, line in enumerate(lines):
            yield f"  {'' if number else 'Change':<10} {line}"
    yield row("Impact", f"{fix.costs[:1].upper()}{fix.costs[1:]}.", "  ")


def body(asked: ExplainInput, explanations: tuple[Explanation, ...]) -> str:
    """The same for machines."""
    facts, trusted = asked.facts, asked.trusted
    whole: dict[str, Json] = {
        "schema": SCHEMA,
        "function": str(facts.arn),
        "qualifier": facts.qualifier,
        "role": facts.configuration.role_arn if isinstance(facts.configuration, Configuration) else None,
        "trusted": {"accounts": trusted.all_accounts, "organizations": trusted.organizations},
        "assumed": asked.assumed,
        "read": asked.read,
        "verdict": verdict(explanations).value,
        "findings": [_entry(one) for one in explanations],
    }
    return json.dumps(whole, indent=2) + "\n"


def _entry(one: Explanation) -> dict[str, Json]:
    fix = one.fix
    return {
        **finding_json(one.finding),
        "sentence": one.sentence,
        "because": one.because,
        "why": one.why,
        "fix": {"what": fix.what, "before": fix.before, "after": fix.after, "impact": fix.costs}
        if isinstance(fix, ProvedFix)
        else None,
        "obstacle": None if isinstance(fix, ProvedFix) or not fix else fix,
        "next": one.advice,
    }
