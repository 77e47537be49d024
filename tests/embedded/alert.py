"""An alert as a machine reads it: the JSON that reached the inbox, and nothing that the guard knows beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SCHEMA = "permission-guard/alert/2"


@dataclass(frozen=True, slots=True)
class AlertFinding:
    """One fault as it was told."""

    rule: str
    verdict: str
    summary: str
    proof: str
    outcome: str
    what: str
    next: str
    undo: str | None
    """The command that undoes the repair."""
    resume: str | None
    """The command that lets the guard repair it again."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message."""

    subject: str
    mode: str
    function_arn: str
    findings: tuple[AlertFinding, ...]

    @property
    def function_name(self) -> str:
        """The last part of the function's ARN."""
        return self.function_arn.split(":")[6]

    def finding(self, rule: str) -> AlertFinding | None:
        """What it says about this rule."""
        return next((finding for finding in self.findings if finding.rule == rule), None)


def alert_of(body: str) -> Alert:
    """Read the message; raises KeyError or ValueError if it is not the alert that was agreed on."""
    message: dict[str, Any] = json.loads(body)
    if message["schema"] != SCHEMA:
        raise ValueError(f"not an alert of the schema {SCHEMA}: {message['schema']}")
    return Alert(
        subject=message["subject"],
        mode=message["mode"],
        function_arn=message["function"],
        findings=tuple(_finding_of(finding) for finding in message["findings"]),
    )


def _finding_of(told: dict[str, Any]) -> AlertFinding:
    return AlertFinding(
        rule=told["rule"],
        verdict=told["verdict"],
        summary=told["summary"],
        proof=told["proof"]["sentence"],
        outcome=told["action"]["outcome"],
        what=told["action"]["what"],
        next=told["next"],
        undo=told["undo"],
        resume=told["resume"],
    )
