"""The subject of the mail: severity, what became of it, what is wrong, the function, the account and the Region."""

from __future__ import annotations

from typing import Final

from permission_guard.alert.printable import printable
from permission_guard.finding import Concern
from permission_guard.iam import FunctionArn
from permission_guard.outcome import Ending
from permission_guard.report import Report

SUBJECT_LIMIT: Final = 100
"""Characters of ASCII that a subject may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

_STATEMENT: Final = "guard's statement of {}"


def _adjective(what: str) -> tuple[str, str, str]:
    return f"{{}} is {what}", f"{{}} was {what}", _STATEMENT


_OUTCOMES: Final = {
    Ending.REPAIRED: "Fixed",
    Ending.WOULD_REPAIR: "Not fixed (Observe)",
    Ending.TOLD: "Action needed",
    Ending.FAILED: "Fix failed",
    Ending.ESCALATED: "Fix was put back",
    Ending.RELEASED: "Removed",
}

_FAULTS: Final = {
    Concern.ROLE_CAN_WRITE_LOGS: ("{} cannot write logs", "{} could not write logs", "logging policy of {}"),
    Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: _adjective("open to any account"),
    Concern.FUNCTION_IS_NOT_PUBLIC: _adjective("public"),
    Concern.FUNCTION_URL_IS_NOT_PUBLIC: _adjective("public by its URL"),
    Concern.CROSS_ACCOUNT_ACCESS: _adjective("open to an account"),
    Concern.MANAGEMENT_ACCESS: _adjective("open to changes"),
    Concern.PERMISSION_IS_USABLE: ("{}: unusable permission", "{}: unusable permission", _STATEMENT),
    Concern.LAYER_IS_NOT_PUBLIC: _adjective("shared"),
}
"""What is wrong, what was wrong before a repair, and what a repair had made that was removed again."""

_WORST_FIRST: Final = (
    Ending.ESCALATED,
    Ending.FAILED,
    Ending.TOLD,
    Ending.WOULD_REPAIR,
    Ending.REPAIRED,
    Ending.RELEASED,
)


def subject(report: Report) -> str:
    """Return one line of ASCII without line breaks, at most 100 characters. A long function name is cut first."""
    worst = report.lines[0].finding
    arn = report.facts.arn
    ending = worst_ending(report)
    head = f"[{worst.severity.name}] {_OUTCOMES[ending]}: "
    tail = f" ({arn.account}, {arn.region})"
    present, past, made = _FAULTS[worst.concern]
    fault = {Ending.REPAIRED: past, Ending.RELEASED: made}.get(ending, present)
    room = SUBJECT_LIMIT - len(head) - len(tail) - len(fault.format(""))
    name = arn.name if len(arn.name) <= room else f"{arn.name[: max(0, room - 3)]}..."
    return printable(f"{head}{fault.format(name)}{tail}").encode("ascii", "replace").decode()[:SUBJECT_LIMIT]


def worst_ending(report: Report) -> Ending:
    """Of several findings, what became of the one that needs a person most."""
    return min((line.ending for line in report.lines), key=_WORST_FIRST.index)


def kind_of(report: Report) -> str:
    """What the alert is about: `function` or `layer`."""
    return "function" if isinstance(report.facts.arn, FunctionArn) else "layer"
