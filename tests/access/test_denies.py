"""An Allow and Denies on tags: whether one request passes all of them, and how many steps it takes at most to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from permission_guard.access import EVERY, Access, Analysis, Target, analyze
from permission_guard.iam import EvalDecision, decide
from permission_guard.iam.policy import Json
from tests.access.setting import ALONE, FUNCTION, NOW, UNTRUSTED, allow, deny, policy

OPERATORS = {
    "any!=": "ForAnyValue:StringNotEquals",
    "all~": "ForAllValues:StringLike",
    "=?": "StringEqualsIfExists",
    "!=": "StringNotEquals",
    "!~": "StringNotLike",
    "=": "StringEquals",
    "~": "StringLike",
}
"""Those that others begin or end with come last."""
LINES = (Path(__file__).parent / "cases" / "denies.txt").read_text(encoding="utf-8").splitlines()


def conditions(text: str) -> Json:
    """`a!=1 b~*2`: tag a is not 1 and tag b ends with 2."""
    found: dict[str, dict[str, Json]] = {}
    for one in text.split():
        sign = next(sign for sign in OPERATORS if one[1:].startswith(sign))
        found.setdefault(OPERATORS[sign], {})[f"aws:PrincipalTag/{one[0]}"] = one[1 + len(sign) :]
    return dict(found)


@pytest.mark.parametrize("line", LINES[1:])
def test_access_is_told_within_its_steps(line: str) -> None:
    written, expected = line.split(" :: ")
    allowed, *denied = written.split(" | ")
    access, most = expected.split()
    document = policy(
        allow({"AWS": UNTRUSTED}, conditions(allowed)), *(deny(conditions(one)) for one in denied)
    )
    analysis = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW)

    found = analysis.answer(document.statements[0], EVERY)

    assert found.access.name.lower() == access
    assert analysis.scene.meter.spent <= int(most)
    if found.witness is not None:
        assert decide(found.witness.request, resource=document).answer is EvalDecision.ALLOWED


def test_what_a_deny_refuses_to_one_kind_of_caller_it_does_not_refuse_to_another() -> None:
    """With many Allows, the Denies are checked once for each kind of caller."""
    roles = deny({"StringEquals": {"aws:PrincipalType": "AssumedRole"}})
    found = analyze(policy(*[allow("*")] * 4, roles), FUNCTION, ALONE, NOW)

    assert [one.access for one in found] == [Access.OPEN] * 4
