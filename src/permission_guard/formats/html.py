"""One page that needs nothing but itself: no server, no network, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC
from difflib import ndiff
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from permission_guard.formats.found import PRODUCT
from permission_guard.formats.untrusted_text import inert, line, sentence
from permission_guard.frozen import frozen
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import loads
from permission_guard.model.finding import Severity, Verdict
from permission_guard.rules.about import ABOUT
from permission_guard.scan.result import Scan, ScannedFinding, worst_first

_PAGE: Final = "page"
_WORDS: Final = {Verdict.FAIL: "Fail", Verdict.UNKNOWN: "Unknown", Verdict.PASS: "Pass"}
_MARKS: Final = {"- ": "del", "+ ": "ins", "  ": "same"}


@frozen
class _Row:
    """A line of a difference: `kind` is `ins`, `del` or `same`."""

    kind: str
    text: str


@frozen
class _Share:
    """A part of a bar of 100: where it begins, and how wide it is."""

    name: str
    count: int
    start: float
    width: float


def show(scan: Scan) -> str:
    """Return the page. Its style and its script are the only ones that its own policy lets run, by their digests."""
    style, script = _asset("style.css"), _asset("page.js")
    findings = worst_first(scan.findings)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            product=PRODUCT,
            policy=_policy(style, script),
            # Both are files of this package and hold no untrusted text.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            scan=scan,
            at=scan.at.astimezone(UTC),
            findings=findings,
            totals=[
                (_WORDS[one], one.value, sum(f.verdict is one for f in findings if not f.accepted))
                for one in _WORDS
            ],
            shares=_shares(findings),
            choices=_choices(findings),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("permission_guard.formats", _PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # All text goes through this before it is escaped for HTML.
        finalize=_inert,
    )
    environment.filters |= {"line": line, "sentence": sentence}
    environment.globals |= {"difference": difference, "reference": _reference, "words": _WORDS}
    return environment


def _inert(value: object) -> object:
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> str:
    return (files("permission_guard.formats") / _PAGE / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is loaded, sent or embedded; one style and one script run."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _reference(finding: ScannedFinding) -> str:
    """Return the page on the rule: only addresses that this package knows are ever linked."""
    return ABOUT[finding.rule].rule.reference


def difference(before: str, after: str) -> tuple[_Row, ...]:
    """Return the lines that go, come and stay; a policy document has a line for each of its parts."""
    compared = ndiff(_lines(before), _lines(after))
    return tuple(_Row(_MARKS[row[:2]], row[2:]) for row in compared if row[:2] in _MARKS)


def _lines(text: str) -> list[str]:
    try:
        value = loads(text)
    except PolicyError:
        return inert(text).split("\n") if text else []
    pretty = isinstance(value, Mapping | list | tuple)
    return (json.dumps(value, indent=2, ensure_ascii=False) if pretty else inert(text)).split("\n")


def _shares(findings: Iterable[ScannedFinding]) -> tuple[_Share, ...]:
    """Return how the faults divide by severity, the gravest first."""
    counts = Counter(one.severity for one in findings if one.verdict is Verdict.FAIL and not one.accepted)
    shares: list[_Share] = []
    start = 0.0
    for severity in sorted(Severity, reverse=True):
        width = round(100 * counts[severity] / max(counts.total(), 1), 3)
        shares.append(_Share(severity.name, counts[severity], start, width))
        start = round(start + width, 3)
    return tuple(shares)


def _choices(findings: tuple[ScannedFinding, ...]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return what can be filtered by: the key, its label, and the values that occur."""
    return (
        (
            "verdict",
            "Verdict",
            tuple(one.value for one in Verdict if any(f.verdict is one for f in findings)),
        ),
        (
            "severity",
            "Severity",
            tuple(
                one.name for one in sorted(Severity, reverse=True) if any(f.severity is one for f in findings)
            ),
        ),
        ("rule", "Rule", tuple(sorted({one.rule.value for one in findings}))),
        ("account", "Account", tuple(sorted({one.account for one in findings if one.account}))),
        ("region", "Region", tuple(sorted({one.region for one in findings if one.region}))),
    )
