"""What rules ask to look at, and that asking ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.access.actions import INVOKE_URL
from permission_guard.iam.policy import Json
from permission_guard.model.facts import (
    NOT_READ,
    Configuration,
    FactKind,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import Severity, Verdict
from permission_guard.rules import RULES, evaluate, rule_of, wanted
from permission_guard.rules.rule import Rule
from tests.fake_aws.builders import (
    ACCOUNT,
    FOREIGN,
    FUNCTION,
    LOGGING,
    OWN,
    ROLE,
    facts_with,
    facts_with_role,
    policy,
    statement,
)

NOTHING = FunctionFacts(FUNCTION)
STREAMS = policy("streams", "logs:CreateLogStream", "logs:PutLogEvents")


def test_every_rule_has_a_title_a_reason_and_a_page() -> None:
    for rule in RULES:
        assert rule.title
        assert rule.why.endswith(".")
        assert rule.reference.startswith("https://docs.aws.amazon.com/")
    assert len({rule.id for rule in RULES}) == len(RULES) == 4


def test_a_finding_leads_back_to_its_rule() -> None:
    for finding in (
        *evaluate(facts_with(statement()), OWN),
        *evaluate(facts_with_role(RoleFacts(ROLE)), OWN),
    ):
        assert rule_of(finding).id == finding.rule


def test_what_has_not_been_read_is_not_evaluated() -> None:
    assert evaluate(NOTHING, OWN) == ()
    assert evaluate(replace(NOTHING, policy=PolicyFacts(None, None, None, Family.DOCUMENT)), OWN) == ()


def test_first_only_what_the_event_is_about_is_looked_at() -> None:
    assert wanted(NOTHING, FactKind.ROLE) is FactKind.ROLE
    assert wanted(NOTHING, FactKind.POLICY) is FactKind.POLICY
    assert wanted(NOTHING, FactKind.NOTHING) is FactKind.NOTHING


@pytest.mark.parametrize(
    "rule", [one for one in RULES if one.reads is FactKind.POLICY], ids=lambda one: one.id
)
def test_a_rule_about_a_policy_asks_for_it_once(rule: Rule) -> None:
    assert rule.asks(NOTHING) is FactKind.POLICY
    assert rule.asks(facts_with(statement("sns.amazonaws.com"))) is FactKind.NOTHING


def test_a_compliant_function_needs_no_further_look() -> None:
    role = facts_with_role(RoleFacts(ROLE, identity=(LOGGING,)))

    assert wanted(replace(role, remedy=NOT_READ), FactKind.ROLE) is FactKind.NOTHING
    assert wanted(facts_with(statement()), FactKind.POLICY) is FactKind.NOTHING


def test_whether_the_group_exists_is_asked_only_if_nothing_else_is_missing() -> None:
    role = replace(facts_with_role(RoleFacts(ROLE, identity=(STREAMS,))), remedy=NOT_READ)

    assert wanted(role, FactKind.ROLE) is FactKind.LOG_GROUP
    assert wanted(replace(role, log_group_exists=True), FactKind.ROLE) is FactKind.NOTHING
    assert wanted(replace(role, log_group_exists=False), FactKind.ROLE) is FactKind.REMEDY
    assert (
        wanted(replace(role, log_group_exists=Unreadable("group", "no")), FactKind.ROLE) is FactKind.NOTHING
    )


def test_the_remedy_is_asked_for_once_and_only_for_a_fault() -> None:
    faulty = replace(facts_with_role(RoleFacts(ROLE)), remedy=NOT_READ)
    doubtful = RoleFacts(ROLE, unreadable=(Unreadable("policy", "AccessDenied"),))

    assert wanted(faulty, FactKind.ROLE) is FactKind.REMEDY
    assert wanted(replace(faulty, remedy=LOGGING), FactKind.ROLE) is FactKind.NOTHING
    assert wanted(replace(facts_with_role(doubtful), remedy=NOT_READ), FactKind.ROLE) is FactKind.NOTHING


def test_a_role_that_could_not_be_read_is_not_asked_for_again() -> None:
    unreadable = replace(NOTHING, role=Unreadable("role", "AccessDenied"))

    assert wanted(unreadable, FactKind.ROLE) is FactKind.NOTHING


def test_a_role_without_its_configuration_is_called_by_the_function() -> None:
    (finding,) = evaluate(replace(NOTHING, role=Unreadable("role", "AccessDenied")), OWN)

    assert (finding.subject, finding.verdict) == (str(FUNCTION), Verdict.UNKNOWN)


def test_a_fault_is_the_graver_the_more_people_get_in() -> None:
    def severity(principal: Json = "*", action: str = "lambda:InvokeFunction") -> Severity:
        (finding,) = evaluate(facts_with(statement(principal, Action=action)), OWN)
        return finding.severity

    assert severity() is Severity.CRITICAL
    assert severity(action=INVOKE_URL) is Severity.HIGH
    assert severity("sns.amazonaws.com") is Severity.HIGH
    assert severity({"AWS": FOREIGN}) is Severity.MEDIUM
    assert evaluate(facts_with_role(RoleFacts(ROLE)), OWN)[0].severity is Severity.MEDIUM


def test_a_finding_about_no_statement_has_no_remedy() -> None:
    (finding,) = evaluate(replace(NOTHING, policy=Unreadable("policy", "AccessDenied")), OWN)

    assert list(rule_of(finding).remedies(finding, NOTHING, OWN)) == []


@pytest.mark.parametrize("service", ["s3.amazonaws.com", "*"])
def test_remedies_are_offered_only_for_a_policy_that_was_read(service: str) -> None:
    (finding,) = evaluate(facts_with(statement(service)), OWN)

    assert list(rule_of(finding).remedies(finding, facts_with(statement(service)), OWN)) != []
    assert list(rule_of(finding).remedies(finding, NOTHING, OWN)) == []


def test_the_nearest_statement_is_reported_only_if_there_is_one() -> None:
    configuration = Configuration(ROLE, "/aws/lambda/orders")
    far = FunctionFacts(
        FUNCTION, configuration=configuration, role=RoleFacts(ROLE, identity=(policy("far", "s3:*"),))
    )
    near = replace(
        far, role=RoleFacts(ROLE, identity=(policy("near", "logs:*", resource="arn:aws:logs:*:*:x"),))
    )

    assert "far" not in evaluate(far, OWN)[0].summary
    assert "Statement[0] of near" in evaluate(near, OWN)[0].summary


def test_a_statement_is_called_by_its_whole_sid() -> None:
    never = {"ArnLike": {"aws:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"}}
    (finding,) = evaluate(
        facts_with(statement("events.amazonaws.com", sid="every night", Condition=never)), OWN
    )

    assert finding.summary.startswith('Statement "every night" gives nobody access: ')
