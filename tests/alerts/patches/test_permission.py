"""The AddPermission calls that a statement comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.alerts.patches.permission import MOST, grant_of, grants_of, marks_of
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.repair.grant import Grant

TARGET = "arn:aws:lambda:us-east-1:111122223333:function:orders"
OPEN = Grant("it", "lambda:InvokeFunction", "s3.amazonaws.com")


def statement(condition: Json = None, **other: Json) -> Body:
    body: dict[str, Json] = {**OPEN.statement(TARGET), **other}
    return {**body, "Condition": condition} if condition is not None else body


def test_one_source_is_one_call() -> None:
    bound = statement({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a"}})
    assert grants_of(bound, TARGET, "it") == (replace(OPEN, source_arn="arn:aws:s3:::a"),)


def test_alternatives_become_one_call_each() -> None:
    arns = ["arn:aws:s3:::a", "arn:aws:s3:::b"]
    accounts = ["111122223333", "444455556666"]
    bound = statement({"ArnLike": {"aws:SourceArn": arns}, "StringEquals": {"aws:SourceAccount": accounts}})
    assert grants_of(bound, TARGET, "it") == tuple(
        replace(OPEN, source_arn=arn, source_account=account) for arn in arns for account in accounts
    )


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
def test_anyone_of_an_account_is_written_as_the_account(principal: Json) -> None:
    accounts = {"StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}
    found = grants_of(statement(accounts, Principal=principal), TARGET, "it")
    assert found is not None
    assert [one.principal for one in found] == [
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:root",
    ]


CONDITIONS: dict[str, Json] = {
    "a test that AddPermission does not make": {"StringLike": {"aws:SourceArn": "arn:aws:s3:::a"}},
    "the account of a caller that is a service": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
    "an alternative that is none": {"ArnLike": {"aws:SourceArn": []}},
    "a list where keys belong": {"ArnLike": ["aws:SourceArn"]},
    "a number": {"NumericEquals": {"aws:MultiFactorAuthAge": 1}},
    "too many alternatives": {"ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::{n}" for n in range(MOST + 1)]}},
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_no_call_makes_is_left_to_a_whole_policy(condition: str) -> None:
    assert grants_of(statement(CONDITIONS[condition]), TARGET, "it") is None


ANYONE: dict[str, Json] = {
    "no account": {"StringEquals": {"aws:PrincipalAccount": "somebody"}},
    "another key": {"StringEquals": {"aws:PrincipalArn": "111122223333"}},
    "another test": {"StringLike": {"aws:PrincipalAccount": "111122223333"}},
    "a number": {"StringEquals": {"aws:PrincipalAccount": 1}},
    "two keys": {"StringEquals": {"aws:PrincipalAccount": "111122223333", "aws:PrincipalArn": "x"}},
}


@pytest.mark.parametrize("condition", ANYONE)
def test_anyone_under_another_condition_is_not_written_as_an_account(condition: str) -> None:
    assert grants_of(statement(ANYONE[condition], Principal="*"), TARGET, "it") is None


def test_what_becomes_several_calls_is_not_one() -> None:
    several = statement({"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::a", "arn:aws:s3:::b"]}})
    assert grant_of(statement(), TARGET) == OPEN
    assert grant_of(several, TARGET) is None
    assert grant_of({**statement(), "Sid": None}, TARGET) is None


def test_a_new_parameter_is_marked_add_and_another_value_is_marked_changed() -> None:
    after = replace(OPEN, sid="other", principal="sns.amazonaws.com", source_arn="arn:aws:sns:::a")
    assert marks_of((OPEN, after), OPEN) == {"principal": "changed", "source_arn": "add"}
