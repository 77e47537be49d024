"""What is said of each answer about a statement: who has access, or why nobody does, in words that AWS's readers know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.access import Access, Answer, Scale
from permission_guard.iam import EvalDecision, ServicePrincipal
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, Trusted
from permission_guard.model.finding import Concern, Finding, Severity, Unused, Verdict, Witness
from permission_guard.repair.remedy import repair_of
from permission_guard.rules import evaluate
from permission_guard.rules.external_access import witness_of
from permission_guard.rules.review import review_of
from tests.access.hostile import digits_wanted, largest
from tests.fake_aws.builders import ACCOUNT, FOREIGN, FUNCTION, OWN, TARGET, facts_with, statement

MINE: dict[str, Json] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def found(*statements: Body, trusted: Trusted = OWN) -> tuple[Finding, ...]:
    return evaluate(facts_with(*statements), trusted)


def source(arn: str) -> dict[str, Json]:
    return {"ArnLike": {"aws:SourceArn": arn}}


@pytest.mark.parametrize(
    "service",
    ["scheduler.amazonaws.com", "states.amazonaws.com", "pipes.amazonaws.com", "sqs.amazonaws.com"],
)
def test_a_statement_for_a_service_that_needs_none_is_low_and_to_be_removed(service: str) -> None:
    (finding,) = found(statement(service))

    assert (finding.verdict, finding.severity) == (Verdict.FAIL, Severity.LOW)
    assert finding.concern is Concern.PERMISSION_IS_USABLE
    assert isinstance(finding.proof, Unused)
    useless = f"{service} invokes with an execution role and asks no resource-based policy"
    assert (finding.summary, finding.proof) == (f'Statement "s" does nothing: {useless}', Unused(useless))
    assert finding.advice == "Remove the permission where it is defined."


def test_two_services_that_need_no_statement_are_named_together() -> None:
    (finding,) = found(statement({"Service": ["pipes.amazonaws.com", "sqs.amazonaws.com"]}))

    assert finding.summary == (
        'Statement "s" does nothing: pipes.amazonaws.com and sqs.amazonaws.com invoke with an execution role and ask '
        "no resource-based policy"
    )


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, " and 1 more")])
def test_the_fourth_principal_and_those_behind_it_are_counted(count: int, more: str) -> None:
    accounts = ["444455556666", "444455556667", "444455556668", "444455556669"][:count]
    (finding,) = found(statement({"AWS": accounts}), trusted=replace(OWN, accounts=tuple(accounts)))

    names = ", ".join(f"`{one}`" for one in accounts[:3])
    assert finding.summary.startswith(f'Statement "s": Principal {names}{more} allows ')


@pytest.mark.parametrize("service", ["elasticloadbalancing.amazonaws.com", "vpc-lattice.amazonaws.com"])
def test_a_service_that_invokes_within_its_account_only_is_never_called_untrusted(service: str) -> None:
    facts = facts_with(statement(service))
    (finding,) = evaluate(facts, OWN)

    assert (finding.verdict, finding.severity) == (Verdict.FAIL, Severity.LOW)
    assert finding.summary == (
        f'Statement "s" allows {service} to invoke orders without naming a source; AWS documents that it invokes functions '
        "of its own account only"
    )
    assert finding.advice.startswith("Name the source where the permission is defined")
    assert isinstance(finding.proof, Witness)
    assert finding.proof.decision.answer is EvalDecision.ALLOWED
    assert finding.proof.request.principal == ServicePrincipal(service)
    assert repair_of(finding, facts, OWN)[0] is not None


def test_eventbridge_with_the_own_account_passes_with_a_remark() -> None:
    (finding,) = found(statement("events.amazonaws.com", Condition=MINE))

    assert finding.verdict is Verdict.PASS
    assert finding.summary.endswith(
        "; AWS's pages contradict each other on whether events.amazonaws.com sends aws:SourceAccount, so name the ARN of the "
        "source instead"
    )


@pytest.mark.parametrize(
    ("service", "arn"),
    [
        ("lexv2.amazonaws.com", f"arn:aws:lex:us-east-1:{ACCOUNT}:bot/BOT"),
        ("secretsmanager.amazonaws.com", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:rotation/x"),
    ],
)
def test_where_aws_does_not_say_that_a_form_is_refused_there_is_a_remark(service: str, arn: str) -> None:
    both: Json = {**source(arn), **MINE}
    (finding,) = found(statement(service, Condition=both))

    assert finding.verdict is Verdict.PASS
    assert "AWS documents the form" in finding.summary


@pytest.mark.parametrize(
    ("principal", "operator", "key", "value", "example"),
    [
        ("*", "StringEquals", "aws:PrincipalOrgID", "o-other00000", ", for example 999999999999"),
        ("*", "StringLike", "aws:PrincipalOrgPaths", "o-other00000/r-ab12/*", ", for example 999999999999"),
        ("sns.amazonaws.com", "StringEquals", "aws:SourceOrgID", "o-other00000", ""),
        ("sns.amazonaws.com", "StringLike", "aws:SourceOrgPaths", "o-other00000/r-ab12/*", ""),
    ],
)
def test_an_organization_that_is_not_listed_is_named_as_such(
    principal: str, operator: str, key: str, value: str, example: str
) -> None:
    quantifier = "ForAnyValue:" if key.endswith("Paths") else ""
    (finding,) = found(statement(principal, Condition={f"{quantifier}{operator}": {key: value}}))

    assert (finding.concern, finding.severity) == (Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM)
    assert finding.summary == (
        f'Statement "s": Principal `{principal}` allows untrusted organization o-other00000 to invoke orders{example}'
    )


def test_access_from_a_named_network_only_passes_with_a_remark() -> None:
    (finding,) = found(statement(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))

    assert finding.verdict is Verdict.PASS
    assert finding.summary.endswith(
        "; untrusted accounts have access only from the network that its conditions name"
    )


def test_whom_a_not_principal_leaves_out_is_named() -> None:
    body = {key: value for key, value in statement().items() if key != "Principal"}
    (finding,) = found({**body, "NotPrincipal": {"AWS": ACCOUNT}})

    assert finding.summary == (
        f'Statement "s": NotPrincipal `{ACCOUNT}` allows any AWS account to invoke orders, for example 999999999999'
    )


def test_an_account_in_no_organization_meets_an_if_exists_on_it() -> None:
    if_exists = {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    (finding,) = found(statement(Condition=if_exists), trusted=Trusted(ACCOUNT, (), ("o-abcdefghij",)))

    assert (finding.verdict, finding.severity) == (Verdict.FAIL, Severity.HIGH)
    assert finding.summary == (
        'Statement "s": Principal `*` allows any AWS account that is in no organization to invoke orders, for example 999999999999'
    )


def test_a_foreign_organization_that_is_admitted_too_makes_the_function_public() -> None:
    negated = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    (finding,) = found(statement(Condition=negated), trusted=Trusted(ACCOUNT, (), ("o-abcdefghij",)))

    assert (finding.verdict, finding.severity) == (Verdict.FAIL, Severity.CRITICAL)
    assert "allows any AWS account to invoke" in finding.summary


def test_a_service_with_a_management_action_is_a_finding() -> None:
    findings = found(statement("sns.amazonaws.com", Action="lambda:*"))

    assert {(one.concern, one.severity) for one in findings} == {
        (Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE, Severity.HIGH),
        (Concern.MANAGEMENT_ACCESS, Severity.CRITICAL),
    }


def test_what_cloudfront_writes_for_lambda_at_edge_is_left_alone() -> None:
    edge = statement(
        "replicator.lambda.amazonaws.com", Action=["lambda:GetFunction", "lambda:EnableReplication*"]
    )

    assert found(edge) == ()


TOPIC = "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"


def test_beside_a_topic_of_awss_own_another_source_counts_as_ever() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, f"arn:aws:sns:us-east-1:{FOREIGN}:x"]}}
    alone, beside = (found(statement("sns.amazonaws.com", Condition=one))[0] for one in (source(TOPIC), both))

    assert alone.verdict is Verdict.PASS
    assert "AWS's own topic" in alone.summary
    assert beside.concern is Concern.CROSS_ACCOUNT_ACCESS
    assert f"untrusted account {FOREIGN}" in beside.summary


def test_a_topic_of_awss_own_is_found_behind_another_condition_which_stays_for_the_other_sources() -> None:
    encrypted: dict[str, Json] = {"Bool": {"aws:SecureTransport": "true"}}
    both: Json = {**MINE, "ArnLike": {"aws:SourceArn": [TOPIC, "arn:aws:sns:us-east-1:*:x"]}}
    alone, beside = (
        found(statement("sns.amazonaws.com", Condition=one))[0]
        for one in ({**encrypted, **source(TOPIC)}, both)
    )

    own = f"{TOPIC} is AWS's own topic, on which it publishes to everyone"
    assert (alone.verdict, alone.summary) == (Verdict.PASS, f'Statement "s": {own}')
    assert beside.verdict is Verdict.PASS
    assert beside.summary.endswith(f"; {own}")


def test_beside_a_topic_of_awss_own_a_topic_of_the_account_is_within_the_zone_of_trust() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, f"arn:aws:sns:us-east-1:{ACCOUNT}:x"]}}
    (finding,) = found(statement("sns.amazonaws.com", Condition=both))

    assert finding.verdict is Verdict.PASS
    assert (
        "allows named resources or principals of trusted accounts to invoke orders; arn:" in finding.summary
    )


def test_beside_a_topic_of_awss_own_a_source_with_a_variable_is_as_open_as_ever() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, "arn:aws:sns:us-east-1:${aws:SourceAccount}:x"]}}
    (finding,) = found(statement("sns.amazonaws.com", Condition=both))

    assert finding.concern is Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE
    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize("operator", ["ArnLikeIfExists", "ForAllValues:ArnLike", "ArnNotLike"])
def test_under_an_operator_that_an_absent_key_meets_a_topic_of_awss_own_excuses_nothing(
    operator: str,
) -> None:
    (finding,) = found(statement("sns.amazonaws.com", Condition={operator: {"aws:SourceArn": TOPIC}}))

    assert finding.concern is Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE
    assert finding.verdict is Verdict.FAIL


def test_a_named_network_is_enough_for_invoking_and_not_for_managing() -> None:
    office: Json = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    invoking, managing = (
        found(statement(Action=action, Condition=office))[0]
        for action in ("lambda:InvokeFunction", "lambda:UpdateFunctionCode")
    )

    assert invoking.verdict is Verdict.PASS
    assert "only from the network" in invoking.summary
    assert (managing.verdict, managing.severity) == (Verdict.FAIL, Severity.CRITICAL)


def test_the_half_of_a_public_url_that_needs_the_other_passes_by_itself() -> None:
    via_url: Json = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    (half,) = found(statement(Condition=via_url))

    assert half.verdict is Verdict.PASS
    assert "need a statement for lambda:InvokeFunctionUrl" in half.summary


def test_a_policy_that_is_too_complex_is_unknown_and_high_and_says_what_to_simplify() -> None:
    facts = replace(facts_with(), policy=PolicyFacts(None, largest(digits_wanted), "first", Family.DOCUMENT))
    finding = next(one for one in evaluate(facts, OWN) if one.verdict is not Verdict.PASS)

    assert (finding.verdict, finding.severity) == (Verdict.UNKNOWN, Severity.HIGH)
    assert "too complex" in finding.summary
    assert "fewer Deny statements" in finding.advice


def test_findings_of_an_alias_name_it() -> None:
    facts = facts_with({**statement(), "Resource": f"{TARGET}:live"}, qualifier="live")
    (finding,) = evaluate(replace(facts, has_public_url=False), OWN)

    assert "to invoke orders:live" in finding.summary


def test_no_review_without_a_policy_and_no_witness_without_a_request() -> None:
    unread = FunctionFacts(FUNCTION)
    with pytest.raises(ValueError, match=f"{TARGET} has no resource policy that was read"):
        review_of(unread, OWN)

    review = review_of(facts_with(statement("sns.amazonaws.com")), OWN)
    with pytest.raises(ValueError, match="no request is known for statement 3"):
        witness_of(Answer(3, Access.CLOSED, Scale.DEAD), review)
