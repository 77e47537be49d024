"""An entry as JSON, and read back from it.

If somebody edits the text in the table's console, an error names the field that cannot be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from permission_guard.events.actor import Actor
from permission_guard.events.record import BadEvent, Record
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Everything, Kind, Trigger
from permission_guard.iam import ArnError, PolicyError
from permission_guard.iam.policy import Json, loads
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Attached, Change, Entry, Rewritten, State
from permission_guard.model.document import bodies_of, body_of, statements_of
from permission_guard.model.facts import Family, Subject, subject_of
from permission_guard.model.finding import Concern, Finding, Recorded, Severity, Verdict
from permission_guard.model.proof_text import recorded
from permission_guard.repair.outcome import Ending

SCHEMA: Final = "permission-guard/entry/1"


class EntryError(ValueError):
    """A text that is not an entry. `field` says where, `problem` what."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


def as_kept(entry: Entry) -> Entry:
    """Return an entry as it is read back: its proof is Recorded."""
    return replace(entry, finding=replace(entry.finding, proof=recorded(entry.finding.proof)))


def written(entry: Entry) -> str:
    """Return an entry as JSON. What is None or empty is left out; the text is ASCII."""
    return json.dumps({"schema": SCHEMA, **_entry_body(entry), "finding": _finding(entry.finding)})


def shown(entry: Entry) -> Json:
    """Return an entry for other programs: the same, by the rule ids that every format has, and not by what found it."""
    finding = _finding(entry.finding)
    rule = finding.pop("concern")
    return {**_entry_body(entry), "finding": {**finding, "rule": rule}}


def _entry_body(entry: Entry) -> dict[str, Json]:
    return _without_nothing(
        {
            "subject": entry.subject,
            "fault": entry.fault,
            "state": entry.state.value,
            "version": entry.version,
            "first_seen": entry.first_seen.isoformat(),
            "last_seen": entry.last_seen.isoformat(),
            "reported_at": entry.reported_at.isoformat() if entry.reported_at else None,
            "reported_as": entry.reported_as.value if entry.reported_as else None,
            "repairs": [at.isoformat() for at in entry.repairs],
            "existing": entry.is_existing or None,
            "acceptance": _acceptance(entry.acceptance) if entry.acceptance else None,
            "change": _change(entry.change),
            "cause": _cause(entry.cause),
        }
    )


def _without_nothing(body: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in body.items() if value not in (None, "", [])}


def _acceptance(acceptance: Acceptance) -> Json:
    return _without_nothing(
        {
            "by": acceptance.by,
            "at": acceptance.at.isoformat(),
            "until": acceptance.until.isoformat() if acceptance.until else None,
            "reason": acceptance.reason,
        }
    )


def _change(change: Change | None) -> Json:
    match change:
        case Attached():
            attached: dict[str, Json] = {
                "role_arn": change.role_arn,
                "policy_arn": change.policy_arn,
                "role_id": change.role_id,
            }
            return {"attached": _without_nothing(attached)}
        case Rewritten():
            rewritten: dict[str, Json] = {
                "target": change.target,
                "family": change.family.value,
                "before": change.before,
                "after": change.after,
                "document": change.document,
            }
            return {"rewritten": _without_nothing(rewritten)}
        case None:
            return None
        case _:
            assert_never(change)


def _finding(finding: Finding) -> dict[str, Json]:
    proof = recorded(finding.proof)
    return _without_nothing(
        {
            "rule": finding.rule,
            "concern": finding.concern.value,
            "subject": finding.subject,
            "verdict": finding.verdict.value,
            "severity": finding.severity.name,
            "summary": finding.summary,
            "proof": _without_nothing({"kind": proof.kind, "sentence": proof.sentence}) if proof else None,
            "statement": finding.statement,
            "advice": finding.advice,
        }
    )


def _cause(trigger: Trigger) -> Json:
    arrived: Json = {"everything": True} if trigger.arrived is EVERYTHING else None
    if isinstance(trigger.arrived, str):
        arrived = _without_nothing({"sid": trigger.arrived})
    return _without_nothing(
        {
            "kind": trigger.kind.value,
            "subject": str(trigger.subject),
            "qualifier": trigger.qualifier,
            "actor": _actor(trigger.actor),
            "event_id": trigger.event_id,
            "event_name": trigger.event_name,
            "at": trigger.at.isoformat(),
            "arrived": arrived,
        }
    )


def _actor(actor: Actor) -> Json:
    return _without_nothing(
        {
            "principal": actor.principal,
            "role_arn": actor.role_arn,
            "tool": actor.tool.value,
            "address": actor.address,
            "words": actor.words,
            "stack": actor.stack,
            "resource": actor.resource,
        }
    )


def entry_of(text: str) -> Entry:
    """Read an entry. Raises EntryError, which names the first field that is missing or invalid."""
    try:
        return _entry(Record.of(loads(text), "entry"))
    except PolicyError as error:
        raise EntryError("entry", f"at {error.path} {error.problem}") from error
    except BadEvent as error:
        raise EntryError(error.field, error.problem) from error


def _entry(body: Record) -> Entry:
    if body.text("schema") != SCHEMA:
        raise EntryError("entry.schema", f"is {body.text('schema')!r}, not {SCHEMA!r}")
    return Entry(
        subject=body.text("subject"),
        fault=body.text("fault"),
        finding=_finding_in(body.inner("finding")),
        cause=_cause_in(body.inner("cause")),
        state=body.one_of(State, "state"),
        first_seen=body.moment("first_seen"),
        last_seen=body.moment("last_seen"),
        change=_change_in(body.inner("change")) if body.has("change") else None,
        repairs=_moments_in(body, "repairs"),
        is_existing=body.flag("existing"),
        acceptance=_acceptance_in(body.inner("acceptance")) if body.has("acceptance") else None,
        reported_at=body.moment("reported_at") if body.has("reported_at") else None,
        reported_as=body.one_of(Ending, "reported_as") if body.has("reported_as") else None,
        version=body.whole("version"),
    )


def _acceptance_in(body: Record) -> Acceptance:
    until = body.moment("until") if body.has("until") else None
    return Acceptance(body.text("by"), body.moment("at"), until, _text(body, "reason"))


def _moments_in(body: Record, key: str) -> tuple[datetime, ...]:
    value = body.body.get(key, [])
    if not isinstance(value, list):
        raise EntryError(f"entry.{key}", "is not a list")
    each = Record({str(place): text for place, text in enumerate(value)}, f"entry.{key}")
    return tuple(each.moment(place) for place in each.body)


def _change_in(body: Record) -> Change:
    if body.has("attached"):
        attached = body.inner("attached")
        return Attached(attached.text("role_arn"), attached.text("policy_arn"), _text(attached, "role_id"))
    rewritten = body.inner("rewritten")
    return Rewritten(
        target=rewritten.text("target"),
        family=rewritten.one_of(Family, "family"),
        before=_statement_in(rewritten, "before"),
        after=_statement_in(rewritten, "after", bodies_of),
        document=_document_in(rewritten),
    )


def _statement_in(body: Record, key: str, read: Callable[[str], object] = body_of) -> str:
    text = body.text(key)
    try:
        read(text)
    except (PolicyError, TypeError) as error:
        raise EntryError(f"{body.path}.{key}", f"is not a statement: {text!r}") from error
    return text


def _document_in(body: Record) -> str:
    text = body.text("document")
    try:
        statements_of(text)
    except (PolicyError, TypeError, KeyError) as error:
        raise EntryError(f"{body.path}.document", f"is not a policy: {text!r}") from error
    return text


def _finding_in(body: Record) -> Finding:
    proof = body.inner("proof") if body.has("proof") else None
    return Finding(
        rule=body.text("rule"),
        concern=body.one_of(Concern, "concern"),
        subject=_text(body, "subject"),
        verdict=body.one_of(Verdict, "verdict"),
        severity=Severity[body.among("severity", Severity.__members__)],
        summary=_text(body, "summary"),
        proof=Recorded(_text(proof, "kind"), _text(proof, "sentence")) if proof else None,
        statement=body.whole("statement") if body.has("statement") else None,
        advice=_text(body, "advice"),
    )


def _cause_in(body: Record) -> Trigger:
    return Trigger(
        kind=body.one_of(Kind, "kind"),
        subject=_subject_in(body),
        qualifier=body.text("qualifier") if body.has("qualifier") else None,
        actor=_actor_in(body.inner("actor")),
        event_id=_text(body, "event_id"),
        at=body.moment("at"),
        arrived=_arrived_in(body.inner("arrived")) if body.has("arrived") else None,
        event_name=_text(body, "event_name"),
    )


def _actor_in(body: Record) -> Actor:
    return Actor(
        principal=_text(body, "principal"),
        role_arn=body.text("role_arn") if body.has("role_arn") else None,
        tool=body.one_of(Tool, "tool"),
        address=_text(body, "address"),
        words=_text(body, "words"),
        stack=body.text("stack") if body.has("stack") else None,
        resource=body.text("resource") if body.has("resource") else None,
    )


def _arrived_in(body: Record) -> str | Everything:
    return EVERYTHING if body.flag("everything") else _text(body, "sid")


def _subject_in(body: Record) -> Subject:
    text = body.text("subject")
    try:
        return subject_of(text)
    except ArnError as error:
        raise EntryError(f"{body.path}.subject", str(error)) from error


def _text(body: Record, key: str) -> str:
    """Return a text that is left out when it is empty. Raises BadEvent if it is something else."""
    return body.text(key) if body.has(key) else ""
