"""What an alert says about one finding: the lines to change, the difference, and the commands to contain it, undo it, and repair it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from difflib import unified_diff
from typing import Final

from permission_guard import PROGRAM
from permission_guard.alerts.patches import Patch, patches_for
from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn, PolicyError
from permission_guard.iam.policy import loads
from permission_guard.journal.news import Alert
from permission_guard.model.facts import FunctionFacts
from permission_guard.model.finding import Concern, Verdict
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine

_OPEN: Final = frozenset({Ending.WOULD_REPAIR, Ending.REPORTED, Ending.FAILED, Ending.ESCALATED})
"""The endings after which the statement is unchanged."""
_NOT_ACCESS: Final = frozenset({Concern.ROLE_CAN_WRITE_LOGS, Concern.PERMISSION_IS_USABLE})


@frozen
class Detail:
    """A finding and its outcome, with what is computed once for the mail and for the JSON."""

    line: ReportLine
    patches: tuple[Patch, ...]
    """The lines to change where the function is defined."""
    difference: tuple[str, ...]
    """The lines of the change as a diff."""
    contain: str | None
    """The command that removes an open statement by hand."""
    undo: str | None
    """The command that undoes the repair."""
    resume: str | None
    """The command that lets the guard repair again."""


def details(alert: Alert) -> tuple[Detail, ...]:
    """Return what an alert says about each of its findings, in their order."""
    region = alert.facts.arn.region
    return tuple(
        Detail(
            line,
            patches_for(line, alert.facts, alert.trigger),
            difference(line),
            _contain_command(line, alert.facts),
            _undo_command(line, region),
            _resume_command(line, region),
        )
        for line in alert.lines
    )


def _undo_command(line: ReportLine, region: str) -> str | None:
    """Return the command that undoes the repair; None if there was none, or the journal has no entry."""
    is_made = line.entry and line.ending is Ending.REPAIRED
    return f"{PROGRAM} undo {line.entry} --region {region}" if is_made else None


def _resume_command(line: ReportLine, region: str) -> str | None:
    """Return the command that lets the guard repair again what was undone or escalated."""
    may_stop = line.ending in {Ending.REPAIRED, Ending.ESCALATED}
    return f"{PROGRAM} accept --remove {line.entry} --region {region}" if line.entry and may_stop else None


def _contain_command(line: ReportLine, facts: FunctionFacts) -> str | None:
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


STANDS_NOW = frozenset({Ending.REPAIRED, Ending.RELEASED})
"""The endings after which the change was made."""


def difference(line: ReportLine) -> tuple[str, ...]:
    """Return the lines of the diff; none if there is no change."""
    if line.before is None or line.after is None:
        return ()
    label = "after" if line.ending in STANDS_NOW else "wanted"
    before, after = rows(line.before), rows(line.after)
    return tuple(unified_diff(before, after, "before", label, lineterm=""))


def rows(text: str) -> list[str]:
    """Return a statement, or several, with a line for each part; any other text is one line."""
    try:
        value = loads(text) if text.startswith(("{", "[")) else text
    except PolicyError:
        value = text
    if not isinstance(value, Mapping | list):
        return [text] if text else []
    statements = value if isinstance(value, list) else [value]
    return [line for one in statements for line in json.dumps(one, indent=2, ensure_ascii=False).split("\n")]
