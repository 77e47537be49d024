"""What an event about a role or a policy tells: which, by whom, and whether the other regions have to hear of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.door import asked_by, correlation_id
from permission_guard.facts import Look
from permission_guard.iam import FunctionArn
from permission_guard.record import BadEvent
from permission_guard.role_change import DETAIL_TYPE, HANDED_ON, RoleChange
from permission_guard.task import Task, User, Users, written
from permission_guard.trigger import CHANGES_A_ROLE, OF_IAM, Ignored, Kind
from tests.samples import ACCOUNT, GUARD_ROLE, sample

Event = dict[str, Any]
ORDERS = FunctionArn("aws", "eu-west-1", ACCOUNT, "orders")
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/logs"
DOCUMENT = "x" * 10_240
"""As long as the inline policies of a role can be."""
REQUEST = {"roleName": "orders-role", "policyArn": POLICY, "policyDocument": DOCUMENT, "setAsDefault": True}


def call(name: str, **detail: object) -> Event:
    event = sample("a-role-lost-a-policy")
    event["detail"] |= {"eventName": name, "requestParameters": REQUEST, **detail}
    return event


def change(event: Event) -> RoleChange:
    found = asked_by(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(found, RoleChange), found
    return found


def ignored(event: Event) -> str:
    found = asked_by(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(found, Ignored), found
    return found.why


KINDS = sorted(OF_IAM, key=lambda kind: kind.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_names_either_a_role_or_a_policy(kind: Kind) -> None:
    found = change(call(kind.value))
    assert found.kind is kind
    expected = ("orders-role", None) if kind in CHANGES_A_ROLE else (None, POLICY)
    assert (found.role, found.policy_arn) == expected
    assert found.subject == (expected[0] or expected[1])
    assert found.actor.principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_named_by_its_field(kind: Kind) -> None:
    field = "roleName" if kind in CHANGES_A_ROLE else "policyArn"
    with pytest.raises(BadEvent, match=rf"detail\.requestParameters\.{field} is missing"):
        change(call(kind.value, requestParameters={"setAsDefault": True}))


def test_calls_that_change_no_rights_failed_calls_and_the_guards_own_are_ignored() -> None:
    own = {"sessionContext": {"sessionIssuer": {"arn": GUARD_ROLE}}}
    assert ignored(call("CreateRole")) == "CreateRole changes no role"
    assert ignored(call("PutRolePolicy", errorCode="AccessDenied")) == "the call failed: AccessDenied"
    assert ignored(call("AttachRolePolicy", userIdentity=own)) == "the guard made this call itself"
    assert ignored(call("AttachRolePolicy", eventSource="sts.amazonaws.com")) == "not a call to IAM"
    assert (
        ignored(call("CreatePolicyVersion", requestParameters={"policyArn": POLICY}))
        == "the version of the policy is not its default one"
    )
    assert ignored(call("AttachRolePolicy") | {"detail-type": "else"}).startswith("not a call to Lambda")


def test_a_call_to_lambda_with_the_name_of_one_to_iam_is_none() -> None:
    event = sample("s3-was-let-in-without-a-source")
    event["detail"]["eventName"] = "PutRolePolicy"
    assert ignored(event) == "PutRolePolicy changes no verdict"


def test_what_is_handed_on_says_the_same_and_is_no_news_any_more() -> None:
    first = change(call("PutRolePolicy"))
    handed = {"source": HANDED_ON, "detail-type": DETAIL_TYPE, "detail": json.loads(first.detail)}
    again = change(handed)
    assert (first.is_news, again.is_news) == (True, False)
    assert (again.role, again.actor, again.event_id, again.at) == (
        first.role,
        first.actor,
        first.event_id,
        first.at,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_reads_as_it_was_written(kind: Kind) -> None:
    found = change(call(kind.value))
    tasks: list[Task] = [Users(found), Users(found, "next"), User(found, ORDERS)]
    for task in tasks:
        assert isinstance(task, Users | User)
        message = json.loads(written(task))
        read = asked_by(message, guard_role_arn=GUARD_ROLE)
        assert isinstance(read, Users | User)
        assert written(read) == written(task)
        assert (read.change.subject, read.change.at) == (found.subject, found.at)
        assert not read.change.is_news
        assert correlation_id(message) == found.event_id


def test_a_task_that_cannot_be_read_is_named_by_its_field() -> None:
    detail = json.loads(change(call("PutRolePolicy")).detail)
    with pytest.raises(BadEvent, match="function not a function ARN"):
        asked_by({"roleChange": detail, "function": "orders"}, guard_role_arn=GUARD_ROLE)
    with pytest.raises(BadEvent, match="roleChange is a text"):
        asked_by({"roleChange": "all"}, guard_role_arn=GUARD_ROLE)
    with pytest.raises(BadEvent, match=r"roleChange\.eventName 'Sweep' is no call to IAM"):
        asked_by({"roleChange": {**detail, "eventName": "Sweep"}}, guard_role_arn=GUARD_ROLE)
    assert correlation_id({"roleChange": "all"}) is None


def test_ten_of_the_longest_tasks_fit_into_one_batch() -> None:
    function = FunctionArn("aws-us-gov", "us-gov-west-1", "1" * 12, "f" * 64)
    event = call("PutRolePolicy", userAgent="a" * 1024, responseElements={"more": DOCUMENT})
    longest = written(User(change(event), function))
    assert DOCUMENT not in longest
    # The total of a batch is 262,144 bytes (API_SendMessageBatch.html).
    assert 10 * len(json.dumps(longest).encode()) < 262_144


def test_only_the_role_of_the_function_is_looked_at_and_the_call_is_who_did_it() -> None:
    found = change(call("DetachRolePolicy"))
    trigger = User(found, ORDERS).trigger
    assert (trigger.kind, trigger.subject, trigger.qualifier) == (Kind.ROLE_POLICY_DETACHED, ORDERS, None)
    assert (trigger.looks, trigger.actor, trigger.event_id) == (Look.ROLE, found.actor, found.event_id)
