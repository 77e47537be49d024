"""Plans: what is repaired, and each reason for which a finding is only told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.iam import Policy
from permission_guard.model.document import Body, NewCondition, statements_of
from permission_guard.model.facts import (
    NOT_READ,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Trusted,
    Unreadable,
)
from permission_guard.model.finding import Concern, Finding, Severity, Verdict
from permission_guard.repair.remedy import _step, joined
from permission_guard.repair.step import AttachRolePolicy, RewriteStatements
from permission_guard.rules import evaluate
from permission_guard.rules.rule import AddCondition, AttachPolicy
from tests.fake_aws.builders import (
    ACCOUNT,
    FUNCTION,
    LOGGING,
    PARTNER,
    ROLE,
    TOPIC,
    facts_with,
    facts_with_role,
    settings,
    statement,
    trigger,
)
from tests.repair.planning import ARN, SNS, conditions, plan, reasons

S3 = statement("s3.amazonaws.com", sid="s3")
REPAIRS: dict[str, Body] = {
    "sns.amazonaws.com": {"ArnLike": {ARN: f"arn:aws:sns:*:{ACCOUNT}:*"}},
    "events.amazonaws.com": {"ArnLike": {ARN: f"arn:aws:events:us-east-1:{ACCOUNT}:*"}},
    "apigateway.amazonaws.com": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    "logs.eu-west-1.amazonaws.com": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    "s3.amazonaws.com": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    "config.amazonaws.com": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    "cloudfront.amazonaws.com": {"ArnLike": {ARN: f"arn:aws:cloudfront::{ACCOUNT}:*"}},
}


@pytest.mark.parametrize("service", REPAIRS)
def test_an_open_service_gets_a_condition_on_the_key_that_it_is_sure_to_send(service: str) -> None:
    assert conditions(plan(facts_with(statement(service)))) == [REPAIRS[service]]


def test_the_conditions_that_stand_there_are_kept() -> None:
    bucket = {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"}}

    planned = plan(facts_with(statement("s3.amazonaws.com", Condition=bucket)))

    assert conditions(planned) == [{**bucket, "StringEquals": {"aws:SourceAccount": ACCOUNT}}]


def test_several_services_of_one_statement_get_a_condition_on_what_all_of_them_send() -> None:
    both = {"Service": ["s3.amazonaws.com", "logs.amazonaws.com"]}
    arns = [f"arn:aws:sns:*:{ACCOUNT}:*", f"arn:aws:events:us-east-1:{ACCOUNT}:*"]

    assert conditions(plan(facts_with(statement(both)))) == [{"StringEquals": {"aws:SourceAccount": ACCOUNT}}]
    assert conditions(
        plan(facts_with(statement({"Service": ["sns.amazonaws.com", "events.amazonaws.com"]})))
    ) == [{"ArnLike": {ARN: arns}}]


def test_the_trusted_accounts_are_among_the_sources() -> None:
    given = settings(trusted=Trusted(ACCOUNT, (PARTNER,)))

    assert conditions(plan(facts_with(S3), given)) == [
        {"StringEquals": {"aws:SourceAccount": [ACCOUNT, PARTNER]}}
    ]


def test_a_bare_star_becomes_three_statements_by_account_and_two_more_by_organization() -> None:
    organization = settings(trusted=Trusted(ACCOUNT, (PARTNER,), ("o-abcdefghij",)))

    assert conditions(plan(facts_with(statement()))) == [
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {ARN: f"arn:aws:*:*:{ACCOUNT}:*"}},
    ]
    assert conditions(plan(facts_with(statement()), organization)) == [
        {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, PARTNER]}},
        {"StringEquals": {"aws:SourceAccount": [ACCOUNT, PARTNER]}},
        {"ArnLike": {ARN: [f"arn:aws:*:*:{one}:*" for one in (ACCOUNT, PARTNER)]}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"StringEquals": {"aws:SourceOrgID": "o-abcdefghij"}},
    ]


def test_the_first_of_several_statements_keeps_the_sid_and_the_others_have_one_made_of_it() -> None:
    (step,) = plan(facts_with(statement(sid="public"))).steps
    assert isinstance(step, RewriteStatements)

    first, *others = (str(one["Sid"]) for one in statements_of(step.after))

    assert first == "public"
    assert all(sid.startswith("public-") for sid in others)
    assert others[0] != others[1]


@pytest.mark.parametrize("public", [True, Unreadable("the function URL", "AccessDenied"), NOT_READ])
def test_a_bare_star_is_left_alone_where_a_public_url_may_need_it(*, public: bool | Unreadable) -> None:
    (reason,) = reasons(plan(replace(facts_with(statement()), has_public_url=public)))

    assert "function URL" in reason


def test_where_members_of_an_organization_are_trusted_a_service_is_reported_only() -> None:
    given = settings(trusted=Trusted(ACCOUNT, (), ("o-abcdefghij",)))

    assert "aws:SourceOrgID" in reasons(plan(facts_with(S3), given))[0]


def test_all_repairs_of_one_policy_are_one_step() -> None:
    planned = plan(facts_with(SNS, statement(ACCOUNT, sid="kept", Principal={"AWS": ACCOUNT}), S3))

    assert conditions(planned) == [REPAIRS["sns.amazonaws.com"], None, REPAIRS["s3.amazonaws.com"]]
    assert len(planned.steps[0].fixes) == 2


def test_a_role_gets_the_policy_that_gives_it_what_is_missing() -> None:
    planned = plan(facts_with_role(RoleFacts(ROLE)))

    (step,) = planned.steps
    assert isinstance(step, AttachRolePolicy)
    assert (step.role_arn, step.policy, planned.unrepaired) == (ROLE, LOGGING, ())


def test_what_has_just_arrived_is_repaired() -> None:
    event = trigger("sns", kind=Kind.PERMISSION_ADDED)
    planned = plan(facts_with(SNS, S3), settings(repair_existing=False), event)

    assert [step.what for step in planned.steps] == ['add a condition to statement "sns" of orders']
    assert [tell.finding.statement for tell in planned.unrepaired] == [1]


def test_by_statements_what_add_permission_can_express_is_repaired_under_another_sid() -> None:
    planned = plan(facts_with(SNS, S3, family=Family.STATEMENTS))

    (step,) = planned.steps
    assert isinstance(step, RewriteStatements)
    (replacement,) = step.replacements
    assert replacement.narrow is not None
    assert (replacement.narrow.source_account, replacement.narrow.sid[:3]) == (ACCOUNT, "s3-")
    assert isinstance(step.policy, PolicyFacts)
    assert [tell.finding.statement for tell in planned.unrepaired] == [0]


def test_a_remedy_for_what_is_not_there_makes_no_step() -> None:
    facts = FunctionFacts(FUNCTION)
    policy = Policy.parse({"Statement": []}, name="logging")
    finding = Finding("rule", Concern.ROLE_CAN_WRITE_LOGS, "it", Verdict.FAIL, Severity.LOW, "it")
    attach, add = (
        AttachPolicy(policy),
        AddCondition(0, NewCondition("StringEquals", "aws:SourceAccount", ("1",))),
    )
    assert _step(attach, finding, facts) == (None, "the function has no role to attach a policy to")
    assert _step(add, finding, facts) == (None, "the function has no resource-based policy")


def test_two_findings_about_one_statement_are_fixed_by_one_change() -> None:
    everything = statement(Action="lambda:*")
    planned = plan(facts_with(everything))
    (step,) = planned.steps

    assert isinstance(step, RewriteStatements)
    assert [finding.concern for finding in step.fixes] == [
        Concern.FUNCTION_IS_NOT_PUBLIC,
        Concern.MANAGEMENT_ACCESS,
    ]
    assert len(conditions(planned)) == 3


def test_a_second_repair_of_the_same_statement_waits_for_the_first() -> None:
    facts = facts_with(SNS)
    (finding,) = evaluate(facts, settings().trusted)
    by_arn, by_account = (
        NewCondition("ArnLike", ARN, (TOPIC,)),
        NewCondition("StringEquals", "aws:SourceAccount", (ACCOUNT,)),
    )
    first, _ = _step(AddCondition(0, by_arn), finding, facts)
    second, _ = _step(AddCondition(0, by_account), finding, facts)
    assert isinstance(first, RewriteStatements)
    assert isinstance(second, RewriteStatements)

    assert joined(first, second) == (first, "another repair of this statement comes first")


def test_equal_statements_without_a_sid_are_each_fixed() -> None:
    twin = statement("sns.amazonaws.com", sid=None)

    assert len(conditions(plan(facts_with(twin, twin)))) == 2
