"""The result of a scan or check, as flat values that can be shown without AWS and without a policy document.

Every output format is a function of this value, and its JSON reads back as the same value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from permission_guard.alerts.patches import Patch
from permission_guard.frozen import frozen
from permission_guard.model.finding import GRAVITY, Concern, Severity, Verdict


@frozen
class Place:
    """Where in a file something is defined; line and column begin at 1."""

    file: str
    line: int
    column: int


@frozen
class ScannedFinding:
    """One verdict on one subject.

    `fault` tells it from others, the same each time it is found (16 hexadecimal digits). `target` is the ARN of the function,
    version, alias or layer version; in a template, its logical ID. `proof_kind` is one of `proof_text.KINDS`.
    `sentence`, `because`, `why`, `obstacle` and `advice` are those of an `Explanation`; `before` and `after` are the JSON of
    what a repair would change, both empty where none is proved safe, and then `obstacle` says why.
    """

    fault: str
    target: str
    name: str
    qualifier: str | None
    account: str
    region: str
    subject: str
    rule: Concern
    title: str
    verdict: Verdict
    severity: Severity
    summary: str
    proof_kind: str
    proof: str
    sentence: str
    because: tuple[str, ...]
    why: str
    repair: str
    before: str
    after: str
    obstacle: str
    advice: str
    patches: tuple[Patch, ...]
    place: Place | None = None
    accepted: str = ""
    """Until when, by whom and why it was accepted. Then it counts for no verdict on the whole."""


@frozen
class Skipped:
    """What could not be scanned, and why: an account, a Region, a page of functions."""

    what: str
    why: str


@frozen
class IgnoredFinding:
    """A finding that is not reported, why, and whether the template itself says so (else a configuration file)."""

    finding: ScannedFinding
    reason: str
    in_source: bool


@frozen
class Scan:
    """Everything that was found, and what could not be read. `functions` counts functions; `targets` also their versions, aliases, and layers.

    `at` is when it began. `sources` are the accounts and regions as `account/region`, or the files of a check.
    """

    version: str
    at: datetime
    sources: tuple[str, ...]
    functions: int
    targets: int
    findings: tuple[ScannedFinding, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()
    """What is not deployed as the parameters are, and keys that stand twice. They change no verdict."""
    ignored: tuple[IgnoredFinding, ...] = ()

    @property
    def remarks(self) -> tuple[Skipped, ...]:
        """What is ignored, with its reason, and the notes."""
        return (*map(_ignored, self.ignored), *self.notes)


def _ignored(one: IgnoredFinding) -> Skipped:
    file = f"{one.finding.place.file}: " if one.finding.place else ""
    return Skipped(f"{file}{one.finding.subject}: {one.finding.rule.value}", f"it is ignored: {one.reason}")


def worst_first(found: Iterable[ScannedFinding]) -> tuple[ScannedFinding, ...]:
    """Order findings: FAIL, UNKNOWN, PASS; the most severe first; then by their places."""
    return tuple(
        sorted(
            found,
            key=lambda one: (
                GRAVITY.index(one.verdict),
                -one.severity,
                *(one.account, one.region, one.target, one.rule.value, one.subject, one.fault),
            ),
        )
    )
