"""The rules before the deploy: a file in, verdicts with their places out."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.frozen import frozen
from permission_guard.model.finding import Verdict
from permission_guard.template.findings import TemplateFinding, Trust, evaluated
from permission_guard.template.ignore import Ignore, check_ignores
from permission_guard.template.source import Said, Source, source


@frozen
class Checked:
    """A file that was checked, and its verdicts in the order of their places."""

    source: Source
    verdicts: tuple[TemplateFinding, ...]
    trust: Trust
    ignored: tuple[tuple[TemplateFinding, Ignore], ...] = ()
    """What is ignored for a reason, and is no verdict any more."""


def check(text: str, file: str, said: Said, trust: Trust) -> Checked:
    """Evaluate a template or plan. Raises NotReadable, which names the place, for what is neither."""
    found = source(text, file, said)
    verdicts = evaluated(found.variants, trust)
    return Checked(found, tuple(sorted(verdicts, key=lambda one: found.at(one.owner, one.finding))), trust)


def without_ignored(done: Checked) -> Checked:
    """Take out what is ignored; without a reason (an option) it is not listed. Raises NotReadable for a faulty ignore."""
    check_ignores(done.source.ignores)
    kept: list[TemplateFinding] = []
    ignored: list[tuple[TemplateFinding, Ignore]] = []
    for one in done.verdicts:
        found = done.source.ignore_of(one.owner, one.finding)
        if found is None or one.finding.verdict is Verdict.PASS:
            kept.append(one)
        elif found.reason:
            ignored.append((one, found))
    return replace(done, verdicts=tuple(kept), ignored=tuple(ignored))
