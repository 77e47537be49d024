"""The page about alerts: one as mail and as JSON, the meaning of each field, and what a subscription can filter by."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from docs.alert_schema import schema
from permission_guard.finding import Severity, Verdict
from permission_guard.iam.policy import Json
from permission_guard.outcome import Ending
from permission_guard.rules import RULES

GOLDEN: Final = Path(__file__).parent.parent / "tests" / "golden"
SHOWN: Final = "a-stack-let-in-api-gateway-for-every-account"

ATTRIBUTES: Final = {
    "severity": ("the gravest finding's severity", [one.name for one in reversed(Severity)]),
    "verdict": (
        "`FAIL` if anything failed, else `UNKNOWN`",
        [one.value for one in Verdict if one is not Verdict.PASS],
    ),
    "rule": ("the gravest finding's rule", [rule.id for rule in RULES]),
    "outcome": (
        "what became of it: of several findings the outcome that needs a person most",
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
    parts += [_wrapped(_MAIL), "", "## What became of it", "", *_endings(), "", "## What to filter by", ""]
    parts += [_wrapped(_FILTER), "", *_attributes(), "", "```json", _POLICY, "```", "", "## For machines", ""]
    parts += [_wrapped(_MACHINE), "", "| field | meaning |", "|---|---|", *_fields(schema(), ""), ""]
    return "\n".join([*parts, f"```json\n{machine}```"]) + "\n"


_ALERTS: Final = (
    "An alert goes to the SNS topic of the stack: to a mail address as text, to everybody else as JSON. It is sent once for "
    "a fault, and again if it changes, comes back, or is still there after the reminder period. A test holds this page to what the guard sends."
)
_MAIL: Final = (
    "The first lines say where and who; then comes each finding, the gravest first. `Proof` is a request that anybody can "
    "put to the policy. `Change` is what was done, as a unified diff of the one statement. `Source` is the same change in "
    "the language that the function is likely defined in: in one if the call shows the tool, else in all four. What is "
    "written in capital letters as a placeholder there, only its owner knows. `Undo` puts back what stood there. Names, "
    "Sids and user agents are chosen by whoever made the call: they are shown with their control characters escaped, and "
    "quoted in `Source`, so that they can forge nothing."
)
_FILTER: Final = (
    "Each message carries these attributes. A filter policy on the subscription picks from them; this one wants only what "
    "needs a person:"
)
_POLICY: Final = '{"outcome": ["TOLD", "FAILED", "ESCALATED"]}'
_MACHINE: Final = (
    "Every subscriber but mail receives this JSON; the guard's log has it whole under `alert`. "
    "[alert.schema.json](alert.schema.json) is its JSON Schema. `undelivered` alerts in the dead-letter queue hold the same "
    "under `alert`, and beside it what mail would have got."
)

_MEANINGS: Final = {
    Ending.REPAIRED: "The repair was made.",
    Ending.WOULD_REPAIR: "The guard only observes; this is what it would do.",
    Ending.TOLD: "Nothing was changed, and `Action` says why: a person has to decide.",
    Ending.FAILED: "The repair was not made: AWS refused, or somebody else wrote at the same time.",
    Ending.ESCALATED: "It was put back so often that the guard has stopped repairing it. Owner and source come first.",
    Ending.RELEASED: "What the guard once attached to a role was taken off again, because nothing needs it any more.",
}


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
