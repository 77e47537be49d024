"""What a finding says besides its verdict: whom, how grave, by which rule, and what it advises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import pytest

from permission_guard.iam import LayerVersionArn, Policy
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import FactKind, Family, FunctionFacts, PolicyFacts, Unreadable
from permission_guard.model.finding import Concern, DeniedRequest, Finding, Severity, Verdict, Witness
from permission_guard.rules import (
    evaluate,
    invoke_permission_names_its_source,
    wanted,
)
from permission_guard.rules.review import services_in
from permission_guard.rules.rule import LeaveIt
from permission_guard.services import SERVICES, Service
from tests.fake_aws.builders import ACCOUNT, FOREIGN, FUNCTION, OWN, TARGET, TOPIC, facts_with, statement

LAYER: Final = LayerVersionArn("aws", "us-east-1", ACCOUNT, "tools", "7")


def one(findings: Iterable[Finding], concern: Concern) -> Finding:
    (found,) = (finding for finding in findings if finding.concern is concern)
    return found


def on_layer(*statements: Body) -> tuple[Finding, ...]:
    found = facts_with(
        *({**one, "Action": "lambda:GetLayerVersion", "Resource": str(LAYER)} for one in statements)
    )
    return evaluate(replace(found, arn=LAYER), OWN)


def test_a_service_before_it_hides_no_public_statement() -> None:
    bound = statement("sns.amazonaws.com", sid="topic", Condition={"ArnLike": {"aws:SourceArn": TOPIC}})

    findings = evaluate(facts_with(bound, statement(sid="everyone")), OWN)

    assert one(findings, Concern.FUNCTION_IS_NOT_PUBLIC).subject == f"{TARGET} everyone"


def test_a_pass_says_whom_a_statement_admits() -> None:
    roles: Json = {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{ACCOUNT}:role/b"]}
    (finding,) = evaluate(facts_with(statement(Principal=roles)), OWN)

    assert (finding.verdict, finding.severity, finding.subject) == (
        Verdict.PASS,
        Severity.HIGH,
        f"{TARGET} s",
    )
    assert finding.summary == (
        f'Statement "s": Principal `arn:aws:iam::{ACCOUNT}:role/a`, `arn:aws:iam::{ACCOUNT}:role/b` allows named resources or '
        "principals of trusted accounts to invoke orders"
    )


def test_a_pass_says_whom_a_statement_leaves_out() -> None:
    open_ = {key: value for key, value in statement().items() if key != "Principal"}
    shut = statement(sid="shut", Effect="Deny", Action="*")
    (finding,) = evaluate(facts_with({**open_, "NotPrincipal": {"AWS": ACCOUNT}}, shut), OWN)

    assert finding.summary == 'Statement "s" gives nobody access: a Deny refuses whom it admits'


def test_a_deny_that_leaves_an_arn_of_another_form_only_makes_no_pass() -> None:
    """AWS documents no ARN with a `*` in it for a topic; a pass must not depend on that."""
    starred: Json = {"StringNotEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:444455556666:x*"}}
    shut = statement(sid="shut", Effect="Deny", Condition=starred)
    for service in ("sns.amazonaws.com", "new.amazonaws.com"):
        (finding,) = evaluate(facts_with(statement(service), shut), OWN)

        assert finding.verdict is Verdict.UNKNOWN


def test_a_permission_to_manage_that_passes_says_so() -> None:
    owner = statement({"AWS": ACCOUNT}, Action="lambda:UpdateFunctionCode")
    (finding,) = evaluate(facts_with(owner), OWN)

    assert (finding.concern, finding.verdict) == (Concern.MANAGEMENT_ACCESS, Verdict.PASS)
    assert finding.subject == f"{TARGET} s"
    assert finding.summary == (
        f'Statement "s": Principal `{ACCOUNT}` allows any resource or principal of a trusted account to manage orders'
    )


def test_a_source_is_added_only_for_the_right_concern() -> None:
    facts = facts_with(statement("sns.amazonaws.com"))
    (finding,) = evaluate(facts, OWN)

    def offered(changed: Finding) -> int:
        return len(list(invoke_permission_names_its_source.remedies(changed, facts, OWN)))

    assert offered(finding) == 1
    assert offered(replace(finding, concern=Concern.CROSS_ACCOUNT_ACCESS)) == 0
    assert offered(replace(finding, statement=None)) == 0


def test_no_condition_on_accounts_is_offered_where_organizations_are_trusted() -> None:
    facts, trusted = facts_with(statement("sns.amazonaws.com")), replace(OWN, organizations=("o-abcdefghij",))
    (finding,) = evaluate(facts, trusted)

    assert list(invoke_permission_names_its_source.remedies(finding, facts, trusted)) == [
        LeaveIt(
            "organizations are trusted, and AWS does not document that the service sends aws:SourceOrgID: a condition on "
            "accounts would refuse their members"
        )
    ]


@pytest.mark.parametrize("row", SERVICES, ids=[row.principal for row in SERVICES])
def test_a_service_is_limited_by_the_key_that_it_always_sends(row: Service) -> None:
    condition = invoke_permission_names_its_source.condition_on([row], FUNCTION, (ACCOUNT,))

    assert (condition.key if condition else None) == row.condition_key


@pytest.mark.parametrize("element", [{"NotPrincipal": {"Service": "sns.amazonaws.com"}}, {}])
def test_a_statement_that_leaves_services_out_or_names_nobody_names_no_service(
    element: dict[str, Json],
) -> None:
    body: dict[str, Json] = {"Effect": "Allow", "Action": "*", "Resource": "*", **element}
    (parsed,) = Policy.parse({"Statement": body}).statements

    assert services_in(parsed) == ()


def test_the_rule_on_sources_looks_at_services_only() -> None:
    both: Json = {"Service": "sns.amazonaws.com", "AWS": "*"}
    no_service: Json = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    findings = evaluate(facts_with(statement(Principal=both, Condition=no_service)), OWN)

    assert isinstance(one(findings, Concern.PERMISSION_IS_USABLE).proof, DeniedRequest)
    assert isinstance(one(findings, Concern.FUNCTION_IS_NOT_PUBLIC).proof, Witness)


def test_a_source_in_a_foreign_account_is_less_grave() -> None:
    topic = f"arn:aws:sns:us-east-1:{FOREIGN}:orders"
    (finding,) = evaluate(
        facts_with(statement("sns.amazonaws.com", Condition={"ArnLike": {"aws:SourceArn": topic}})), OWN
    )

    assert (finding.concern, finding.severity) == (Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM)
    assert finding.summary == (
        f'Statement "s": Principal `sns.amazonaws.com` allows untrusted account {FOREIGN} to invoke orders'
    )


def test_a_layer_that_is_shared_within_the_account_passes_and_says_with_whom() -> None:
    (finding,) = on_layer(statement({"AWS": ACCOUNT}))

    assert (finding.rule, finding.concern, finding.verdict) == (
        "layer-is-not-public",
        Concern.LAYER_IS_NOT_PUBLIC,
        Verdict.PASS,
    )
    assert finding.subject == f"{LAYER} s"
    assert finding.summary == (
        f'Statement "s": Principal `{ACCOUNT}` allows any resource or principal of a trusted account to download the layer'
    )


def test_a_layers_policy_that_could_not_be_read_is_reported_once_and_by_its_own_rule() -> None:
    (finding,) = evaluate(FunctionFacts(LAYER, policy=Unreadable("policy", "AccessDenied")), OWN)

    assert (finding.rule, finding.verdict, finding.severity) == (
        "layer-is-not-public",
        Verdict.UNKNOWN,
        Severity.HIGH,
    )
    assert finding.advice.startswith("Find out why the guard's role was refused this call")


def test_two_rules_may_ask_at_once() -> None:
    assert wanted(FunctionFacts(FUNCTION), FactKind.ROLE | FactKind.POLICY) == FactKind.ROLE | FactKind.POLICY


def test_a_policy_that_is_not_there_is_no_matter_of_a_layer() -> None:
    nothing = PolicyFacts(None, None, None, Family.STATEMENTS)

    assert evaluate(FunctionFacts(LAYER, policy=nothing), OWN) == ()
