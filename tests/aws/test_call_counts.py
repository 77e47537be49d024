"""Exactly which calls an event costs, as lists: a call more is a failing test."""

from __future__ import annotations

from permission_guard.trigger import Kind
from tests.aws.guarded import guarded
from tests.samples import LOGGING

READ = "Query"
"""What the journal knows of the function."""
PLANNED = DONE = TOLD = "PutItem"
"""The journal's three notes about a repair."""
ROLE = [READ, "GetFunctionConfiguration", "GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]


def test_a_compliant_new_function_costs_the_reading_of_its_role() -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.calls == [*ROLE, "GetRolePolicy"]


def test_a_repaired_new_function_costs_the_policy_to_attach_the_attaching_and_the_alert() -> None:
    there = guarded()
    there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.calls == [
        *ROLE,
        "GetPolicy",
        "GetPolicyVersion",
        PLANNED,
        "AttachRolePolicy",
        "ListAttachedRolePolicies",
        DONE,
        "Publish",
        TOLD,
    ]


def test_whether_the_log_group_exists_is_asked_only_if_all_hangs_on_it() -> None:
    there = guarded()
    streams = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    there.account.with_role("role", logs={"Version": "2012-10-17", "Statement": [streams]})
    there.account.log_groups.add("/aws/lambda/orders")
    report = there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.calls == [*ROLE, "GetRolePolicy", "DescribeLogGroups"]
    assert report.lines == ()


def test_a_compliant_permission_costs_one_read() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com", source_account="111122223333")
    assert there.wire.calls == [READ, "GetResourcePolicy"]


def test_a_repaired_permission_costs_one_read_what_is_wired_one_write_and_the_alert() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    assert there.wire.calls == [
        READ,
        "GetResourcePolicy",
        "ListBuckets",
        PLANNED,
        "PutResourcePolicy",
        DONE,
        "Publish",
        TOLD,
    ]


def test_the_same_event_again_costs_two_reads_and_tells_nothing() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    there.wire.calls.clear()
    there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert there.wire.calls == [READ, "GetResourcePolicy"]


def test_without_the_document_calls_a_repair_adds_reads_back_and_only_then_removes() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com")
    assert there.wire.calls == [
        READ,
        "GetResourcePolicy",
        "GetPolicy",
        "ListBuckets",
        PLANNED,
        "GetPolicy",
        "AddPermission",
        "GetPolicy",
        "RemovePermission",
        DONE,
        "Publish",
        TOLD,
    ]


def test_that_the_document_calls_are_missing_is_found_out_once() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com", source_account="111122223333")
    there.wire.calls.clear()
    there.happen(Kind.PERMISSION_REMOVED)
    assert there.wire.calls == [READ, "GetPolicy"]


def test_a_function_that_is_gone_costs_the_call_that_finds_it_out() -> None:
    there = guarded()
    del there.account.functions["orders"]
    report = there.happen(Kind.FUNCTION_CREATED)
    assert report.is_gone
    assert there.wire.calls == [READ, "GetFunctionConfiguration"]
