"""What every format asks of the findings: their order, what they have in common, and how they are told apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from permission_guard import PROGRAM
from permission_guard.formats.untrusted_text import sentence
from permission_guard.scan.result import ScannedFinding

PRODUCT: Final = "Lambda Permission Guard"
_DIGITS: Final = 32
_ACCOUNT_DIGITS: Final = 12


def identities(findings: tuple[ScannedFinding, ...]) -> tuple[str, ...]:
    """Return for each finding what tells it from the others whatever its verdict is.

    So a finding that failed and passes now is the same one, which then closes; `fault` differs with the verdict. Where
    two would be the same, as duplicates in a forged document could be, each is told by its fault as well: none hides another.
    """
    asked = [(one.target, one.rule.value, one.subject) for one in findings]
    times = Counter(asked)
    return tuple(
        _digest(*what, *((one.fault,) if times[what] > 1 else ()))
        for what, one in zip(asked, findings, strict=True)
    )


def _digest(*parts: str) -> str:
    text = "\0".join(parts).encode(errors="surrogatepass")
    return f"{PROGRAM}/{hashlib.sha256(text).hexdigest()[:_DIGITS]}"


def paragraphs(finding: ScannedFinding) -> Iterator[str]:
    """Yield what was found, why, and the lines that fix it or what to do."""
    yield from map(sentence, (finding.sentence, *finding.because))
    if finding.patches:
        yield f"Fix:\n{finding.patches[0].text}"
    elif finding.advice:
        yield sentence(finding.advice)


def has_account(finding: ScannedFinding) -> bool:
    """Whether it was found in an account; what a check finds in a template is in none yet."""
    return finding.place is None and len(finding.account) == _ACCOUNT_DIGITS and finding.account.isdecimal()


def partition(finding: ScannedFinding) -> str:
    """Return the partition of the target's ARN; a template's logical ID has none."""
    parts = finding.target.split(":")
    return parts[1] if parts[0] == "arn" and len(parts) > 1 else "aws"


def is_layer(finding: ScannedFinding) -> bool:
    """Whether the target is a layer version, and not a function, version or alias."""
    return ":layer:" in finding.target


def moment(at: datetime) -> str:
    """Return a time in UTC, as ISO 8601 has it, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
