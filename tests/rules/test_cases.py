"""Every rule, case by case: `cases/<rule-id>/<sentence>.<verdict>.json`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from permission_guard.model.document import dumped
from permission_guard.model.finding import Finding, Verdict
from permission_guard.repair.remedy import repair_of
from permission_guard.repair.step import RewriteStatements
from permission_guard.rules import RULES
from tests.rules.case import CASES, Case, reported

PATHS = sorted(CASES.glob("*/*.json"))
LEAST = {Verdict.PASS: 25, Verdict.FAIL: 25, Verdict.UNKNOWN: 10}
BY_ID = {rule.id: rule for rule in RULES}


@pytest.mark.parametrize("path", PATHS, ids=[f"{path.parent.name}/{path.stem}" for path in PATHS])
def test_the_rule_gives_the_verdict_of_the_files_name_and_proves_it(path: Path) -> None:
    case = Case.of(path)
    expected = case.body["expected"]

    finding = case.finding(BY_ID[case.rule].check(case.facts, case.trusted))

    assert (finding.verdict if finding else Verdict.PASS) is case.verdict, finding and finding.summary
    if finding is None:
        assert expected == {}, "there is no finding that could be as expected"
        return
    assert (finding.proof is None) == (case.verdict is Verdict.PASS), (
        "a proof stands with every fault and doubt"
    )
    assert bool(finding.advice) == (case.verdict is not Verdict.PASS)
    for word in expected.get("summary", ()):
        assert word in finding.summary
    for word in expected.get("proof", ()):
        assert word in reported(finding.proof)
    if "concern" in expected:
        assert finding.concern.value == expected["concern"]
    if "severity" in expected:
        assert finding.severity.name.lower() == expected["severity"]
    if "scale" in expected:
        assert case.scale(finding).name.lower() == expected["scale"]
    if "repaired" in expected or "reported" in expected:
        assert repaired(case, finding) == (expected_document(case, finding), expected.get("reported"))


def repaired(case: Case, finding: Finding) -> tuple[str | None, str | None]:
    """The resource policy as the repair leaves it, or what is told instead."""
    step, reason = repair_of(finding, case.facts, case.trusted)
    return (step.after if isinstance(step, RewriteStatements) else None), reason


def expected_document(case: Case, finding: Finding) -> str | None:
    """The resource policy with the statement as the case expects it in its place, and else the same byte for byte."""
    if "repaired" not in case.body["expected"]:
        return None
    assert finding.statement is not None
    statements = list(case.body["policy"]["Statement"])
    statements[finding.statement] = case.body["expected"]["repaired"]
    return dumped({**case.body["policy"], "Statement": statements})


@pytest.mark.parametrize("rule", BY_ID)
def test_every_rule_has_cases_enough_of_each_verdict(rule: str) -> None:
    counted = Counter(Case.of(path).verdict for path in PATHS if path.parent.name == rule)

    assert {verdict: counted[verdict] >= least for verdict, least in LEAST.items()} == dict.fromkeys(
        LEAST, True
    )


def test_there_are_cases_of_no_other_rule() -> None:
    assert {path.parent.name for path in PATHS} == set(BY_ID)


def test_every_case_says_why_in_a_sentence() -> None:
    assert [path.name for path in PATHS if not Case.of(path).body["why"].endswith(".")] == []
