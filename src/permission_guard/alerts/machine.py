"""The alert as JSON. `docs/alert.schema.json` is its schema."""

from __future__ import annotations

from typing import Final, assert_never

from permission_guard.alerts.commands import contain_command, resume_command, undo_command
from permission_guard.alerts.difference import STANDS_NOW, difference
from permission_guard.alerts.patches import patches_for
from permission_guard.alerts.report import Line, Report
from permission_guard.alerts.subject import kind_of, subject
from permission_guard.iam import Anonymous, IamPrincipal, Principal, Request, Service
from permission_guard.iam.policy import Json
from permission_guard.model.finding import DeniedRequest, Finding, Proof, Undecided, Witness
from permission_guard.model.proof_text import proof_kind, sentence

SCHEMA: Final = "permission-guard/alert/3"


def body(report: Report) -> dict[str, Json]:
    """The whole alert."""
    return with_findings(report, entries(report))


def with_findings(report: Report, findings: list[Json], *, left_out: int = 0) -> dict[str, Json]:
    """The alert with some of its findings, and how many are left out."""
    trigger, actor = report.trigger, report.trigger.actor
    return {
        "schema": SCHEMA,
        "subject": subject(report),
        "mode": report.mode.value,
        "severity": report.severity.name,
        kind_of(report): str(report.facts.arn),
        "qualifier": report.facts.qualifier,
        "event": {
            "id": trigger.event_id,
            "name": trigger.kind.value,
            "time": trigger.at.isoformat(),
            "actor": {
                "principal": actor.principal,
                "tool": actor.tool.value,
                "words": actor.words or actor.tool.value,
                "address": actor.address,
                "stack": actor.stack,
                "resource": actor.resource,
            },
        },
        "findings": findings,
        "leftOut": left_out,
        "lastOfHour": report.limit,
    }


def entries(report: Report) -> list[Json]:
    """The findings, the most severe first."""
    return [_entry(line, report) for line in report.lines]


def _entry(line: Line, report: Report) -> dict[str, Json]:
    """One finding with its outcome."""
    stands_now, region = line.ending in STANDS_NOW, report.facts.arn.region
    return {
        **finding_json(line.finding),
        "action": {
            "outcome": line.ending.value,
            "what": line.what,
            "before": line.before,
            "after": line.after if stands_now else None,
            "wanted": None if stands_now else line.after,
            "difference": "\n".join(difference(line)) or None,
        },
        "next": line.finding.advice,
        "patches": [
            {"language": patch.language.value, "text": patch.text}
            for patch in patches_for(line, report.facts, report.trigger)
        ],
        "entry": line.entry,
        "contain": contain_command(line, report.facts),
        "undo": undo_command(line, region),
        "resume": resume_command(line, region),
    }


def finding_json(finding: Finding) -> dict[str, Json]:
    """A finding as JSON: the verdict, the subject, and the proof."""
    return {
        "rule": finding.rule,
        "concern": finding.concern.value,
        "verdict": finding.verdict.value,
        "severity": finding.severity.name,
        "subject": finding.subject,
        "summary": finding.summary,
        "proof": _proof(finding.proof),
    }


def _proof(proof: Proof) -> dict[str, Json]:
    shown: dict[str, Json] = {"kind": proof_kind(proof), "sentence": sentence(proof)}
    if isinstance(proof, Witness | DeniedRequest | Undecided):
        shown["request"] = _request(proof.request)
        shown["decision"] = proof.decision.answer.value
        shown["statements"] = [str(cited) for cited in proof.decision.statements]
    return shown


def _name(principal: Principal) -> str:
    match principal:
        case Service(name):
            return name
        case IamPrincipal(arn):
            return arn
        case Anonymous():
            return "anonymous"
        case _:
            assert_never(principal)


def _request(request: Request) -> dict[str, Json]:
    keys = {key: list(values) for key, values in request.context.keys.items() if values}
    return {
        "principal": _name(request.principal),
        "action": request.action,
        "resource": request.resource,
        "context": keys,
    }
