"""An alert for every ending, and hostile ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from permission_guard.alerts import rendered
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.journal.news import Alert, by_severity
from permission_guard.model.document import Body, dumped
from permission_guard.model.finding import Concern, Finding, Recorded, Severity, Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine
from tests.alerts.patches.scenes import S3, about

FORGED: Final = "x\r\n1. PASS all is well\n\x1b[2J\u202e\u2028\U000e0001é"
"""What somebody may choose for a name: line breaks, a terminal's commands, text that runs backwards."""


def line(ending: Ending, *, name: str = "it", size: int = 0) -> ReportLine:
    """A line about one statement with an ending; `size` is about how many characters the statement has."""
    finding = Finding(
        "invoke-permission-names-its-source",
        Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE,
        f"arn:aws:lambda:us-east-1:111122223333:function:orders {name}",
        Verdict.FAIL,
        Severity.HIGH,
        f"{name} is open to any account",
        Recorded("witness", f"account 999999999999 is allowed to invoke by {name}"),
        advice="Name the source.",
    )
    before: Body = {"Sid": name, "Effect": "Allow", "Principal": S3, "Action": "lambda:InvokeFunction"}
    filled: Body = {"StringLike": {f"aws:PrincipalTag/{name}": ["é" * 100] * (size // 100)}} if size else {}
    after: Body = {**before, "Condition": {**filled, "StringEquals": {"aws:SourceAccount": "111122223333"}}}
    return ReportLine(
        finding, ending, f"Added a condition to {name}.", dumped(before), dumped(after), f"orders/{name}"
    )


def report(
    *lines: ReportLine, name: str = "alice", tool: Tool = Tool.UNKNOWN, statement: Body | None = None
) -> Alert:
    """An alert of these lines, of a call by somebody who chose every name."""
    made = about(statement or {"Principal": S3})
    actor = Actor(name, None, tool, name, name, name, name)
    trigger = replace(made.trigger, actor=actor)
    return replace(made, trigger=trigger, lines=by_severity(lines))


def text(alert: Alert) -> str:
    """The mail."""
    return rendered(alert).mail


def body(alert: Alert) -> dict[str, Any]:
    """The JSON, as it is sent."""
    read: dict[str, Any] = json.loads(json.dumps(rendered(alert).body))
    return read
