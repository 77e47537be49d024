"""Fixes templates that a test contains as text, and returns the added lines or the reason why there are none."""

from __future__ import annotations

import difflib

from permission_guard.model.finding import Verdict
from permission_guard.template import CheckOptions, Trust, fixed
from tests.check.checking import FUNCTION

ACCOUNT = "SourceAccount: !Ref AWS::AccountId"
BASIC = '!Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"'
HEAD = f"Resources:{FUNCTION}"


def repaired(text: str, trust: Trust | None = None) -> str:
    return fixed(text, "template.yaml", CheckOptions(), trust or Trust()).text


def added(text: str, trust: Trust | None = None) -> list[str]:
    """The added lines. Checks that nothing else differs, and that a second fix adds nothing."""
    after = repaired(text, trust)
    changes = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert [line for line in changes if line[0] == "-"] == []
    assert repaired(after, trust) == after
    return [line[2:] for line in changes]


def why_not(text: str, subject: str = "It", file: str = "template.yaml") -> str:
    """Why a fault is not fixed."""
    done = fixed(text, file, CheckOptions(), Trust())
    assert done.text == text
    (reason,) = (
        one.explanation.fix
        for one in done.checked.verdicts
        if one.owner == subject and one.finding.verdict is Verdict.FAIL
    )
    assert isinstance(reason, str)
    return reason


ROLE = "    Properties:\n      AssumeRolePolicyDocument: {}\n"
