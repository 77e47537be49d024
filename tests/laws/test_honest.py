"""Exact: the whole policy allows the witness of every FAIL, and without a FAIL or UNKNOWN it allows no untrusted request."""

from __future__ import annotations

from permission_guard.iam import EvalDecision, FunctionArn, Policy, ServicePrincipal, decide
from permission_guard.model.facts import FactKind, FunctionFacts, PolicyFacts, RoleFacts
from permission_guard.model.finding import Concern, DeniedRequest, Finding, Undecided, Verdict, Witness
from permission_guard.read import read_facts
from permission_guard.rules import evaluate
from tests.laws.callers import admitted, calls
from tests.laws.profile import law, policy_law, role_law
from tests.laws.statements import FUNCTION, target_of
from tests.laws.stories import LOGS, Story, rights


def facts_of(story: Story, to_read: FactKind) -> FunctionFacts:
    guard = story.sandbox().guard
    facts = FunctionFacts(FunctionArn.parse(FUNCTION), story.qualifier)
    return read_facts(guard.observer, facts, to_read)


def openings(facts: FunctionFacts, story: Story) -> list[Finding]:
    """The findings about who has access. Findings that nobody can use a statement are separate."""
    findings = evaluate(facts, story.trusted)
    return [finding for finding in findings if finding.concern is not Concern.PERMISSION_IS_USABLE]


@policy_law()
def test_every_witness_of_a_fault_is_allowed_by_the_whole_policy(story: Story) -> None:
    facts = facts_of(story, FactKind.POLICY)
    for finding in openings(facts, story):
        if finding.verdict is Verdict.FAIL:
            assert isinstance(finding.proof, Witness)
            assert isinstance(facts.policy, PolicyFacts)
            answer = decide(finding.proof.request, resource=facts.policy.policy).answer
            assert answer is EvalDecision.ALLOWED is finding.proof.decision.answer


@policy_law()
def test_a_statement_reported_as_unusable_allows_no_call_of_any_caller(story: Story) -> None:
    facts = facts_of(story, FactKind.POLICY)
    for finding in evaluate(facts, story.trusted):
        if finding.concern is not Concern.PERMISSION_IS_USABLE:
            continue
        assert isinstance(facts.policy, PolicyFacts)
        assert facts.policy.policy is not None
        assert isinstance(finding.proof, DeniedRequest)
        assert finding.statement is not None
        statement = facts.policy.policy.statements[finding.statement]
        alone = Policy("alone", (statement,), facts.policy.policy.version)
        services = finding.rule == "invoke-permission-names-its-source"
        for call in calls(target_of(story.qualifier)):
            if isinstance(call.request.principal, ServicePrincipal) is services:
                assert decide(call.request, resource=alone).answer is EvalDecision.NOT_ALLOWED, call


@policy_law()
def test_without_a_fail_or_an_unknown_no_untrusted_call_is_allowed(story: Story) -> None:
    facts = facts_of(story, FactKind.POLICY)
    if any(finding.verdict is not Verdict.PASS for finding in openings(facts, story)):
        return
    asked = calls(target_of(story.qualifier))

    inside = admitted(story.sandbox().document, asked)

    # To be on a named network is no untrusted access, as far as invoking goes.
    names_network = "aws:SourceIp" in (story.sandbox().document or "")
    untrusted = [asked[place] for place in inside if not asked[place].is_trusted(story.trusted)]
    assert [
        one for one in untrusted if not (names_network and one.is_on_named_network) or one.is_managing
    ] == []


@law()
def test_an_unknown_is_reported_with_its_reason_and_never_repaired(story: Story) -> None:
    for report in story.sandbox().run():
        repaired = [finding for step in report.plan.steps for finding in step.fixes]
        assert {finding.verdict for finding in repaired} <= {Verdict.FAIL}
        for finding in report.findings:
            if isinstance(finding.proof, Undecided):
                assert finding.verdict is Verdict.UNKNOWN


@role_law()
def test_a_role_fails_exactly_if_the_request_in_its_proof_is_refused(story: Story) -> None:
    facts = facts_of(story, FactKind.ROLE)
    if not isinstance(facts.role, RoleFacts):
        return
    (finding,) = evaluate(facts, story.trusted)

    assert (finding.verdict is Verdict.FAIL) == isinstance(finding.proof, DeniedRequest)
    if isinstance(finding.proof, DeniedRequest):
        answer = decide(
            finding.proof.request, identity=facts.role.identity, boundary=facts.role.boundary
        ).answer
        assert answer in {EvalDecision.DENIED, EvalDecision.NOT_ALLOWED}
    if finding.verdict is Verdict.PASS:
        assert set(LOGS) - rights(story.sandbox()) <= ({LOGS[0]} if story.has_log_group else set())
