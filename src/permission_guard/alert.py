"""What to say: a report as a mail that can be acted upon, and as JSON for machines."""

from __future__ import annotations

import json
import textwrap
from typing import Final, assert_never

from permission_guard.finding import DeniedRequest, Finding, Proof, Undecided, Witness
from permission_guard.iam import Anonymous, FunctionArn, IamPrincipal, Principal, Request, Service
from permission_guard.iam.policy import Json
from permission_guard.outcome import Ending
from permission_guard.report import Line, Report
from permission_guard.said import kind_of, sentence

SCHEMA: Final = "permission-guard/alert/1"
SUBJECT_LIMIT: Final = 100
"""Characters of ASCII that a subject may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""
MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes that a message may have (same page)."""
_HALF: Final = MESSAGE_LIMIT // 2 - 1024
"""What the mail and the JSON may each take of it: the subject and the attributes count too."""
_CUT: Final = "(cut here, too long for a mail: the guard's log has all of it)"
_TEXT_LIMIT: Final = 4000
"""Characters after which a single text of AWS's or a caller's is cut in an alert."""

_WIDTH: Final = 110
"""Columns of the mail; a JSON document or an ARN is never broken."""

_VERBS: Final = {
    Ending.REPAIRED: "repaired",
    Ending.WOULD_REPAIR: "would repair",
    Ending.TOLD: "needs you",
    Ending.FAILED: "could not repair",
    Ending.ESCALATED: "stopped repairing",
    Ending.RELEASED: "released",
}


_WORST_FIRST: Final = (
    Ending.ESCALATED,
    Ending.FAILED,
    Ending.TOLD,
    Ending.WOULD_REPAIR,
    Ending.REPAIRED,
    Ending.RELEASED,
)


def subject(report: Report) -> str:
    """One line: what became of it, the fault, the function. ASCII, no line breaks, at most 100 characters."""
    worst = report.lines[0]
    endings = {line.ending for line in report.lines}
    ending = next(e for e in _WORST_FIRST if e in endings)
    text = f"[{report.severity.name}] {_VERBS[ending]}: {worst.finding.rule} {report.facts.arn.name}"
    return printable(text).encode("ascii", "replace").decode()[:SUBJECT_LIMIT]


def printable(text: str) -> str:
    """Make foreign text safe to show: names, Sids and user agents are chosen by whoever made the call.

    Control characters, line breaks among them, are shown as escapes, so that no line can be forged.
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= _TEXT_LIMIT else f"{shown[:_TEXT_LIMIT]}... ({len(shown)} characters)"


def text(report: Report) -> str:
    """The mail: what and where, who did it, the proof, what was done, what to do."""
    trigger = report.trigger
    head = [
        f"{_subject(report).title():<11}{report.facts.target}",
        f"Event      {trigger.kind.value} at {trigger.at.isoformat()} (CloudTrail event {trigger.event_id})",
        f"Done by    {trigger.actor}",
        f"Mode       {report.mode.value}",
    ]
    parts = [*(printable(line) for line in head)]
    for number, line in enumerate(report.lines, 1):
        parts += ["", *_paragraph(number, line)]
    return "\n".join(parts) + "\n"


def _subject(report: Report) -> str:
    return "function" if isinstance(report.facts.arn, FunctionArn) else "layer"


def _paragraph(number: int, line: Line) -> list[str]:
    finding = line.finding
    rows = [
        f"{number}. {finding.verdict.value} {finding.rule} ({finding.severity.name})",
        f"   Found    {finding.summary}",
        f"   Proof    {sentence(finding.proof)}",
        f"   Action   {line.ending.value}: {line.what}",
    ]
    shown = [_wrapped(printable(row)) for row in rows]
    if line.before is not None and line.after is not None:
        # Whole lines, to be copied: they are JSON.
        label = "After " if line.ending is Ending.REPAIRED else "Wanted"
        shown += [
            f"   Before   {printable(line.before) or '(nothing)'}",
            f"   {label}   {printable(line.after)}",
        ]
    return [*shown, _wrapped(printable(f"   Next     {finding.advice}"))] if finding.advice else shown


def _wrapped(row: str) -> str:
    return textwrap.fill(
        row, _WIDTH, subsequent_indent=" " * 12, break_long_words=False, break_on_hyphens=False
    )


def body(report: Report) -> dict[str, Json]:
    """The alert for machines."""
    trigger, actor = report.trigger, report.trigger.actor
    return {
        "schema": SCHEMA,
        "subject": subject(report),
        "mode": report.mode.value,
        "severity": report.severity.name,
        _subject(report): str(report.facts.arn),
        "qualifier": report.facts.qualifier,
        "event": {
            "id": trigger.event_id,
            "name": trigger.kind.value,
            "time": trigger.at.isoformat(),
            "actor": {"principal": actor.principal, "tool": actor.tool, "address": actor.address},
        },
        "findings": [_entry(line) for line in report.lines],
    }


def _entry(line: Line) -> dict[str, Json]:
    return {
        **judgement(line.finding),
        "action": {
            "outcome": line.ending.value,
            "what": line.what,
            "before": line.before,
            "after" if line.ending is Ending.REPAIRED else "wanted": line.after,
        },
        "next": line.finding.advice,
    }


def judgement(finding: Finding) -> dict[str, Json]:
    """A finding for machines: the verdict, on what, and its proof."""
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
    shown: dict[str, Json] = {"kind": kind_of(proof), "sentence": sentence(proof)}
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


def message(report: Report) -> str:
    """The message as SNS takes it with MessageStructure=json: text for mail, JSON for everybody else.

    What does not fit is left out: lines at the end of the mail, whole findings of the JSON, which says how many.
    """
    mail = text(report).splitlines()
    while len(mail) > 1 and _size("\n".join(mail)) > _HALF:
        mail = [*mail[: (len(mail) - 1) * 9 // 10], _CUT]
    whole, findings = body(report), [_entry(line) for line in report.lines]
    kept = len(findings)
    machine = json.dumps(whole)
    while kept and _size(machine) > _HALF:
        kept = kept * 9 // 10
        machine = json.dumps({**whole, "findings": findings[:kept], "leftOut": len(findings) - kept})
    return json.dumps({"default": machine, "email": "\n".join(mail) + "\n"})


def _size(part: str) -> int:
    """Bytes that a part takes in the message, where its quotes and its non-ASCII characters are escaped."""
    return len(json.dumps(part))
