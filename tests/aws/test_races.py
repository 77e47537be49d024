"""What changes while it is read, and what is done although no answer came: nothing false is told, nothing done twice."""

from __future__ import annotations

import pytest

from permission_guard.aws.writer import AwsWriter
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account, ApiError
from permission_guard.ports import Refused, RetryLater
from permission_guard.repair.outcome import Ending
from tests.aws.guarded import guarded
from tests.aws.transport import Transport
from tests.samples import LOGGING

VANISHED = ApiError("NoSuchEntity", "cannot be found")


@pytest.mark.parametrize("call", ["ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"])
def test_a_policy_that_vanishes_while_the_role_is_read_is_no_missing_role(call: str) -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.wire.faults[call] = VANISHED
    with pytest.raises(RetryLater, match="role/role changed while it was read"):
        there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.published == []


def test_a_managed_policy_that_vanishes_while_it_is_read_leaves_the_role_unknown() -> None:
    there = guarded()
    role = there.account.with_role("role")
    role.attached.append(there.guard.settings.logging_policy_arn)
    there.wire.faults["GetPolicyVersion"] = VANISHED
    report = there.happen(Kind.FUNCTION_CREATED)
    assert [(line.finding.verdict.value, line.ending) for line in report.lines] == [
        ("UNKNOWN", Ending.REPORTED)
    ]


def test_a_call_that_botocore_would_not_send_is_refused_and_not_tried_for_ever() -> None:
    wire = Transport(Account())
    with pytest.raises(Refused, match=r"(?s)ParamValidation: .*Invalid length for parameter PolicyArn"):
        AwsWriter(wire.clients()).attach_role_policy("role", "short")
    assert wire.calls == []
