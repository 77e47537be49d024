"""What the guard attached is taken off again when nothing needs it, and never while something does."""

from __future__ import annotations

import json

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account, FakeObserver
from permission_guard.iam import FunctionArn
from permission_guard.iam.policy import Json
from permission_guard.journal.entry import State
from permission_guard.journal.history import EMPTY, seen
from permission_guard.model.document import Body, dumped
from permission_guard.model.facts import FunctionFacts
from permission_guard.repair.outcome import Ending
from permission_guard.repair.release import release
from permission_guard.rules import evaluate
from permission_guard.settings import Mode
from tests.fake_aws.builders import (
    ACCOUNT,
    BASIC,
    NOW,
    OWN,
    facts_with,
    settings,
    statement,
    trigger,
)
from tests.received import findings, whats
from tests.watched import LOGGING, LOGS, Watched

REPAIRED, RELEASED = [Ending.REPAIRED], [Ending.RELEASED]


def repaired() -> Watched:
    """The role of `orders` got the logging policy from the guard."""
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    there.later(hours=1)
    return there


def deleted(there: Watched) -> Watched:
    del there.account.functions["orders"]
    return there


def left(there: Watched) -> Watched:
    """The function has another role now, with which it can log."""
    there.account.with_role("another", logs=LOGGING)
    there.account.functions["orders"].role_arn = there.account.role_arn("another")
    return there


def trust(**who: Json) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **who}]}
    )


def test_when_its_function_is_deleted_the_policy_is_detached_and_that_is_reported() -> None:
    there = deleted(repaired())
    there.account.calls.clear()
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.reported == [REPAIRED, RELEASED]
    assert there.account.calls == [
        *("GetFunctionConfiguration", "Query", "GetFunctionConfiguration", "GetRole"),
        *("iam:GetPolicy", "ListFunctions"),
        "TransactWriteItems",
        "DetachRolePolicy",
        "UpdateItem",
        "TransactWriteItems",
    ]
    (action,) = (one["action"] for one in findings(there.notifier.sent[-1]))
    assert (action["before"], action["after"]) == (BASIC, "")
    assert action["what"].endswith("because no function needs it any more.")
    assert [one.state for one in there.entries] == [State.RELEASED]


@pytest.mark.parametrize("is_made_anew", [False, True])
def test_a_role_that_was_deleted_or_made_anew_has_nothing_of_the_guards_to_detach(
    *, is_made_anew: bool
) -> None:
    there = deleted(repaired())
    there.account.roles.clear()
    if is_made_anew:
        anew = there.account.with_role("role")
        anew.id, anew.attached = "AROAANOTHER", [BASIC]
    there.handle(Kind.FUNCTION_CHANGED)
    assert (there.reported, there.account.calls.count("DetachRolePolicy")) == ([REPAIRED], 0)
    assert [one.state for one in there.entries] == [State.GONE]
    assert not is_made_anew or there.attached == [BASIC]


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]},
        {"AWS": ACCOUNT},
        "*",
        {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:role/ci"},
    ],
)
def test_a_role_that_something_other_than_lambda_may_assume_keeps_the_policy(principal: Json) -> None:
    there = deleted(repaired())
    there.account.roles["role"].trust = trust(Principal=principal)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.reported == [REPAIRED, [Ending.REPORTED]]
    assert "something other than Lambda may assume role" in whats(there.notifier.sent[-1])[0]


def test_a_role_whose_trust_names_whom_it_is_not_for_or_cannot_be_read_keeps_the_policy() -> None:
    for text in (trust(NotPrincipal={"Service": "ec2.amazonaws.com"}), "{"):
        there = deleted(repaired())
        there.account.roles["role"].trust = text
        there.handle(Kind.FUNCTION_CHANGED)
        assert there.attached == [BASIC]


def test_edge_functions_and_what_a_trust_denies_are_no_other_service() -> None:
    there = deleted(repaired())
    allow = json.loads(trust(Principal={"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}))
    allow["Statement"].append({"Effect": "Deny", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    there.account.roles["role"].trust = json.dumps(allow)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []


def test_a_role_that_passes_only_because_its_log_group_has_appeared_meanwhile_is_released() -> None:
    there = Watched()
    streams: Body = {**LOGS, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}
    there.account.with_role("role", logs={"Version": "2012-10-17", "Statement": [streams]})
    there.handle(Kind.FUNCTION_CREATED)
    assert there.attached == [BASIC]
    there.later(hours=1)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    there.account.log_groups.add("/aws/lambda/orders")
    there.handle(Kind.FUNCTION_CHANGED)
    assert (there.attached, there.reported) == ([], [REPAIRED, RELEASED])


def test_a_function_that_has_left_the_role_releases_it() -> None:
    there = left(repaired())
    there.handle(Kind.FUNCTION_CHANGED)
    assert (there.attached, there.reported) == ([], [REPAIRED, RELEASED])


def test_a_role_that_a_published_version_still_uses_keeps_the_policy_and_the_entry_stays() -> None:
    there = repaired()
    orders = there.account.functions["orders"]
    orders.version_roles["1"] = orders.role_arn
    left(there)
    there.handle(Kind.FUNCTION_CHANGED)
    assert (there.attached, there.reported) == ([BASIC], [REPAIRED])
    assert [(one.subject, one.state) for one in there.entries] == [(str(orders.arn), State.REPORTED)]


def test_a_role_that_another_function_still_needs_keeps_the_policy_when_this_one_leaves_it() -> None:
    there = repaired()
    there.account.with_function("billing")
    left(there).account.roles["another"].attached.append(BASIC)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]


def test_while_another_function_needs_it_the_policy_stays_and_the_entry_goes_over_to_that_one() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.reported == [REPAIRED]
    assert sorted((one.subject.rsplit(":", 1)[-1], one.state) for one in there.entries) == [
        ("invoices", State.REPORTED),
        ("orders", State.GONE),
    ]


def test_a_function_in_another_region_keeps_the_policy_and_the_entry_stays_here() -> None:
    there = deleted(repaired())
    far = there.account.with_function("invoices")
    far.arn = FunctionArn("aws", "eu-west-1", ACCOUNT, "invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert [one.subject.rsplit(":", 1)[-1] for one in there.entries] == ["orders"]


def test_another_function_of_the_role_that_can_log_without_it_does_not_keep_it() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.reported == [REPAIRED, RELEASED]


def test_a_role_that_has_gained_the_right_by_other_means_is_released() -> None:
    there = repaired()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == []
    assert there.reported == [REPAIRED, RELEASED]
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.reported == [REPAIRED, RELEASED]


def test_a_role_that_has_not_gained_it_keeps_the_policy_at_no_further_cost() -> None:
    there = repaired()
    there.account.calls.clear()
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert "ListFunctions" not in there.account.calls


def test_a_living_function_keeps_it_while_a_neighbour_with_another_log_group_needs_it() -> None:
    there = repaired()
    narrow = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders",
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders:*",
        ],
    }
    there.account.roles["role"].inline["logs"] = dumped({"Version": "2012-10-17", "Statement": [narrow]})
    there.account.with_function("invoices")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.reported == [REPAIRED]


def test_a_policy_whose_users_cannot_be_read_stays_attached_and_a_deleted_function_is_reported() -> None:
    there = deleted(repaired())
    there.fail("ListFunctions", "AccessDeniedException")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.reported == [REPAIRED, [Ending.REPORTED]]
    assert "The policy stays attached: the functions that use" in whats(there.notifier.sent[-1])[0]


def test_a_policy_that_stays_on_the_role_of_an_existing_function_is_not_reported() -> None:
    there = repaired()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    there.fail("ListFunctions", "AccessDeniedException")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert there.reported == [REPAIRED]


def test_a_role_that_cannot_be_read_keeps_the_policy() -> None:
    there = deleted(repaired())
    there.account.with_function("invoices")
    there.fail("GetRole", "AccessDenied")
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]
    assert "could not be read" in whats(there.notifier.sent[-1])[0]


def test_a_guard_that_observes_releases_nothing() -> None:
    there = deleted(repaired())
    there.settings = settings(mode=Mode.OBSERVE)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.attached == [BASIC]


def test_an_entry_that_attached_nothing_has_nothing_to_release() -> None:
    facts = facts_with(statement("s3.amazonaws.com"))
    (finding,) = evaluate(facts, OWN)
    entry = seen(EMPTY, finding, facts, trigger(), NOW)
    assert release(entry, FunctionFacts(facts.arn), FakeObserver(Account(), BASIC)) is None
