"""The policies whose right answers are known, through the rules: what a person is told about each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from permission_guard.iam import FunctionArn, Policy
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, Trusted
from permission_guard.model.finding import Concern, Finding, Verdict
from permission_guard.rules import evaluate

CASES = Path(__file__).parent.parent / "access" / "cases" / "field.jsonl"


def cases() -> list[Any]:
    return [json.loads(line) for line in CASES.read_text().splitlines()]


def in_a_word(findings: tuple[Finding, ...]) -> str:
    """The worst answer about the policy."""
    faults = [one.concern for one in findings if one.verdict is Verdict.FAIL]
    if any(concern is not Concern.PERMISSION_IS_USABLE for concern in faults):
        return "open"
    if any(one.verdict is Verdict.UNKNOWN for one in findings):
        return "unknown"
    return "dead" if faults else "closed"


@pytest.mark.parametrize("case", cases(), ids=[case["law"] for case in cases()])
def test_the_rules_find_what_the_policy_admits(case: Any) -> None:
    function = FunctionArn.parse(case["function"])
    trusted = Trusted(function.account, *map(tuple, case["trusted"].values()))
    policy = PolicyFacts(None, Policy.parse(json.dumps(case["policy"])), "revision", Family.DOCUMENT)

    findings = evaluate(FunctionFacts(function, policy=policy), trusted)

    assert in_a_word(findings) in case["expected"]
    if case["who"] and in_a_word(findings) == "open":
        named = any(one.concern is Concern.CROSS_ACCOUNT_ACCESS for one in findings)
        assert named == (case["who"] == "named")
