"""Plans where it is known what is wired: which services are asked, and what their answers decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.callers import CALLERS
from permission_guard.document import Body, statements_of
from permission_guard.facts import (
    Family,
    FunctionFacts,
    NotFound,
    RoleFacts,
    Source,
    Trusted,
    Unreadable,
    Wired,
    Wiring,
)
from permission_guard.finding import Concern
from permission_guard.plan import Plan, plan_for, services_to_ask
from permission_guard.rules import judge
from permission_guard.settings import Settings, Treatment
from permission_guard.step import BoundStatements
from permission_guard.trigger import Kind, Trigger
from tests.world.builders import (
    ACCOUNT,
    FOREIGN,
    FUNCTION,
    NOW,
    PARTNER,
    ROLE,
    TARGET,
    TOPIC,
    facts_with,
    facts_with_role,
    settings,
    statement,
    trigger,
)

SNS, S3 = "sns.amazonaws.com", "s3.amazonaws.com"
EVENTS, ALB = "events.amazonaws.com", "elasticloadbalancing.amazonaws.com"
GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/orders/73e2d6bc24d8a067"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ADDED = trigger("new", kind=Kind.PERMISSION_ADDED)
ONLY_NEW = settings(repair_existing=False)
NOTHING = NotFound("nothing is wired")


def wired(*arns: str, account: str = ACCOUNT) -> Wired:
    return Wired(tuple(Source(arn, account, TARGET) for arn in arns))


def asked(facts: FunctionFacts, given: Settings | None = None, event: Trigger | None = None) -> list[str]:
    given = given or settings()
    return list(services_to_ask(judge(facts, given.trusted), facts, event or trigger(), given, NOW))


def plan(facts: FunctionFacts, given: Settings | None = None, event: Trigger | None = None) -> Plan:
    given = given or settings()
    return plan_for(judge(facts, given.trusted), facts, event or trigger(), given, NOW)


def bound(planned: Plan) -> Body:
    """The Condition of the first statement that the plan's one step bounds."""
    assert planned.tells == ()
    (step,) = planned.steps
    assert isinstance(step, BoundStatements)
    condition = step.swaps[0].after["Condition"]
    assert isinstance(condition, dict)
    return condition


def reasons(planned: Plan) -> list[str]:
    assert planned.steps == ()
    return [tell.reason for tell in planned.tells]


def test_the_services_of_every_open_statement_are_asked_each_once() -> None:
    two = {"Service": [EVENTS, SNS]}

    assert asked(facts_with(statement(SNS, sid="a"), statement(two, sid="b"))) == [SNS, EVENTS]
    assert asked(facts_with(statement("sns.ap-east-1.amazonaws.com"))) == [SNS]


def test_a_service_that_was_asked_is_not_asked_again() -> None:
    facts = facts_with(statement({"Service": [EVENTS, SNS]}))

    assert asked(facts.with_wiring(SNS, NOTHING)) == [EVENTS]
    assert asked(facts.with_wiring(SNS, NOTHING).with_wiring(EVENTS, wired(f"{RULE}/nightly"))) == []


def test_before_a_bare_star_is_bound_every_service_is_asked_because_it_may_be_there_for_any() -> None:
    everyone = [caller.principal for caller in CALLERS if caller.wired]

    assert asked(facts_with(statement())) == everyone
    assert len(everyone) == 21


def test_nobody_is_asked_about_a_bare_star_that_could_not_be_bound_anyway() -> None:
    assert asked(facts_with(statement(), family=Family.STATEMENTS)) == []


GOOD = statement(SNS, Condition={"ArnLike": {"aws:SourceArn": TOPIC}})
UNASKED: dict[str, Body] = {
    "a source that is named": GOOD,
    "a source of a foreign account that is named": statement(S3, Condition={"StringEquals": {"aws:SourceAccount": FOREIGN}}),
    "a service that is not known": statement({"Service": [SNS, "unheard-of.amazonaws.com"]}),
    "a service of which no key is sure": statement("appsync.amazonaws.com"),
    "services with no key in common": statement({"Service": [S3, EVENTS]}),
    "a service that no call lists anything of": statement("workmail.us-east-1.amazonaws.com"),
    "a doubt": statement(SNS, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
}  # fmt: skip


@pytest.mark.parametrize("case", UNASKED)
def test_nobody_is_asked_about_what_could_not_be_repaired_then(case: str) -> None:
    assert asked(facts_with(UNASKED[case])) == []


@pytest.mark.parametrize("treatment", [Treatment.ALERT, Treatment.OFF])
def test_nobody_is_asked_about_what_is_only_told(treatment: Treatment) -> None:
    given = replace(settings(), treatments=dict.fromkeys(Concern, treatment))

    assert asked(facts_with(statement(SNS)), given) == []


def test_nobody_is_asked_about_a_role_or_a_policy_that_could_not_be_read() -> None:
    unread = Unreadable("policy", "AccessDenied")

    assert asked(FunctionFacts(FUNCTION, policy=unread)) == []
    assert asked(replace(facts_with_role(RoleFacts(ROLE)), policy=unread)) == []


def test_of_statements_that_were_there_before_only_those_are_asked_about_that_the_answer_could_prove() -> (
    None
):
    old = facts_with(statement(SNS, sid="old"), statement(ALB, sid="older"), statement(S3, sid="new"))

    assert asked(old, ONLY_NEW, ADDED) == [ALB, S3]
    assert asked(old, ONLY_NEW, trigger("new", kind=Kind.PERMISSION_ADDED, age=timedelta(hours=2))) == [ALB]


def test_what_was_there_before_is_repaired_if_everything_that_can_rely_on_it_is_known() -> None:
    facts = facts_with(statement(ALB, sid="old"))

    assert bound(plan(facts.with_wiring(ALB, wired(GROUP)), ONLY_NEW, ADDED)) == {
        "ArnLike": {"aws:SourceArn": GROUP}
    }


@pytest.mark.parametrize("wiring", [NOTHING, Unreadable("what is wired", "AccessDenied")])
def test_what_was_there_before_is_told_if_nothing_is_known_of_what_relies_on_it(wiring: Wiring) -> None:
    facts = facts_with(statement(ALB, sid="old"))

    assert "was there before" in reasons(plan(facts, ONLY_NEW, ADDED))[0]
    assert "was there before" in reasons(plan(facts.with_wiring(ALB, wiring), ONLY_NEW, ADDED))[0]


def test_what_was_there_before_is_told_if_others_may_rely_on_it_than_are_known() -> None:
    topics = facts_with(statement(SNS, sid="old")).with_wiring(SNS, wired(TOPIC))
    both = facts_with(statement({"Service": [SNS, ALB]}, sid="old"))
    both = both.with_wiring(SNS, wired(TOPIC)).with_wiring(ALB, wired(GROUP))

    assert "was there before" in reasons(plan(topics, ONLY_NEW, ADDED))[0]
    assert "was there before" in reasons(plan(both, ONLY_NEW, ADDED))[0]


def test_what_is_only_told_is_told_though_everything_is_known() -> None:
    given = replace(ONLY_NEW, treatments=dict.fromkeys(Concern, Treatment.ALERT))
    facts = facts_with(statement(ALB)).with_wiring(ALB, wired(GROUP))

    assert reasons(plan(facts, given, ADDED)) == ["the settings say to alert only"]


def test_by_statements_the_one_source_is_named_as_add_permission_says_it() -> None:
    facts = facts_with(statement(S3, sid="s3"), family=Family.STATEMENTS).with_wiring(S3, wired(BUCKET))

    (step,) = plan(facts).steps

    assert isinstance(step, BoundStatements)
    narrow = step.swaps[0].narrow
    assert narrow is not None
    assert (narrow.source_arn, narrow.source_account) == (BUCKET, ACCOUNT)


def test_by_statements_several_sources_are_bound_by_their_account() -> None:
    facts = facts_with(statement(EVENTS, sid="rule"), family=Family.STATEMENTS)

    assert bound(plan(facts.with_wiring(EVENTS, wired(f"{RULE}/day", f"{RULE}/night")))) == {
        "ArnLike": {"AWS:SourceArn": f"{RULE}/*"}
    }


def test_a_twin_that_a_run_left_behind_is_found_again() -> None:
    facts = facts_with(statement(SNS, sid="sns"), family=Family.STATEMENTS).with_wiring(SNS, wired(TOPIC))
    (first,) = plan(facts).steps
    assert isinstance(first, BoundStatements)
    half_done = facts_with(statement(SNS, sid="sns"), first.swaps[0].after, family=Family.STATEMENTS)

    (second,) = plan(half_done.with_wiring(SNS, wired(TOPIC))).steps

    assert isinstance(second, BoundStatements)
    assert second.swaps[0].after == first.swaps[0].after


def test_a_statement_whose_name_only_looks_like_a_twins_serves_its_source() -> None:
    beside = statement(SNS, sid="sns-0123456789abcdef", Condition={"ArnLike": {"aws:SourceArn": TOPIC}})
    facts = facts_with(statement(SNS, sid="sns"), beside).with_wiring(SNS, wired(TOPIC))

    assert bound(plan(facts)) == {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}


def test_what_could_not_be_read_is_said_of_the_repair_once() -> None:
    unread = Unreadable(f"what {SNS} has set up to invoke {TARGET}", "AccessDenied")
    facts = facts_with(statement(SNS, sid="a"), statement(SNS, sid="b")).with_wiring(SNS, unread)

    (step,) = plan(facts).steps

    assert step.what == f"bound a, b in the resource policy of {TARGET} ({unread})"


def test_a_source_of_a_foreign_account_is_told_by_its_name() -> None:
    theirs = f"arn:aws:sns:us-east-1:{FOREIGN}:theirs"
    facts = facts_with(statement(SNS)).with_wiring(SNS, wired(theirs, account=FOREIGN))

    assert reasons(plan(facts)) == [
        f"it is wired to {SNS} for {theirs} of account {FOREIGN}, which is not trusted"
    ]


def test_a_trusted_organisation_keeps_what_is_not_seen_of_it() -> None:
    given = settings(trusted=Trusted(ACCOUNT, (), ("o-abcdefghij",)))
    facts = facts_with(statement(SNS)).with_wiring(SNS, wired(TOPIC))

    assert "it could lock out a caller that you trust" in reasons(plan(facts, given))[0]


def test_a_service_that_stays_at_home_has_no_callers_in_a_trusted_organisation() -> None:
    given = settings(trusted=Trusted(ACCOUNT, (PARTNER,), ("o-abcdefghij",)))
    facts = facts_with(statement(ALB)).with_wiring(ALB, wired(GROUP))

    assert bound(plan(facts, given)) == {"ArnLike": {"aws:SourceArn": GROUP}}


def test_the_rest_of_the_document_stays() -> None:
    beside = statement({"AWS": PARTNER}, sid="kept")
    facts = facts_with(beside, statement(SNS, sid=None)).with_wiring(SNS, wired(TOPIC))

    (step,) = plan(facts).steps

    assert isinstance(step, BoundStatements)
    assert statements_of(step.after)[0] == beside


def test_what_each_of_two_repairs_leaves_to_the_other_statement_is_not_lost_by_both() -> None:
    theirs = f"arn:aws:sns:us-east-1:{FOREIGN}:theirs"
    facts = facts_with(statement(SNS, sid="a"), statement(SNS, sid="b"))

    told = reasons(plan(facts.with_wiring(SNS, wired(theirs, account=FOREIGN))))

    assert len(told) == 2
    assert f"it would lock out what is wired to the function now: {SNS} for {theirs}" in told[0]
