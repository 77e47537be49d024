"""What is said of each answer about a statement: who has access, or why nobody does, in words that AWS's readers know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.access import INVOKING, Access, Answer, Scale
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
        f'Statement "s" allows {service} to invoke orders without naming a source; AWS documents calls within '
        "one account only"
    )
    assert finding.advice.startswith("Name the source where the permission is defined")
    assert isinstance(finding.proof, Witness)
    assert finding.proof.decision.answer is EvalDecision.ALLOWED
    assert finding.proof.request.principal == ServicePrincipal(service)
    assert finding.proof.caller == f"{service} for any account"
    assert repair_of(finding, facts, OWN)[0] is not None


@pytest.mark.parametrize("key", ["aws:SourceArn", "aws:SourceAccount"])
def test_a_source_in_another_account_is_named_though_the_service_invokes_within_its_account_only(
    key: str,
) -> None:
    arn = f"arn:aws:elasticloadbalancing:us-east-1:{FOREIGN}:targetgroup/web/1"
    asked: Json = {"StringEquals": {key: arn if key.endswith("Arn") else FOREIGN}}
    facts = facts_with(statement("elasticloadbalancing.amazonaws.com", Condition=asked))
    (finding,) = evaluate(facts, OWN)

    assert (finding.concern, finding.severity) == (Concern.CROSS_ACCOUNT_ACCESS, Severity.LOW)
    assert (
        f"to invoke orders for untrusted account {FOREIGN}; AWS documents calls within one" in finding.summary
    )
    assert isinstance(finding.proof, Witness)
    assert finding.proof.caller == f"elasticloadbalancing.amazonaws.com for account {FOREIGN}"
    assert repair_of(finding, facts, OWN)[0] is None


def test_services_that_invoke_within_their_account_only_are_named_together() -> None:
    both = {"Service": ["elasticloadbalancing.amazonaws.com", "vpc-lattice.amazonaws.com"]}
    (finding,) = found(statement(both))

    assert finding.summary.startswith(
        'Statement "s" allows elasticloadbalancing.amazonaws.com and vpc-lattice.amazonaws.com to invoke orders without '
    )


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


def test_where_the_form_of_a_source_is_left_open_there_is_no_remark() -> None:
    both: Json = {**source(f"arn:aws:lex:us-east-1:{ACCOUNT}:*"), **MINE}
    (finding,) = found(statement("lexv2.amazonaws.com", Condition=both))

    assert (finding.verdict, finding.summary.count(";")) == (Verdict.PASS, 0)


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


def test_every_key_is_named_on_which_the_answer_depends() -> None:
    tags: Json = {"StringEquals": {"aws:ResourceTag/Stage": "test", "aws:ResourceTag/Team": "shop"}}
    (finding,) = found(statement(Condition=tags))

    assert finding.summary == (
        'Statement "s": whether an untrusted account has access is unknown: it depends on aws:ResourceTag/Stage and '
        "aws:ResourceTag/Team, which cannot be known beforehand"
    )


def test_an_answer_that_names_no_key_rests_on_what_aws_does_not_document() -> None:
    facts = facts_with(statement())
    review = review_of(facts, OWN)
    unknown = Answer(0, Access.UNKNOWN, Scale.UNKNOWN, disagreement=True)
    review._answers[id(review.others[0]), INVOKING] = unknown
    (finding,) = evaluate(facts, OWN)

    assert finding.summary == (
        'Statement "s": whether an untrusted account has access is unknown: it depends on what AWS does not document, which '
        "cannot be known beforehand"
    )


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


def test_an_example_is_found_even_if_a_policy_names_every_account_of_one_digit() -> None:
    """A policy that stopped the guard here would never be reported."""
    finding, _ = found(
        statement("sns.amazonaws.com"), statement({"AWS": [digit * 12 for digit in "123456789"]})
    )

    assert finding.summary.endswith("allows any AWS account to invoke orders, for example 100000000000")
