"""The mail. Its reader can act without opening anything else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from permission_guard import PROGRAM
from permission_guard.alerts.detail import STANDS_NOW, Detail
from permission_guard.alerts.patches import languages
from permission_guard.alerts.printable import printable
from permission_guard.alerts.subject import kind_of, urgency
from permission_guard.events.actor import Actor
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.iam import FunctionArn
from permission_guard.journal.news import Alert
from permission_guard.model.finding import Undecided
from permission_guard.model.proof_text import proof_kind, sentence
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import ReportLine
from permission_guard.rules import rule_of

_WIDTH: Final = 110
"""Columns of the mail; a diff, a patch or an ARN is never wrapped."""
_INDENT: Final = " " * 12


def text(alert: Alert, details: tuple[Detail, ...], last_of_hour: int | None) -> str:
    """The outcome of each finding first; then how to contain it, who caused it, the change, the next step, how to undo it."""
    parts: list[str] = []
    for number, one in enumerate(sorted(details, key=lambda one: urgency(one.line)), 1):
        if len(details) > 1:
            parts += [*([""] if parts else []), f"---- Finding {number} of {len(details)} ----", ""]
        parts += _finding(one, alert)
    return "\n".join([*parts, *_more(last_of_hour, alert.facts.arn.region)]) + "\n"


def _finding(one: Detail, alert: Alert) -> Iterator[str]:
    """Describe one finding in the order in which its reader needs it. If the guard has stopped repairing, the source comes first."""
    line = one.line
    yield from _filled(f"{line.what[:1].upper()}{line.what[1:]}", "")
    yield ""
    if one.contain:
        yield from _block("Contain now", (one.contain,))
        yield from _row("", _CONTAINS)
    yield from _row(kind_of(alert).title(), alert.facts.target)
    yield from _cause(line.cause or alert.trigger)
    if line.ending is Ending.ESCALATED:
        yield from _source(one, alert)
    yield from _found(line)
    yield from _block("Change" if line.ending in STANDS_NOW else "Proposed", one.difference)
    if line.ending is not Ending.ESCALATED and line.ending is not Ending.RELEASED:
        yield from _source(one, alert)
    yield from _again(one)
    yield from _row("Rule", f"{line.finding.concern.value} ({line.finding.severity.name})")
    yield from _row("Read more", rule_of(line.finding).reference)
    if isinstance(alert.facts.arn, FunctionArn):
        yield from _row("Console", console_link(alert.facts.arn))


_CONTAINS: Final = "(removes the whole statement, for trusted callers too)"
_CONSOLES: Final = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


def console_link(function: FunctionArn) -> str:
    """Return the function's page in the AWS console."""
    host = _CONSOLES.get(function.partition, f"{function.region}.console.aws.amazon.com")
    return f"https://{host}/lambda/home?region={function.region}#/functions/{function.name}"


def _cause(trigger: Trigger) -> Iterator[str]:
    when = f"{trigger.at.astimezone(UTC):%d %b %Y %H:%M} UTC"
    if trigger.kind is Kind.SWEEP:
        yield from _row("Found by", f"the sweep of {when}; no CloudTrail event shows who caused it")
        return
    yield from _row("Caused by", str(trigger.actor))
    yield from _row("Event", f"{trigger.kind.value}, {when} (CloudTrail event id {trigger.event_id})")
    if trigger.actor.stack:
        yield from _row("Stack", _stack(trigger.actor))


def _more(last_of_hour: int | None, region: str) -> tuple[str, ...]:
    if last_of_hour is None:
        return ()
    return (
        "",
        f"This is alert {last_of_hour} of this hour, the last that is sent at once. The hourly digest reports the rest.",
        f"Repairs go on. To see everything now: {PROGRAM} journal --region {region}",
    )


def _stack(actor: Actor) -> str:
    return f"{actor.stack} (resource {actor.resource})" if actor.resource else f"{actor.stack}"


def _found(line: ReportLine) -> Iterator[str]:
    """Show what was found. Only a witness has an example: every other summary holds its proof."""
    finding = line.finding
    yield from _row("It was" if line.ending is Ending.RELEASED else "Finding", finding.summary)
    if proof_kind(finding.proof) == "witness":
        yield from _row("Example", sentence(finding.proof))
    elif isinstance(finding.proof, Undecided) and finding.proof.request.action not in finding.summary:
        yield from _row("Request", f"{finding.proof.request.action} on {finding.proof.request.resource}")


def _source(one: Detail, alert: Alert) -> Iterator[str]:
    """Say what to do next. After a repair: make the same change where the function is defined."""
    patches = tuple(_merged(one, alert))
    if patches and one.line.ending is Ending.REPAIRED:
        yield from _row("Next", _SAME_CHANGE)
    elif one.line.finding.advice:
        yield from _row("Next", one.line.finding.advice)
    for heading, patch in patches:
        yield from _row("Source", f"{heading}:")
        yield from (f"{_INDENT}  {printable(row)}".rstrip() for row in patch.split("\n"))


_SAME_CHANGE: Final = "Make the same change where the function is defined. Otherwise the next deployment may put back what was there."


def _merged(one: Detail, alert: Alert) -> Iterator[tuple[str, str]]:
    """Yield the patches in the languages that the source may be written in; equal ones only once."""
    likely = languages(alert.trigger.actor.tool)
    named: dict[str, list[str]] = {}
    for patch in one.patches:
        if patch.language in likely:
            named.setdefault(patch.text, []).append(patch.language.value)
    yield from ((" and ".join(names), patch) for patch, names in named.items())


def _again(one: Detail) -> Iterator[str]:
    if one.undo:
        yield from _block("Undo", (one.undo,))
    elif one.resume:
        yield from _block("Resume", (one.resume,))


def _row(label: str, value: str) -> Iterator[str]:
    yield from _filled(f"{label:<12}{value}", _INDENT)


def _filled(text: str, indent: str) -> Iterator[str]:
    yield textwrap.fill(
        printable(text), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _block(label: str, rows: tuple[str, ...]) -> Iterator[str]:
    """Show rows unwrapped, so that they can be copied."""
    for number, row in enumerate(rows):
        yield f"{label if number == 0 else '':<12}{printable(row)}"
