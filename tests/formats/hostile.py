"""Scans in which everything that others may choose is hostile."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from permission_guard.alerts.patches import Language, Patch
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Place, Scan, ScannedFinding, Skipped
from tests.formats.sample import OPEN, SCAN

_PIECES = (
    *('"', "'", "<", ">", "&", "</pre>", "</script>", "</style>", "<!--", "]]>", "<script>alert(1)</script>"),
    *(
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{0}",
        "](https://untrusted.example)",
        "[a",
        "javascript:alert(1)",
        "onload=x",
    ),
    *("=1+1", "+1", "-1", "@SUM(1)", "\t", "\r", "\n", "\r\n", ",", ";", "\x00", "\x1b[31m", "\x9b", "\x7f"),
    *(
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\ud800",
        "\uff1d",
        "é",
        "\U0001f600",
        " ",
        "a",
        "\\",
    ),
)
texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=5).map("".join)


@st.composite
def findings(draw: st.DrawFn) -> ScannedFinding:
    """A finding whose texts are hostile, each its own."""
    name, subject, summary, proof, reason, before, after, patch = (draw(texts) for _ in range(8))
    return replace(
        OPEN,
        name=name,
        subject=subject,
        summary=summary,
        proof=proof,
        sentence=draw(texts),
        because=(reason,),
        before=before,
        after=after,
        obstacle=draw(texts),
        repair=draw(texts),
        advice=draw(texts),
        target=OPEN.target + draw(texts),
        qualifier=draw(st.none() | texts),
        verdict=draw(st.sampled_from(Verdict)),
        patches=(Patch(Language.SAM, patch),),
    )


scans = st.builds(
    lambda found, what, why: replace(
        SCAN,
        findings=tuple(found),
        skipped=(Skipped(what, why),),
        notes=(Skipped(why, what),),
        sources=(what,),
    ),
    st.lists(findings(), min_size=1, max_size=2),
    texts,
    texts,
)
"""Of an account."""


def placed(scan: Scan, file: str) -> Scan:
    """The same as if found in a template."""
    found = (replace(one, place=Place(file, 3, 7), account="", region="") for one in scan.findings)
    return replace(scan, findings=tuple(found))


def is_harmless(text: str) -> bool:
    """Whether nothing in it moves a terminal's cursor or turns the direction of the text."""
    return all(c.isprintable() or c in "\r\n" for c in text)
