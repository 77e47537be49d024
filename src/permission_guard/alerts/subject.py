"""The subject of the mail: severity, outcome, what is wrong, the function, the account and the Region."""

from __future__ import annotations

from typing import Final

from permission_guard.alerts.printable import printable
from permission_guard.iam import FunctionArn
from permission_guard.journal.news import Alert
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine

SUBJECT_LIMIT: Final = 100
"""Characters of ASCII that a subject may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

_STATEMENT: Final = "guard's statement of {}"


def _adjective(what: str) -> tuple[str, str, str]:
    return f"{{}} is {what}", f"{{}} was {what}", _STATEMENT


_OUTCOMES: Final = {
    Ending.REPAIRED: "Fixed",
    Ending.WOULD_REPAIR: "Not fixed (Observe)",
    Ending.REPORTED: "Action needed",
    Ending.FAILED: "Fix failed",
    Ending.ESCALATED: "Fix was put back",
    Ending.RELEASED: "Removed",
}

_FAULTS: Final = {
    Concern.ROLE_CAN_WRITE_LOGS: ("{} cannot write logs", "{} could not write logs", "logging policy of {}"),
    Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: _adjective("open to any account"),
    Concern.FUNCTION_IS_NOT_PUBLIC: _adjective("public"),
    Concern.FUNCTION_URL_IS_NOT_PUBLIC: _adjective("public by its URL"),
    Concern.CROSS_ACCOUNT_ACCESS: _adjective("open to another account"),
    Concern.MANAGEMENT_ACCESS: _adjective("open to changes"),
    Concern.PERMISSION_IS_USABLE: ("{}: unusable permission", "{}: unusable permission", _STATEMENT),
    Concern.LAYER_IS_NOT_PUBLIC: _adjective("shared"),
}
"""What is wrong, what was wrong before a repair, and what the guard had made and removed again."""
_NOT_EVALUATED: Final = "{} could not be evaluated"

_WORST_FIRST: Final = (
    Ending.ESCALATED,
    Ending.FAILED,
    Ending.REPORTED,
    Ending.WOULD_REPAIR,
    Ending.REPAIRED,
    Ending.RELEASED,
)


def subject(alert: Alert) -> str:
    """Return one line of ASCII without line breaks, at most 100 characters. A long function name is cut first.

    It is about the most urgent finding; a plus sign and a number show that there are others.
    """
    first, *others = sorted(alert.lines, key=urgency)
    arn = alert.facts.arn
    head = f"[{first.finding.severity.name}] {_OUTCOMES[first.ending]}: "
    more = f" +{len(others)}" if others else ""
    tail = f"{more} ({arn.account}, {arn.region})"
    fault = _fault(first)
    room = SUBJECT_LIMIT - len(head) - len(tail) - len(fault.format(""))
    name = arn.name if len(arn.name) <= room else f"{arn.name[: max(0, room - 3)]}..."
    return printable(f"{head}{fault.format(name)}{tail}").encode("ascii", "replace").decode()[:SUBJECT_LIMIT]


def _fault(line: ReportLine) -> str:
    """Return what is wrong, with braces in place of the name."""
    present, past, made = _FAULTS[line.finding.concern]
    if line.finding.verdict is Verdict.UNKNOWN:
        return _NOT_EVALUATED
    return {Ending.REPAIRED: past, Ending.RELEASED: made}.get(line.ending, present)


def urgency(line: ReportLine) -> tuple[bool, int]:
    """Return the key that sorts findings: the most urgent outcome first; LOW ones last."""
    return line.finding.severity is Severity.LOW, _rank(line)


def _rank(line: ReportLine) -> int:
    return _WORST_FIRST.index(line.ending)


def worst_ending(alert: Alert) -> Ending:
    """Return the outcome of the most urgent finding."""
    return min(alert.lines, key=_rank).ending


def kind_of(alert: Alert) -> str:
    """What the alert is about: `function` or `layer`."""
    return "function" if isinstance(alert.facts.arn, FunctionArn) else "layer"
