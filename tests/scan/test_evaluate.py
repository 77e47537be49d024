"""What a scan shows of facts is what the explanation says of them, with the lines that fix it, the worst first."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.journal.fault import fault_of
from permission_guard.model.facts import FactKind, RoleFacts
from permission_guard.model.finding import RULE_IDS, Severity, Verdict
from permission_guard.model.proof_text import KINDS
from permission_guard.scan.evaluate import findings, needed_by, verdict
from permission_guard.scan.explanation import ProvedFix, explain
from permission_guard.scan.result import Scan, Skipped, worst_first
from tests.fake_aws.builders import BASIC, NOW, OWN, ROLE, TARGET, facts_with, facts_with_role, statement

ALL = frozenset(RULE_IDS)
S3 = statement("s3.amazonaws.com")
BOUND = statement(
    "sns.amazonaws.com", sid="t", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}
)


def test_each_finding_says_what_its_explanation_says() -> None:
    live = f"{TARGET}:live"
    facts = facts_with({**S3, "Resource": live}, {**BOUND, "Resource": live}, qualifier="live")
    reported = explain(facts, OWN)
    found = findings(facts, OWN, ALL, NOW)
    assert len(found) == len(reported) == 2
    for one, said in zip(found, reported, strict=True):
        finding = said.finding
        assert (one.fault, one.target) == (fault_of(finding, facts), facts.target)
        assert (one.name, one.qualifier, one.account, one.region) == (
            "orders",
            "live",
            "111122223333",
            "us-east-1",
        )
        assert (one.rule, one.verdict) == (finding.concern, finding.verdict)
        assert (one.title, one.sentence, one.because) == (said.title, said.sentence, said.because)
        assert (one.why, one.advice) == (said.why, said.advice)
        assert one.proof_kind in KINDS
    fault, passed = found
    assert (fault.verdict, passed.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert (fault.proof_kind, passed.proof_kind) == ("witness", "none")


def test_a_fault_that_can_be_fixed_shows_the_change_and_the_lines_for_its_source() -> None:
    facts = facts_with(S3)
    (one,) = findings(facts, OWN, ALL, NOW)
    (said,) = explain(facts, OWN)
    assert isinstance(said.fix, ProvedFix)
    assert (one.repair, one.before, one.after) == (said.fix.what, said.fix.before, said.fix.after)
    assert one.obstacle == ""
    assert {patch.language.value for patch in one.patches} == {"SAM", "CloudFormation", "Terraform", "CDK"}
    assert all("111122223333" in patch.text for patch in one.patches)


def test_a_fault_that_cannot_be_fixed_names_the_obstacle() -> None:
    (one,) = findings(facts_with(statement("444455556666")), OWN, ALL, NOW)
    assert (one.repair, one.before, one.after) == ("", "", "")
    assert one.obstacle != ""


def test_a_role_that_cannot_log_is_fixed_by_a_policy_that_takes_nothing_away() -> None:
    (one,) = findings(facts_with_role(RoleFacts(ROLE)), OWN, ALL, NOW)
    assert (one.before, one.after) == ("", BASIC)
    assert one.subject == ROLE


def test_only_the_rules_that_are_asked_for_say_something() -> None:
    facts = facts_with(S3, statement("*", sid="all"))
    assert {one.rule.value for one in findings(facts, OWN, ALL, NOW)} == {
        "function-is-not-public",
        "invoke-permission-names-its-source",
    }
    asked = frozenset({"function-is-not-public"})
    assert {one.rule.value for one in findings(facts, OWN, asked, NOW)} == asked


def test_what_is_looked_at_is_what_the_rules_look_at() -> None:
    assert needed_by(ALL) == FactKind.ROLE | FactKind.POLICY
    assert needed_by(frozenset({"role-can-write-logs"})) == FactKind.ROLE
    assert needed_by(frozenset({"function-is-not-public"})) == FactKind.POLICY
    assert needed_by(frozenset()) == FactKind.NOTHING


def test_the_most_severe_comes_first_and_then_the_order_of_places() -> None:
    (one,) = findings(facts_with(S3), OWN, ALL, NOW)
    order = [
        replace(one, severity=Severity.CRITICAL),
        one,
        replace(one, target=f"{one.target}:live"),
        replace(one, region="us-west-2"),
        replace(one, account="222222222222"),
        replace(one, verdict=Verdict.UNKNOWN, severity=Severity.CRITICAL),
        replace(one, verdict=Verdict.PASS, severity=Severity.CRITICAL),
    ]
    assert list(worst_first(reversed(order))) == order


def test_what_was_not_looked_at_is_no_pass() -> None:
    (fault,) = findings(facts_with(S3), OWN, ALL, NOW)
    passed = replace(fault, verdict=Verdict.PASS)
    scan = Scan("1", NOW, ("a/b",), 1, 1, (passed,))
    assert verdict(scan) is Verdict.PASS
    assert verdict(replace(scan, findings=())) is Verdict.PASS
    unseen = replace(scan, skipped=(Skipped("x", "y"),))
    assert verdict(unseen) is Verdict.UNKNOWN
    assert verdict(replace(unseen, findings=(passed, fault))) is Verdict.FAIL
