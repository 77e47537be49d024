"""What each kind of caller can show under each key, and how surely: one line of `cases/callers.txt` for each condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from permission_guard.access.external import Analysis, Question
from permission_guard.access.literal import MAY, SearchMode, Stance
from permission_guard.access.scene import Side, Target
from permission_guard.iam.policy import Json
from tests.access.setting import ALONE, FUNCTION, IN_ORGANIZATION, NOW, allow, policy

KINDS = (
    *("role", "user", "root", "federated", "anonymous", "service:", "service:alexa-appkit.amazon.com"),
    *(
        f"service:{name}.amazonaws.com"
        for name in ("sns", "s3", "events", "logs", "elasticloadbalancing", "config", "lexv2", "cloudfront")
    ),
)
"""A line has a letter for each, or for the first seven where the other services show the same as any service."""
SURENESS = (
    ("sure", Stance.SURE),
    ("network", Stance.SURE | Stance.NETWORK),
    ("doubtful", Stance.SURE | Stance.DOUBTFUL),
    ("unsure", Stance.SURE | Stance.UNSURE),
    ("form", Stance.SURE | Stance.UNSURE | Stance.UNDOCUMENTED),
)
SURELY = SearchMode(sure=True, admits=MAY | Stance.NETWORK | Stance.DOUBTFUL)
ANYHOW = SearchMode(sure=False, admits=MAY | Stance.NETWORK | Stance.DOUBTFUL)
LINES = [
    line
    for line in (Path(__file__).parent / "cases" / "callers.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def conditions(text: str) -> Json:
    found: dict[str, dict[str, Json]] = {}
    for one in text.split("; "):
        operator, key, value = one.split(" ", 2)
        found.setdefault(operator, {})[key] = "" if value == "EMPTY" else value
    return dict(found)


def sureness(analysis: Analysis, side: Side, action: str, kind: str) -> str:
    """The first letter of how surely such a caller can call so: - for never, + for two doubts at once, m where nobody knows."""
    (statement,) = analysis.policy.statements

    def can(mode: SearchMode) -> bool:
        return analysis.find(statement, Question(side, action, kind, mode)) is not None

    if not can(ANYHOW):
        return "-"
    surely = (name[0] for name, admits in SURENESS if can(SearchMode(sure=True, admits=admits)))
    return next(surely, "+") if can(SURELY) else "m"


@pytest.mark.parametrize("line", LINES)
def test_each_kind_of_caller_shows_under_a_key_what_aws_documents(line: str) -> None:
    """Sides: nobody trusted; a trusted account; with an organization, the untrusted, its members, the account itself and everybody;
    `renamed` is the trusted account, of which only a name is left that no pattern spells.
    """
    where, expected, action, text = line.split(" ", 3)
    trusted = ALONE if where in {"untrusted", "account", "renamed"} else IN_ORGANIZATION
    document = policy(allow("*", conditions(text), Action="*"))
    analysis = Analysis.of(document, Target.of(FUNCTION), trusted, NOW)
    scene = analysis.scene
    side = {
        "untrusted": scene.untrusted(named=True),
        "outsiders": scene.untrusted(named=True),
        "account": scene.accounts,
        "insiders": scene.accounts,
        "members": scene.members,
        "renamed": scene.renamed(scene.accounts),
        "everybody": Side(None, None),
    }[where]

    assert side is not None
    assert (
        "".join(sureness(analysis, side, f"lambda:{action}", kind) for kind in KINDS[: len(expected)])
        == expected
    )
