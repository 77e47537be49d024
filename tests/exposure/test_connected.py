"""What is connected: the calls that services really make for it, and the statement that it is connected through."""

from __future__ import annotations

import pytest

from permission_guard.document import Body
from permission_guard.exposure import Connected, connected, reached_by
from permission_guard.facts import Family, FunctionFacts, NotFound, Source, Trusted, Unreadable, Wired
from permission_guard.iam import Policy
from tests.world.builders import (
    ACCOUNT,
    FOREIGN,
    FUNCTION,
    OWN,
    PARTNER,
    TARGET,
    TOPIC,
    document,
    facts_with,
    statement,
)

SNS, S3 = "sns.amazonaws.com", "s3.amazonaws.com"
SOURCE = Source(TOPIC, ACCOUNT, TARGET)
BY_ARN: Body = {"ArnLike": {"aws:SourceArn": TOPIC}}


def wired(
    *statements: Body, service: str = SNS, source: Source = SOURCE, family: Family = Family.DOCUMENT
) -> FunctionFacts:
    return facts_with(*statements, family=family).with_wiring(service, Wired((source,)))


def reached(facts: FunctionFacts, place: int = 0) -> tuple[Connected, ...]:
    assert facts.resource_policy is not None
    return reached_by(facts.resource_policy.statements[place], facts, OWN)


def sent(facts: FunctionFacts, key: str, trusted: Trusted = OWN) -> set[tuple[str, ...] | None]:
    """What the calls that get in show of a key."""
    return {call.request.context.values(key) for one in connected(facts, trusted) for call in one.admitted}


@pytest.mark.parametrize(
    ("service", "arn", "accounts"),
    [
        (SNS, TOPIC, {(ACCOUNT,), ()}),
        (S3, "arn:aws:s3:::amzn-s3-demo-bucket", {(ACCOUNT,)}),
        ("events.amazonaws.com", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/nightly", {()}),
    ],
)
def test_a_service_sends_its_account_as_far_as_it_is_known_to(
    service: str, arn: str, accounts: set[tuple[str, ...]]
) -> None:
    facts = wired(statement(service), service=service, source=Source(arn, ACCOUNT, TARGET))

    assert sent(facts, "aws:sourceaccount") == accounts
    assert sent(facts, "aws:sourcearn") == {(arn,)}


def test_a_service_of_another_account_sends_that_account() -> None:
    facts = wired(statement(S3), service=S3, source=Source("arn:aws:s3:::theirs", FOREIGN, TARGET))

    assert sent(facts, "aws:sourceaccount") == {(FOREIGN,)}


def test_a_service_that_is_not_sure_to_show_its_arn_comes_without_it_too() -> None:
    rule = f"arn:aws:config:us-east-1:{ACCOUNT}:config-rule/config-rule-1"
    config = "config.amazonaws.com"

    facts = wired(statement(config), service=config, source=Source(rule, ACCOUNT, TARGET))

    assert sent(facts, "aws:sourcearn") == {(rule,), ()}


def test_a_star_is_something_else_in_each_call_and_shown_by_those_that_show_stars() -> None:
    def shown(service: str, arn: str) -> set[tuple[str, ...] | None]:
        return sent(
            wired(statement(service), service=service, source=Source(arn, ACCOUNT, TARGET)), "aws:sourcearn"
        )

    api, group = (
        f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a1/*/GET/",
        f"arn:aws:iot:us-east-1:{ACCOUNT}:rule/*",
    )

    assert shown("apigateway.amazonaws.com", api) == {(api,), (api.replace("*", "example"),)}
    assert shown("iot.amazonaws.com", group) == {(group.replace("*", "example"),)}


def test_what_is_connected_may_be_in_each_organisation_that_is_trusted_or_in_none() -> None:
    trusted = Trusted(ACCOUNT, (), ("o-abcdefghij",))

    assert sent(wired(statement(SNS)), "aws:sourceorgid", trusted) == {("o-abcdefghij",), ()}


def test_a_service_comes_by_each_name_that_the_policy_has_for_it() -> None:
    facts = wired(
        statement({"Service": ["sns.ap-east-1.amazonaws.com", S3]}), statement({"AWS": PARTNER}, sid="b")
    )

    assert [(one.service, bool(one.admitted)) for one in connected(facts, OWN)] == [
        (SNS, False),
        ("sns.ap-east-1.amazonaws.com", True),
    ]


def test_nothing_is_connected_that_was_not_found_or_not_asked_for() -> None:
    facts = facts_with(statement({"Service": [SNS, "unheard-of.amazonaws.com"]}))

    assert reached(facts) == ()
    assert reached(facts.with_wiring(SNS, NotFound("nothing"))) == ()
    assert reached(facts.with_wiring(SNS, Unreadable("it", "AccessDenied"))) == ()
    assert list(connected(facts.with_wiring("unheard-of.amazonaws.com", Wired((SOURCE,))), OWN)) == []


def test_a_statement_is_there_for_what_it_covers_and_names() -> None:
    alias = Source(TOPIC, ACCOUNT, f"{TARGET}:live")
    others: Body = {"Effect": "Allow", "NotPrincipal": {"Service": S3}, "Action": "*", "Resource": TARGET}

    assert [one.source for one in reached(wired(statement(SNS)))] == [SOURCE]
    assert reached(wired(statement(SNS), source=alias)) == ()
    assert [one.source for one in reached(wired(statement(SNS, Resource=f"{TARGET}*"), source=alias))] == [
        alias
    ]
    assert reached(wired(statement(S3))) == ()
    assert reached(wired(statement())) == ()
    assert reached(wired(others)) == ()


def test_a_statement_without_a_resource_is_about_whatever_has_the_policy() -> None:
    body = {key: value for key, value in statement(SNS).items() if key != "Resource"}

    assert [one.source for one in reached(wired(body))] == [SOURCE]


def test_what_the_newest_code_is_wired_to_is_wired_to_the_function() -> None:
    newest = Source(TOPIC, ACCOUNT, f"{TARGET}:$LATEST")

    (one,) = reached(wired(statement(SNS), source=newest))

    assert {call.request.resource for call in one.admitted} == {TARGET}


def test_a_statement_is_not_there_for_what_another_one_lets_in() -> None:
    good = statement(SNS, sid="good", Condition=BY_ARN)
    half = statement(SNS, sid="half", Condition={**BY_ARN, "StringEquals": {"aws:SourceAccount": ACCOUNT}})
    elsewhere = statement(SNS, Condition={"ArnLike": {"aws:SourceArn": f"{TOPIC}2"}})

    assert reached(wired(statement(SNS), good)) == ()
    assert reached(wired(elsewhere, good)) == ()
    assert [one.source for one in reached(wired(statement(SNS), half))] == [SOURCE]
    assert [(one.source, one.admitted) for one in reached(wired(elsewhere))] == [(SOURCE, ())]


def test_what_a_run_left_behind_in_place_of_a_statement_is_no_other_statement() -> None:
    twin = statement(SNS, sid="s-0123456789abcdef", Condition=BY_ARN)

    assert [one.source for one in reached(wired(statement(SNS), twin, family=Family.STATEMENTS))] == [SOURCE]
    assert reached(wired(statement(SNS), twin)) == ()


def test_without_a_policy_that_was_read_nothing_can_be_said() -> None:
    (parsed,) = Policy.parse(document(statement(SNS))).statements

    with pytest.raises(ValueError, match="no resource policy"):
        list(connected(FunctionFacts(FUNCTION), OWN))
    with pytest.raises(ValueError, match="no resource policy"):
        reached_by(parsed, FunctionFacts(FUNCTION), OWN)
