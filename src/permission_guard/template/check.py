"""Check one file by the guard's rules, and return verdicts with their places."""

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
    """The verdicts that are ignored, each with its reason; they are not in `verdicts`."""


def check(text: str, file: str, options: CheckOptions, trust: Trust) -> Checked:
    """Evaluate a template or plan. Raises NotReadable, with the place, for any other text."""
    found = source(text, file, options)
    verdicts = evaluated(found.variants, trust)
    return Checked(found, tuple(sorted(verdicts, key=lambda one: found.at(one.owner, one.finding))), trust)
