"""The mail: what its reader can act upon without opening anything else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final, assert_never

from permission_guard import PROGRAM
from permission_guard.actor import Actor
from permission_guard.alert.difference import difference
from permission_guard.alert.printable import printable
from permission_guard.alert.subject import kind_of
from permission_guard.alert.undoing import resume_command, undo_command
from permission_guard.outcome import Ending
from permission_guard.patches import Patch, languages, patches_for
from permission_guard.report import Line, Report
from permission_guard.said import sentence
from permission_guard.trigger import Kind, Trigger

_WIDTH: Final = 110
"""Columns of the mail; a diff, a patch or an ARN is never broken."""
_INDENT: Final = " " * 12


def text(report: Report) -> str:
    """What and where, who did it, the proof, what was done, what to change at the source, how to undo it."""
    trigger = report.trigger
    head = [
        f"{kind_of(report).title():<11}{report.facts.target}",
        *_cause(trigger),
        *([f"Stack      {_stack(trigger.actor)}"] if trigger.actor.stack else []),
        f"Mode       {report.mode.value}",
        *_more(report),
    ]
    parts = [*(printable(line) for line in head)]
    for number, line in enumerate(report.lines, 1):
        parts += ["", *_paragraph(number, line, report)]
    return "\n".join(parts) + "\n"


def _cause(trigger: Trigger) -> tuple[str, str]:
    if trigger.kind is Kind.SWEEP:
        return f"Sweep      at {trigger.at.isoformat()}", f"Found by   {trigger.actor}"
    when = f"{trigger.kind.value} at {trigger.at.isoformat()} (CloudTrail event {trigger.event_id})"
    return f"Event      {when}", f"Done by    {trigger.actor}"


def _more(report: Report) -> tuple[str, ...]:
    if report.limit is None:
        return ()
    return (
        f"More       This is alert {report.limit} of this hour, the last that is sent at once. What is found next comes in the",
        f"           hourly digest. Repairs are made as before. See it now: {PROGRAM} journal",
    )


def _stack(actor: Actor) -> str:
    return f"{actor.stack} (resource {actor.resource})" if actor.resource else f"{actor.stack}"


def _owner(line: Line, report: Report) -> str:
    """Say whose source it is, as far as the call shows; of what a sweep found, as far as the journal knows the call."""
    cause = report.trigger
    if cause.kind is Kind.SWEEP:
        cause = next((one.cause for one in report.book.entries if one.id == line.entry), cause)
    if cause.kind is Kind.SWEEP:
        return f"not known: {cause.actor} found it"
    return (
        f"stack {_stack(cause.actor)}, deployed by {cause.actor}" if cause.actor.stack else f"{cause.actor}"
    )


def _paragraph(number: int, line: Line, report: Report) -> Iterator[str]:
    """Tell one finding, in the order in which its reader needs it: once the guard has stopped, the source comes first."""
    finding = line.finding
    match line.ending:
        case Ending.RELEASED:
            yield f"{number}. RELEASED {finding.rule}"
            yield from _row("Action", line.what)
            yield from _changed(line)
            yield from _row("Was", finding.summary)
        case Ending.ESCALATED:
            yield f"{number}. ESCALATED {finding.rule} ({finding.severity.name})"
            yield from _row("Stopped", line.what)
            yield from _row("Owner", _owner(line, report))
            yield from _source(line, report)
            yield from _found(line)
            yield from _changed(line)
            yield from _again(line)
        case Ending.REPAIRED | Ending.WOULD_REPAIR | Ending.TOLD | Ending.FAILED:
            yield f"{number}. {finding.verdict.value} {finding.rule} ({finding.severity.name})"
            yield from _found(line)
            yield from _row("Action", f"{line.ending.value}: {line.what}")
            yield from _changed(line)
            yield from _source(line, report)
            yield from _again(line)
        case _:
            assert_never(line.ending)


def _found(line: Line) -> Iterator[str]:
    yield from _row("Found", line.finding.summary)
    yield from _row("Proof", sentence(line.finding.proof))


def _changed(line: Line) -> Iterator[str]:
    yield from _block("Change", difference(line))


def _source(line: Line, report: Report) -> Iterator[str]:
    if line.finding.advice:
        yield from _row("Next", line.finding.advice)
    for heading, patch in _merged(patches_for(line, report.facts, report.trigger), report):
        yield from _row("Source", f"in {heading}:")
        yield from (f"{_INDENT}  {printable(row)}".rstrip() for row in patch.split("\n"))


def _merged(patches: tuple[Patch, ...], report: Report) -> Iterator[tuple[str, str]]:
    """Yield the patches in the languages that the source may be written in, those that read alike only once."""
    likely = languages(report.trigger.actor.tool)
    named: dict[str, list[str]] = {}
    for patch in patches:
        if patch.language in likely:
            named.setdefault(patch.text, []).append(patch.language.value)
    yield from ((" and ".join(names), patch) for patch, names in named.items())


def _again(line: Line) -> Iterator[str]:
    undo, resume = undo_command(line), resume_command(line)
    if undo:
        yield from _row("Undo", undo)
        yield from _row("", f"After that the guard leaves it alone, until {resume}")
    elif resume:
        yield from _row("Resume", f"{resume} lets the guard repair it again")


def _row(label: str, said: str) -> Iterator[str]:
    yield textwrap.fill(
        printable(f"   {label:<8} {said}"),
        _WIDTH,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _block(label: str, rows: tuple[str, ...]) -> Iterator[str]:
    """Show rows as they are: they are to be copied."""
    for number, row in enumerate(rows):
        yield f"   {label if number == 0 else '':<8} {printable(row)}"
