"""Exactly which calls an event costs, as lists: a call more is a failing test."""

from __future__ import annotations

from permission_guard.trigger import Kind
from tests.aws.guarded import guarded
from tests.samples import LOGGING

ROLE = ["GetFunctionConfiguration", "GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]


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
        "AttachRolePolicy",
        "ListAttachedRolePolicies",
        "Publish",
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
    assert there.wire.calls == ["GetResourcePolicy"]


def test_a_repaired_permission_costs_one_read_what_is_wired_one_write_and_the_alert() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    assert there.wire.calls == ["GetResourcePolicy", "ListBuckets", "PutResourcePolicy", "Publish"]


def test_without_the_document_calls_a_repair_adds_reads_back_and_only_then_removes() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com")
    assert there.wire.calls == [
        "GetResourcePolicy",
        "GetPolicy",
        "ListBuckets",
        "GetPolicy",
        "AddPermission",
        "GetPolicy",
        "RemovePermission",
        "Publish",
    ]


def test_that_the_document_calls_are_missing_is_found_out_once() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com", source_account="111122223333")
    there.wire.calls.clear()
    there.happen(Kind.PERMISSION_REMOVED)
    assert there.wire.calls == ["GetPolicy"]


def test_a_function_that_is_gone_costs_the_call_that_finds_it_out() -> None:
    there = guarded()
    del there.account.functions["orders"]
    report = there.happen(Kind.FUNCTION_CREATED)
    assert report.is_gone
    assert there.wire.calls == ["GetFunctionConfiguration"]
