"""What changes while it is read, and what is done although no answer came: nothing false is told, nothing done twice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError

from permission_guard.aws.act import AwsActor
from permission_guard.document import statements_of
from permission_guard.outcome import Ending
from permission_guard.ports import Refused, TryAgain
from permission_guard.trigger import Kind
from permission_guard.world import Account, ApiError
from tests.aws.guarded import Guarded, guarded
from tests.aws.transport import Transport
from tests.samples import LOGGING

NO_ANSWER = ReadTimeoutError(endpoint_url="https://lambda.us-east-1.amazonaws.com")


def unanswered(call: str) -> Callable[[str], None]:
    """A hook that lets one call have its effect, and its answer be lost."""
    left = [call]

    def hook(made: str) -> None:
        if made in left:
            left.remove(made)
            raise NO_ANSWER

    return hook


def statements(there: Guarded) -> list[object]:
    listed = statements_of(there.account.functions["orders"].policies[None][0])
    return [(statement["Sid"], statement.get("Condition")) for statement in listed]


VANISHED = ApiError("NoSuchEntity", "cannot be found")


def told(there: Guarded) -> list[str]:
    """What became of the one finding, in each alert."""
    alerts = [json.loads(json.loads(one["Message"])["default"]) for one in there.wire.published]
    return [finding["action"]["outcome"] for alert in alerts for finding in alert["findings"]]


@pytest.mark.parametrize("call", ["ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"])
def test_a_policy_that_vanishes_while_the_role_is_read_is_no_missing_role(call: str) -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.wire.faults[call] = VANISHED
    with pytest.raises(TryAgain, match="role/role changed while it was read"):
        there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.published == []


def test_a_managed_policy_that_vanishes_while_it_is_read_leaves_the_role_unknown() -> None:
    there = guarded()
    role = there.account.with_role("role")
    role.attached.append(there.guard.settings.logging_policy_arn)
    there.wire.faults["GetPolicyVersion"] = VANISHED
    report = there.happen(Kind.FUNCTION_CREATED)
    assert [(line.finding.verdict.value, line.ending) for line in report.lines] == [("UNKNOWN", Ending.TOLD)]


def test_a_call_that_botocore_would_not_send_is_refused_and_not_tried_for_ever() -> None:
    wire = Transport(Account())
    with pytest.raises(Refused, match=r"(?s)ParamValidation: .*Invalid length for parameter PolicyArn"):
        AwsActor(wire.clients()).attach_role_policy("role", "short")
    assert wire.calls == []


def test_an_attaching_whose_answer_is_lost_is_found_done_and_reported_by_the_next_run() -> None:
    there = guarded()
    there.account.after = unanswered("AttachRolePolicy")
    with pytest.raises(TryAgain, match="Read timeout"):
        there.happen(Kind.FUNCTION_CREATED)
    assert there.wire.published == []
    assert there.account.roles["role"].attached == [there.guard.settings.logging_policy_arn]
    there.wire.calls.clear()
    there.happen(Kind.FUNCTION_CREATED)
    assert told(there) == ["REPAIRED"]
    assert "AttachRolePolicy" not in there.wire.calls


def test_a_put_whose_answer_is_lost_is_found_done_and_reported_by_the_next_run() -> None:
    there = guarded()
    there.account.after = unanswered("PutResourcePolicy")
    with pytest.raises(TryAgain, match="Read timeout"):
        there.let_in("s3.amazonaws.com")
    assert statements(there) == [("it", {"StringEquals": {"aws:SourceAccount": "111122223333"}})]
    there.wire.calls.clear()
    (line,) = there.happen(Kind.PERMISSION_ADDED, arrived="it").lines
    assert line.ending is Ending.REPAIRED
    assert there.calls == ["GetResourcePolicy", "GetResourcePolicy", "Publish"]
    assert told(there) == ["REPAIRED"]


def test_an_adding_whose_answer_is_lost_leaves_both_and_the_next_run_only_removes() -> None:
    there = guarded(documents=False)
    there.account.functions["orders"].policies.clear()
    hook = unanswered("AddPermission")
    added = [False]

    def lose_the_guards(call: str) -> None:
        # The first is the permission that the guard is told of.
        if call == "AddPermission" and not added[0]:
            added[0] = True
            return
        hook(call)

    there.account.after = lose_the_guards
    with pytest.raises(TryAgain, match="Read timeout"):
        there.let_in("s3.amazonaws.com")
    (wide, narrow) = statements(there)
    assert wide == ("it", None)
    there.wire.calls.clear()
    report = there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert [line.ending for line in report.lines] == [Ending.REPAIRED]
    assert "AddPermission" not in there.wire.calls
    assert there.wire.calls.count("RemovePermission") == 1
    assert statements(there) == [narrow]


def test_a_removing_whose_answer_is_lost_is_found_done_and_reported_by_the_next_run() -> None:
    there = guarded(documents=False)
    there.account.after = unanswered("RemovePermission")
    with pytest.raises(TryAgain, match="Read timeout"):
        there.let_in("s3.amazonaws.com")
    (narrow,) = statements(there)
    there.wire.calls.clear()
    (line,) = there.happen(Kind.PERMISSION_ADDED, arrived="it").lines
    assert line.ending is Ending.REPAIRED
    assert there.calls == ["GetPolicy", "GetPolicy", "Publish"]
    assert told(there) == ["REPAIRED"]
    assert statements(there) == [narrow]
