"""The rules before the deploy: a file in, verdicts with their places out."""

from __future__ import annotations

from permission_guard.frozen import frozen
from permission_guard.template.findings import TemplateFinding, Trust, evaluated
from permission_guard.template.ignore import Ignore
from permission_guard.template.source import CheckOptions, Source, source


@frozen
class Checked:
    """A file that was checked, and its verdicts in the order of their places."""

    source: Source
    verdicts: tuple[TemplateFinding, ...]
    trust: Trust
    ignored: tuple[tuple[TemplateFinding, Ignore], ...] = ()
    """What is ignored for a reason, and is no verdict any more."""


def check(text: str, file: str, options: CheckOptions, trust: Trust) -> Checked:
    """Evaluate a template or plan. Raises NotReadable, which names the place, for what is neither."""
    found = source(text, file, options)
    verdicts = evaluated(found.variants, trust)
    return Checked(found, tuple(sorted(verdicts, key=lambda one: found.at(one.owner, one.finding))), trust)
