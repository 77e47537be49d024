"""The page about alerts: one as mail and as JSON, the meaning of each field, and what a subscription can filter by."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from docs.generate.alert_schema import schema
from permission_guard.alerts import SCHEMA
from permission_guard.alerts.digest import DIGEST_LIMIT
from permission_guard.alerts.digest import SCHEMA as DIGEST_SCHEMA
from permission_guard.alerts.rendered import NOTICE
from permission_guard.iam.policy import Json
from permission_guard.journal.summary import REPAIRED_WITHIN
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.repair.outcome import Ending

GOLDEN: Final = Path(__file__).parent.parent.parent / "tests" / "golden"
SHOWN: Final = "a-stack-allowed-api-gateway-for-every-account"

ATTRIBUTES: Final = {
    "severity": ("the severity of the most severe finding", [one.name for one in reversed(Severity)]),
    "verdict": (
        "`FAIL` if anything failed, else `UNKNOWN`",
        [one.value for one in Verdict if one is not Verdict.PASS],
    ),
    "rule": ("the rule of the most severe finding", [one.value for one in Concern]),
    "outcome": (
        "the outcome; of several findings the one that needs a person most",
        [one.value for one in Ending],
    ),
    "account": ("the account of the function", []),
    "region": ("its region", []),
}
"""The message attributes, their meaning and their values."""


def alerts(note: str) -> str:
    """The page."""
    mail = (GOLDEN / f"{SHOWN}.mail.txt").read_text()
    machine = (GOLDEN / f"{SHOWN}.json").read_text()
    parts = ["# Alerts", note, "", _wrapped(_ALERTS), "", "## As mail", "", f"```text\n{mail}```", ""]
    parts += [_wrapped(_MAIL), "", "## Outcomes", "", *_endings(), "", "## Filters", ""]
    parts += [_wrapped(_FILTER), "", *_attributes(), "", "```json", _POLICY, "```", "", "## As JSON", ""]
    parts += [_wrapped(_MACHINE), "", "| field | meaning |", "|---|---|", *_fields(schema(), ""), ""]
    parts += [f"```json\n{machine}```", "", "## The digest", "", _wrapped(_DIGEST), ""]
    parts += ["| field | meaning |", "|---|---|", *_digest_fields()]
    return "\n".join(parts) + "\n"


_ALERTS: Final = (
    "An alert goes to the SNS topic of the stack: to a mail address as text, to an HTTPS endpoint as what a "
    "[chat](chat-and-on-call.md) shows, with the JSON in it, to every other subscriber as JSON. An event that finds something new sends one at once, up to `AlertsPerHour`. What is beyond that, and what a sweep finds, comes in the hourly "
    "[digest](#the-digest). A fault is reported once, and again if its outcome changes, if it comes back, and after 7 days."
)
_MAIL: Final = (
    "The first line says what happened and what was done. `Contain now` removes a statement that is still open; it is shown if the "
    "guard did not fix it. `Example` is one request that the policy allows: an account of only nines stands for any untrusted account. "
    "`Change` is the statement before and after, as a diff; `Proposed` is the same where nothing was changed. `Source` has the lines "
    "where the function is defined: for the tool of the call, or for all four if it is unknown. Placeholders in capital letters only "
    "their owner knows. `Undo` restores what was there. Of several findings, the one that needs a person most is in the subject and "
    "comes first; LOW ones come last. Control characters in names, Sids and user agents are escaped."
)
_FILTER: Final = (
    "Each message has these attributes for filter policies. A digest has `severity`, `account` and `region`, and the outcome `DIGEST`. "
    "This filter policy selects what needs a person:"
)
_POLICY: Final = '{"outcome": ["REPORTED", "FAILED", "ESCALATED", "DIGEST"]}'
_MACHINE: Final = f"[alert.schema.json](alert.schema.json) is the JSON Schema. The guard's log has the same under `alert`, and never cut. Names that are too long for a message even without findings leave a `{NOTICE}` (`subject`, `text`)."
_DIGEST: Final = (
    f"The digest is one message with the alerts that have waited, the most severe first, of at most {DIGEST_LIMIT // 1000} KB. What "
    "does not fit follows in the next one. When the first sweep of a day (UTC) is complete, the next digest has its summary. A digest "
    "without an alert is sent only for that, and only if a finding is open or unknown, something was repaired within 24 hours, or a "
    "function was not evaluated. As mail it is the summary and the texts of the alerts one below the other; as JSON:"
)
_DIGEST_FIELDS: Final = {
    "schema": f"`{DIGEST_SCHEMA}`.",
    "subject": "The subject of the mail.",
    "severity": "The severity of the most severe alert; without alerts, of the most severe finding that is open.",
    "account": "The account.",
    "region": "The Region.",
    "time": "When the digest was made.",
    "alerts": f"The alerts, each as `{SCHEMA}`, with fewer findings if it is long; or `{NOTICE}` (`subject`, `text`) about a damaged journal item, or in place of one whose event is too long.",
    "leftOut": "How many alerts are not in it: they follow in the next digest. In the JSON within a chat, also those that only a queue or function receives.",
    "sweep": "The summary of the sweep; null if it has none.",
    "sweep.began": "When the sweep began.",
    "sweep.functions": "How many functions it listed.",
    "sweep.evaluated": "How many of them were evaluated. The others failed for nine hours: the guard's log says why.",
    "sweep.open": "How many findings are open, neither repaired nor accepted, by severity.",
    "sweep.unknown": "How many findings are UNKNOWN.",
    "sweep.repaired": f"How many repairs were made within {REPAIRED_WITHIN // timedelta(hours=1)} hours.",
    "sweep.accepted": "How many findings a person has accepted.",
    "sweep.unreadable": "How many functions had a damaged journal item, which the digest reports.",
}
"""The fields of a digest."""

_MEANINGS: Final = {
    Ending.REPAIRED: "The repair was made.",
    Ending.WOULD_REPAIR: "Observe mode: this is what the guard would do.",
    Ending.REPORTED: "Alert only, nothing was changed; the first line says why. A person has to decide.",
    Ending.FAILED: "The repair was not made; the first line says why.",
    Ending.ESCALATED: "It was put back three times in a day, so the guard has stopped. Change it at its source.",
    Ending.RELEASED: "The guard removed what it had made, because nothing needs it any more.",
}


def _digest_fields() -> Iterator[str]:
    yield from (f"| `{name}` | {meaning} |" for name, meaning in _DIGEST_FIELDS.items())


def _endings() -> Iterator[str]:
    yield from ("| outcome | meaning |", "|---|---|")
    yield from (f"| `{ending.value}` | {_MEANINGS[ending]} |" for ending in Ending)


def _attributes() -> Iterator[str]:
    yield from ("| attribute | meaning | values |", "|---|---|---|")
    for name, (meaning, values) in ATTRIBUTES.items():
        yield f"| `{name}` | {meaning} | {', '.join(f'`{value}`' for value in values)} |"


def _fields(part: Json, path: str) -> Iterator[str]:
    """Yield a row for each member of an object, and for those within it."""
    members = part.get("properties") if isinstance(part, Mapping) else None
    for name, member in members.items() if isinstance(members, Mapping) else ():
        if not isinstance(member, Mapping):
            continue
        here = f"{path}{name}"
        yield f"| `{here}` | {member['description']} |"
        yield from _fields(member, f"{here}.")
        yield from _fields(member.get("items"), f"{here}[].")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110, break_on_hyphens=False, break_long_words=False)
