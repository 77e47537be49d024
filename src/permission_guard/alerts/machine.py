"""The alert as JSON. `docs/alert.schema.json` is its schema."""

from __future__ import annotations

from typing import Final, assert_never

from permission_guard.alerts.detail import STANDS_NOW, Detail
from permission_guard.alerts.subject import kind_of
from permission_guard.iam import Anonymous, IamPrincipal, Principal, Request, ServicePrincipal
from permission_guard.iam.policy import Json
from permission_guard.journal.news import Alert
from permission_guard.model.finding import DeniedRequest, Finding, Proof, Undecided, Witness
from permission_guard.model.proof_text import proof_kind, sentence

SCHEMA: Final = "permission-guard/alert/3"


def body(
    alert: Alert, subject: str, details: tuple[Detail, ...], last_of_hour: int | None
) -> dict[str, Json]:
    """The whole alert, its findings in the order of the details."""
    trigger, actor = alert.trigger, alert.trigger.actor
    return {
        "schema": SCHEMA,
        "subject": subject,
        "mode": alert.mode.value,
        "severity": alert.severity.name,
        kind_of(alert): str(alert.facts.arn),
        "qualifier": alert.facts.qualifier,
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
        "findings": [_entry(one) for one in details],
        "leftOut": 0,
        "lastOfHour": last_of_hour,
    }


def _entry(one: Detail) -> dict[str, Json]:
    """One finding with its outcome."""
    line, stands_now = one.line, one.line.ending in STANDS_NOW
    return {
        **finding_json(line.finding),
        "action": {
            "outcome": line.ending.value,
            "what": line.what,
            "before": line.before,
            "after": line.after if stands_now else None,
            "wanted": None if stands_now else line.after,
            "difference": "\n".join(one.difference) or None,
        },
        "next": line.finding.advice,
        "patches": [{"language": patch.language.value, "text": patch.text} for patch in one.patches],
        "entry": line.entry,
        "contain": one.contain,
        "undo": one.undo,
        "resume": one.resume,
    }


def finding_json(finding: Finding) -> dict[str, Json]:
    """A finding as JSON: the verdict, the subject, and the proof."""
    return {
        "rule": finding.concern.value,
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
        case ServicePrincipal(name):
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
