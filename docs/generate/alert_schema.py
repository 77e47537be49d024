"""The format of an alert for machines, as a JSON Schema whose enumerations are those of the code."""

from __future__ import annotations

import json
from typing import Final, TypeAlias

from permission_guard.alerts import SCHEMA, SUBJECT_LIMIT
from permission_guard.alerts.patches import Language
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind
from permission_guard.iam import EvalDecision
from permission_guard.iam.policy import Json
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.model.proof_text import KINDS
from permission_guard.repair.outcome import Ending
from permission_guard.settings import Mode

Object: TypeAlias = dict[str, Json]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Object:
    """The schema of the whole alert."""
    members: dict[str, Object] = {
        "schema": {"const": SCHEMA, "description": "The version of this format: it changes when a field is removed or means something else."},
        "subject": {**_text("The subject of the mail."), "maxLength": SUBJECT_LIMIT},
        "mode": _one_of([one.value for one in Mode], "Whether the guard may repair (`Enforce`) or only reports (`Observe`)."),
        "severity": _severity("The severity of the most severe finding."),
        "function": _text("The function's ARN, without version or alias."),
        "layer": _text("The layer version's ARN, if the alert is about one and not about a function."),
        "qualifier": _maybe("The version or alias whose policy it is; null for the function itself."),
        "event": _object(_EVENT, "The call that caused the finding."),
        "findings": {
            "type": "array",
            "description": "What was found, the most severe first.",
            "items": _object(_FINDING, "One finding and its outcome."),
        },
        "leftOut": {
            "type": "integer",
            "minimum": 0,
            "description": "How many findings did not fit into the message; the guard's log has them.",
        },
        "lastOfHour": {
            "type": ["integer", "null"],
            "minimum": 1,
            "description": "`AlertsPerHour`, if this is the last alert that is sent at once within this hour: what is found next comes in "
            "the hourly digest. Else null.",
        },
    }  # fmt: skip
    either: list[Json] = [{"required": ["function"]}, {"required": ["layer"]}]
    whole = _object(members, "An alert of the Lambda Permission Guard.", optional={"function", "layer"})
    return {"$schema": _DIALECT, "title": SCHEMA, **whole, "oneOf": either}


def page() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


def _object(members: dict[str, Object], says: str, *, optional: set[str] | None = None) -> Object:
    return {
        "type": "object",
        "description": says,
        "properties": members,
        "required": [name for name in members if name not in (optional or set())],
        "additionalProperties": False,
    }


def _text(says: str) -> Object:
    return {"type": "string", "description": says}


def _maybe(says: str) -> Object:
    return {"type": ["string", "null"], "description": says}


def _one_of(values: list[str], says: str) -> Object:
    return {"enum": list(values), "description": says}


def _severity(says: str) -> Object:
    return _one_of([one.name for one in Severity], says)


_ACTOR: Final[dict[str, Object]] = {
    "principal": _text(
        "The ARN of who made the call, or the service that did; `the guard's sweep` if there was no event."
    ),
    "tool": _one_of([one.value for one in Tool], "What the call was made with, as far as its record shows."),
    "words": _text("The same in words, and how certain it is."),
    "address": _text("The address that the call came from; empty if there was no event."),
    "stack": _maybe("The CloudFormation stack that was deployed; null if the record does not show one."),
    "resource": _maybe("The logical id in that stack of what the call was made for."),
}
_EVENT: Final[dict[str, Object]] = {
    "id": _text("CloudTrail's id of the event, or that of the sweep."),
    "name": _one_of(
        [one.value for one in Kind], "The call, without the date in its name; `Sweep` if a sweep found it."
    ),
    "time": {**_text("When the call was made, or the sweep began."), "format": "date-time"},
    "actor": _object(_ACTOR, "Who made it, and with what."),
}
_REQUEST: Final[dict[str, Object]] = {
    "principal": _text("Who makes it: an ARN, a service, or `anonymous`."),
    "action": _text("The action."),
    "resource": _text("The resource."),
    "context": {
        "type": "object",
        "description": "The condition keys of the request, in lower case, with their values.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
}
_PROOF: Final[dict[str, Object]] = {
    "kind": _one_of([*KINDS], "What kind of proof it is."),
    "sentence": _text("The proof in one sentence."),
    "request": _object(_REQUEST, "The request that was evaluated; missing if there was none."),
    "decision": _one_of([one.value for one in EvalDecision], "How the policies decide."),
    "statements": {
        "type": "array",
        "description": "The statements that decide.",
        "items": {"type": "string"},
    },
}
_ACTION: Final[dict[str, Object]] = {
    "outcome": _one_of([one.value for one in Ending], "The outcome."),
    "what": _text("What was done, or why it was not."),
    "before": _maybe(
        "What stood there: a statement as JSON, or the ARN of a managed policy; empty for nothing."
    ),
    "after": _maybe("What stands there now, if it was repaired or released; else null."),
    "wanted": _maybe("What was to stand there, if it was not repaired; else null."),
    "difference": _maybe("The same as a unified diff; null if nothing was to be changed."),
}
_PATCH: Final[dict[str, Object]] = {
    "language": _one_of([one.value for one in Language], "What the lines are written in."),
    "text": _text("The lines."),
}
_FINDING: Final[dict[str, Object]] = {
    "rule": _one_of([one.value for one in Concern], "The rule id, as `AlertOnly` and `Ignore` take it."),
    "verdict": _one_of([one.value for one in Verdict], "FAIL, or UNKNOWN if it could not be decided."),
    "severity": _severity("Its severity, by Security Hub's names."),
    "subject": _text("The role, or the target and the statement."),
    "summary": _text("What was found."),
    "proof": {
        **_object(_PROOF, "Why the verdict is what it is.", optional={"request", "decision", "statements"}),
        "dependentRequired": {
            "request": ["decision", "statements"],
            "decision": ["request", "statements"],
            "statements": ["request", "decision"],
        },
    },
    "action": _object(_ACTION, "What was done about it."),
    "next": _text("What a person should do, so that it does not come back."),
    "patches": {
        "type": "array",
        "description": "The lines to change at the source, first in the language that the source is likely written in.",
        "items": _object(_PATCH, "The lines in one language."),
    },
    "entry": _maybe("The journal's name for the fault; null if it has none."),
    "contain": _maybe(
        "The AWS CLI command that removes the statement by hand; null if it was fixed, or has no Sid."
    ),
    "undo": _maybe("The command that undoes the repair; null if there is nothing to undo."),
    "resume": _maybe("The command that lets the guard repair it again."),
}
