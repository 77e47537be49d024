"""The commands of an alert: to contain a finding by hand, to undo a repair, to let the guard repair again."""

from __future__ import annotations

import shlex
from typing import Final

from permission_guard import PROGRAM
from permission_guard.alerts.report import Line
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.model.facts import FunctionFacts
from permission_guard.model.finding import Concern, Verdict
from permission_guard.repair.outcome import Ending

_OPEN: Final = frozenset({Ending.WOULD_REPAIR, Ending.REPORTED, Ending.FAILED, Ending.ESCALATED})
"""The endings after which the statement is unchanged."""
_NOT_ACCESS: Final = frozenset({Concern.ROLE_CAN_WRITE_LOGS, Concern.PERMISSION_IS_USABLE})


def undo_command(line: Line, region: str) -> str | None:
    """Return the command that undoes the repair; None if there was none, or the journal has no entry."""
    is_made = line.entry and line.ending is Ending.REPAIRED
    return f"{PROGRAM} undo {line.entry} --region {region}" if is_made else None


def resume_command(line: Line, region: str) -> str | None:
    """Return the command that lets the guard repair again what was undone or escalated."""
    may_stop = line.ending in {Ending.REPAIRED, Ending.ESCALATED}
    return f"{PROGRAM} resume {line.entry} --region {region}" if line.entry and may_stop else None


def contain_command(line: Line, facts: FunctionFacts) -> str | None:
    """Return the command that removes an open statement by hand; None if it is not open, or has no Sid.

    https://docs.aws.amazon.com/cli/latest/reference/lambda/remove-permission.html and
    https://docs.aws.amazon.com/cli/latest/reference/lambda/remove-layer-version-permission.html.
    """
    finding, policy, arn = line.finding, facts.resource_policy, facts.arn
    is_open = finding.verdict is Verdict.FAIL and line.ending in _OPEN and finding.concern not in _NOT_ACCESS
    if not is_open or finding.statement is None or policy is None:
        return None
    sid = policy.statements[finding.statement].sid
    if sid is None or shlex.quote(sid) != sid:
        return None
    return f"{_removal(arn, facts.qualifier)} --statement-id {sid} --region {arn.region}"


def _removal(arn: FunctionArn | LayerVersionArn, qualifier: str | None) -> str:
    if isinstance(arn, LayerVersionArn):
        layer = f"--layer-name {arn.name} --version-number {arn.version}"
        return f"aws lambda remove-layer-version-permission {layer}"
    named = f"aws lambda remove-permission --function-name {arn.name}"
    return f"{named} --qualifier {qualifier}" if qualifier else named
