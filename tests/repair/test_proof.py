"""Prove before you touch: each objection to a step, raised by a step that deserves it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.iam.policy import Json
from permission_guard.model.document import POLICY_LIMIT, Body, statements_of
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted, Unreadable
from permission_guard.repair.grant import Grant
from permission_guard.repair.proof import objection
from permission_guard.repair.step import AttachRolePolicy, Replacement, RewriteStatements
from permission_guard.rules import evaluate
from tests.access.hostile import largest, two_of_each
from tests.fake_aws.builders import (
    ACCOUNT,
    LOGGING,
    OWN,
    PARTNER,
    ROLE,
    TARGET,
    TOPIC,
    facts_with,
    facts_with_role,
    policy,
    statement,
)

SNS = statement("sns.amazonaws.com")
ALL_TOPICS = f"arn:aws:sns:*:{ACCOUNT}:*"


def arn(*arns: str) -> Body:
    return {"ArnLike": {"aws:SourceArn": list(arns)}}


def objected(facts: FunctionFacts, after: Body, *, trusted: Trusted = OWN, before: Body = SNS) -> str | None:
    """What is objected to putting this statement in the place of the first one."""
    assert isinstance(facts.policy, PolicyFacts)
    finding = next(one for one in evaluate(facts, trusted) if one.statement == 0)
    return objection(
        RewriteStatements(TARGET, facts.policy, (Replacement(before, (after,), fixes=(finding,)),)),
        facts,
        trusted,
    )


def test_a_policy_that_would_be_longer_than_lambda_takes_is_not_written() -> None:
    wide = statement("s3.amazonaws.com", sid="open")
    others = [
        statement(f"arn:aws:iam::{OWN.account}:role/{'x' * 60}{n}", sid=f"{'y' * 90}{n}") for n in range(59)
    ]
    facts = facts_with(wide, *others)
    assert 20000 < len(facts.resource_policy.text if facts.resource_policy else "") < POLICY_LIMIT
    buckets = [f"arn:aws:s3:::{'b' * 60}{n}" for n in range(9)]
    condition: Json = {
        "ArnLike": {"aws:SourceArn": buckets},
        "StringEquals": {"aws:SourceAccount": OWN.account},
    }
    after: Body = {**wide, "Condition": condition}
    (finding, *_) = evaluate(facts, OWN)
    assert isinstance(facts.policy, PolicyFacts)
    problem = objection(
        RewriteStatements(TARGET, facts.policy, (Replacement(wide, (after,), fixes=(finding,)),)), facts, OWN
    )
    assert problem is not None
    assert problem.endswith("more than Lambda's limit of 20480")


def test_a_policy_that_names_a_deleted_principal_is_not_written_and_the_principal_is_named() -> None:
    gone = statement({"AWS": "AROAEXAMPLEEXAMPLEEXA"}, sid="gone")

    assert objected(facts_with(SNS, gone), {**SNS, "Condition": arn(ALL_TOPICS)}) == (
        "Lambda refuses to write the policy, because it names AROAEXAMPLEEXAMPLEEXA, the id of a deleted role or user: "
        "remove it first"
    )


def test_where_there_is_only_add_permission_a_deleted_principal_beside_it_is_no_objection() -> None:
    gone = statement({"AWS": "AROAEXAMPLEEXAMPLEEXA"}, sid="gone")
    facts = facts_with(SNS, gone, family=Family.STATEMENTS)

    assert objected(facts, {**SNS, "Condition": arn(ALL_TOPICS)}) is None


def test_a_condition_that_fixes_the_fault_and_keeps_every_trusted_caller_is_not_objected_to() -> None:
    assert objected(facts_with(SNS), {**SNS, "Condition": arn(ALL_TOPICS)}) is None


def test_a_condition_that_still_admits_an_untrusted_account_would_not_help() -> None:
    problem = objected(facts_with(SNS), {**SNS, "Condition": arn("arn:aws:sns:*:*:*")})

    assert problem is not None
    assert "would not help" in problem
    assert "`sns.amazonaws.com` allows any AWS account to invoke orders, for example 999999999999" in problem


def test_a_condition_that_makes_a_new_fault_would_not_help() -> None:
    everyone = {**SNS, "Principal": "*"}

    assert "would not help" in str(objected(facts_with(SNS), everyone))


def test_a_fault_that_is_not_to_be_fixed_is_no_objection() -> None:
    other = statement("unheard-of.amazonaws.com", sid="other")

    assert objected(facts_with(SNS, other), {**SNS, "Condition": arn(ALL_TOPICS)}) is None


def test_a_condition_that_is_too_narrow_could_lock_out_other_sources_of_the_account() -> None:
    problem = objected(facts_with(SNS), {**SNS, "Condition": arn(TOPIC)})

    assert problem is not None
    assert problem.startswith(
        f"it would refuse a trusted caller: sns.amazonaws.com for account {ACCOUNT} calls"
    )


def test_a_condition_on_a_key_that_is_not_surely_sent_could_lock_callers_out() -> None:
    after = {**SNS, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}

    assert "it would refuse a trusted caller" in str(objected(facts_with(SNS), after))


def test_a_condition_on_the_own_account_could_lock_out_a_trusted_one() -> None:
    problem = objected(
        facts_with(SNS), {**SNS, "Condition": arn(ALL_TOPICS)}, trusted=Trusted(ACCOUNT, (PARTNER,))
    )

    assert f"for account {PARTNER}" in str(problem)


def test_a_caller_of_another_service_of_the_statement_is_not_lost_either() -> None:
    service = {"Service": ["sns.amazonaws.com", "unheard-of.amazonaws.com"]}
    facts = facts_with(statement(service))
    assert isinstance(facts.policy, PolicyFacts)
    before = statement(service)
    step = RewriteStatements(
        TARGET,
        facts.policy,
        (Replacement(before, ({**before, "Condition": arn(ALL_TOPICS)},), fixes=evaluate(facts, OWN)),),
    )

    assert "unheard-of.amazonaws.com" in str(objection(step, facts, OWN))


def test_behind_a_bare_star_services_that_act_for_trusted_accounts_are_callers_too() -> None:
    everyone = statement(sid="two")
    facts = facts_with(everyone)
    assert isinstance(facts.policy, PolicyFacts)
    bound = {**everyone, "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}
    step = RewriteStatements(
        TARGET, facts.policy, (Replacement(everyone, (bound,), fixes=evaluate(facts, OWN)),)
    )

    assert "it would refuse a trusted caller" in str(objection(step, facts, OWN))


def test_a_step_that_gives_access_to_a_caller_that_had_none_is_never_taken() -> None:
    bound = {**SNS, "Condition": arn(ALL_TOPICS)}
    wider = {**bound, "Condition": arn(ALL_TOPICS, f"arn:aws:sqs:*:{ACCOUNT}:*")}
    facts = facts_with(SNS, {**statement("s3.amazonaws.com", sid="other"), "Resource": f"{TARGET}:live"})
    role = statement({"AWS": f"arn:aws:iam::{ACCOUNT}:role/new"})

    assert objected(facts, wider) is None
    assert "it would refuse a trusted caller" in str(objected(facts, role))
    assert isinstance(facts.policy, PolicyFacts)
    added = {
        **statement("s3.amazonaws.com", sid="other"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    closed = {**statement("s3.amazonaws.com", sid="other"), "Resource": f"{TARGET}:live"}
    step = RewriteStatements(TARGET, facts.policy, (Replacement(closed, (added,)),))
    assert str(objection(step, facts, OWN)).startswith(
        "it would give access to a caller that has none now: s3.amazonaws.com for account"
    )


@pytest.mark.parametrize("family", list(Family))
def test_a_step_is_proved_the_same_in_both_families(family: Family) -> None:
    s3 = statement("s3.amazonaws.com", sid="s3")
    facts = facts_with(s3, family=family)
    assert isinstance(facts.policy, PolicyFacts)
    narrow = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com", source_account=ACCOUNT).twin()
    replacement = Replacement(
        s3, (narrow.statement(TARGET),), narrow if family is Family.STATEMENTS else None, evaluate(facts, OWN)
    )

    assert objection(RewriteStatements(TARGET, facts.policy, (replacement,)), facts, OWN) is None


def attaching(role: RoleFacts) -> str | None:
    facts = facts_with_role(role)
    step = AttachRolePolicy(ROLE, LOGGING, evaluate(facts, OWN))
    return objection(step, facts, OWN)


def test_a_policy_that_gives_the_missing_rights_may_be_attached() -> None:
    assert attaching(RoleFacts(ROLE)) is None


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(RoleFacts(ROLE, boundary=policy("edge", "s3:*")), id="boundary"),
        pytest.param(RoleFacts(ROLE, identity=(policy("edge", "logs:*", effect="Deny"),)), id="deny"),
    ],
)
def test_a_policy_that_is_blocked_would_not_help_and_the_blocker_is_reported(
    role: RoleFacts,
) -> None:
    problem = attaching(role)

    assert problem is not None
    assert problem.startswith("it would not help to attach AWSLambdaBasicExecutionRole to orders: ")
    assert "edge" in problem


def test_a_policy_that_holds_none_of_the_rights_would_not_help() -> None:
    facts = facts_with_role(RoleFacts(ROLE))
    step = AttachRolePolicy(ROLE, policy("useless", "s3:*"), evaluate(facts, OWN))

    assert "would not help" in str(objection(step, facts, OWN))


def test_a_policy_that_was_not_read_cannot_be_proved_safe_to_write() -> None:
    facts, bound = facts_with(SNS), {**SNS, "Condition": arn(ALL_TOPICS)}
    assert isinstance(facts.policy, PolicyFacts)
    step = RewriteStatements(TARGET, facts.policy, (Replacement(SNS, (bound,), fixes=()),))
    unread = replace(facts, policy=Unreadable("the policy", "not allowed"))

    assert objection(step, unread, OWN) == "the policy was not read"


def test_a_policy_that_is_too_complex_to_compare_is_not_written() -> None:
    first, _, *others = statements_of(largest(two_of_each).text)  # what is added fits in
    facts = facts_with(first, *others)
    assert isinstance(facts.policy, PolicyFacts)
    after: Body = {**first, "Condition": {"StringNotEquals": {"aws:UserAgent": "x"}}}
    step = RewriteStatements(TARGET, facts.policy, (Replacement(first, (after,), fixes=()),))

    assert objection(step, facts, OWN) == (
        "the policy is too complex to prove that it would not refuse a trusted caller"
    )
