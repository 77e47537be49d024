"""The verdicts on templates as a `Scan`, which every output format takes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Final

from permission_guard import __version__
from permission_guard.iam import FunctionArn
from permission_guard.journal.fault import fault_of
from permission_guard.scan.evaluate import flat
from permission_guard.scan.result import IgnoredFinding, Place, Scan, ScannedFinding, Skipped
from permission_guard.template.findings import Checked, TemplateFinding
from permission_guard.template.lines import patches

_DIGITS: Final = 16


def scan_of(checked: tuple[Checked, ...], at: datetime) -> Scan:
    """Return the verdicts on all checked files."""
    verdicts = [(one.source, each) for one in checked for each in one.verdicts]
    arns = {(source.file, each.facts.arn) for source, each in verdicts}
    targets = {(source.file, each.facts.target) for source, each in verdicts}
    return Scan(
        __version__,
        at,
        tuple(dict.fromkeys(one.source.file for one in checked)),
        sum(isinstance(arn, FunctionArn) for _, arn in arns),
        len(targets),
        tuple(_placed(one, each) for one in checked for each in one.verdicts),
        tuple(
            Skipped(f"{one.source.file}: {what}", why) for one in checked for what, why in one.source.skipped
        ),
        ignored=tuple(
            IgnoredFinding(_placed(one, each), ignore.reason, ignore.at is not None)
            for one in checked
            for each, ignore in one.ignored
        ),
    )


def _placed(checked: Checked, one: TemplateFinding) -> ScannedFinding:
    """Return one verdict with its place in the file and the names from the template."""
    source, finding, facts = checked.source, one.finding, one.facts
    fixes, obstacle = patches(checked, one)
    # A baseline must find the same fault for `./template.yaml` and `template.yaml`.
    fault = f"{PurePath(source.file).as_posix()} {one.owner} {fault_of(finding, facts)}"
    at = source.at(one.owner, finding)
    return replace(
        flat(one.explanation, facts, fixes),
        obstacle=obstacle,
        fault=hashlib.sha256(fault.encode()).hexdigest()[:_DIGITS],
        target=one.function,
        name=source.name(one.function),
        subject=source.name(one.owner),
        place=Place(source.file, at.line, at.column),
    )
