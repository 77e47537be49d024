"""Reading: what AWS refuses is a fact, what it cannot answer now is tried again, what is gone ends quietly."""

from __future__ import annotations

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import ApiError
from permission_guard.iam import LayerVersionArn
from permission_guard.model.document import dumped
from permission_guard.model.facts import FactKind, FunctionFacts, PolicyFacts, RoleFacts, Unreadable
from permission_guard.ports import RetryLater
from permission_guard.repair.outcome import Ending
from tests.aws.guarded import ALICE, NOW, guarded
from tests.samples import LOGGING

DENIED = ApiError("AccessDenied", "User is not authorized")
WRITES = {"AttachRolePolicy", "PutResourcePolicy", "AddPermission", "RemovePermission"}
READS_OF_A_ROLE = ["GetFunctionConfiguration", "GetRole", "ListAttachedRolePolicies", "ListRolePolicies"]


@pytest.mark.parametrize("refused", [*READS_OF_A_ROLE, "GetRolePolicy"])
def test_a_read_that_is_refused_is_reported_as_unknown_and_nothing_is_written(refused: str) -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.wire.faults[refused] = DENIED
    report = there.happen(Kind.FUNCTION_CREATED)
    assert [(line.finding.verdict.value, line.ending) for line in report.lines] == [
        ("UNKNOWN", Ending.REPORTED)
    ]
    assert "AccessDenied: User is not authorized" in report.lines[0].finding.summary
    assert WRITES & set(there.wire.calls) == set()
    assert len(there.wire.published) == 1


def test_a_managed_policy_that_may_not_be_read_makes_the_role_unknown_even_if_another_one_allows() -> None:
    there = guarded()
    role = there.account.with_role("role", logs=LOGGING)
    role.attached.append("arn:aws:iam::111122223333:policy/hidden")
    report = there.happen(Kind.FUNCTION_CREATED)
    assert [line.finding.verdict.value for line in report.lines] == ["UNKNOWN"]
    assert "arn:aws:iam::111122223333:policy/hidden could not be read" in report.lines[0].finding.summary


def test_a_managed_policy_is_evaluated_by_the_version_that_is_the_default_now() -> None:
    there, own = guarded(), "arn:aws:iam::111122223333:policy/own"
    there.account.managed[own] = dumped(LOGGING)
    there.account.with_role("role").attached.append(own)
    assert there.happen(Kind.FUNCTION_CREATED).lines == ()
    there.account.managed[own] = '{"Version": "2012-10-17", "Statement": []}'
    there.wire.default_version = "v2"
    assert [line.finding.verdict.value for line in there.happen(Kind.FUNCTION_CREATED).lines] == ["FAIL"]
    assert (
        there.wire.calls.count("GetPolicyVersion") == 5
    )  # own v1; own v1 and v2; then so the policy to attach


def test_a_resource_policy_that_may_not_be_read_is_reported_as_unknown() -> None:
    there = guarded()
    there.wire.faults["GetResourcePolicy"] = DENIED
    report = there.permission_added("s3.amazonaws.com")
    assert [line.finding.verdict.value for line in report.lines] == ["UNKNOWN"]
    assert WRITES & set(there.wire.calls) == set()


TRANSIENT = {
    "throttled": ApiError("TooManyRequestsException", "Rate exceeded"),
    "throttled by IAM": ApiError("Throttling", "Rate exceeded"),
    "a fault of AWS's": ApiError("ServiceException", "An error occurred"),
    "no connection": ConnectTimeoutError(endpoint_url="https://lambda.us-east-1.amazonaws.com"),
    "no answer": ReadTimeoutError(endpoint_url="https://lambda.us-east-1.amazonaws.com"),
}


@pytest.mark.parametrize("fault", TRANSIENT)
@pytest.mark.parametrize("call", READS_OF_A_ROLE)
def test_a_read_that_cannot_be_answered_now_asks_to_be_woken_again(call: str, fault: str) -> None:
    there = guarded()
    there.wire.faults[call] = TRANSIENT[fault]
    with pytest.raises(RetryLater):
        there.happen(Kind.FUNCTION_CREATED)
    assert WRITES & set(there.wire.calls) == set()
    assert there.wire.published == []


def test_a_policy_of_a_function_that_is_gone_is_no_policy() -> None:
    there = guarded()
    del there.account.functions["orders"]
    report = there.happen(Kind.PERMISSION_ADDED, arrived="it", receives=3)
    assert report.lines == ()
    assert there.wire.published == []


def test_a_role_that_is_gone_is_reported_as_missing() -> None:
    there = guarded()
    there.account.roles.clear()
    report = there.happen(Kind.FUNCTION_CREATED)
    assert report.lines[0].finding.summary == (
        "the execution role arn:aws:iam::111122223333:role/role does not exist"
    )
    assert report.lines[0].ending is Ending.REPORTED


def test_a_role_is_read_with_everything_that_bears_on_it() -> None:
    there = guarded()
    boundary, managed = (
        "arn:aws:iam::111122223333:policy/boundary",
        "arn:aws:iam::111122223333:policy/managed",
    )
    there.account.managed |= dict.fromkeys((boundary, managed), dumped(LOGGING))
    role = there.account.with_role("shop/role", inline=LOGGING)
    role.attached, role.boundary, role.tags = [managed], boundary, {"team": "shop"}
    there.account.functions["orders"].role_arn = role.arn
    facts = there.guard.observer.read(FunctionFacts(there.account.functions["orders"].arn), FactKind.ROLE)
    assert isinstance(facts.role, RoleFacts)
    assert [policy.name for policy in facts.role.identity] == [managed, "inline policy inline"]
    assert facts.role.boundary is not None
    assert facts.role.boundary.name == boundary
    assert dict(facts.role.tags) == {"team": "shop"}
    assert facts.role.attached == (managed,)


def test_a_stored_policy_that_cannot_be_parsed_is_unknown_and_names_the_place() -> None:
    there = guarded()
    there.account.functions["orders"].policies[None] = ('{"Statement":[{"Effect":"Maybe"}]}', "1")
    report = there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert "Statement[0].Effect: is 'Maybe', not Allow or Deny" in report.lines[0].finding.summary
    assert WRITES & set(there.wire.calls) == set()


MISSING = {
    "an unknown operation": ApiError("UnknownOperationException", ""),
    "an unknown route": ApiError(
        "AccessDeniedException", "Unable to determine service/operation name to be authorized"
    ),
    "an ambiguous 404": ApiError("ResourceNotFoundException", "Not Found"),
}


@pytest.mark.parametrize("answer", MISSING)
def test_where_there_is_no_getresourcepolicy_getpolicy_is_asked(answer: str) -> None:
    there = guarded()
    there.wire.faults["GetResourcePolicy"] = MISSING[answer]
    report = there.permission_added("s3.amazonaws.com")
    assert isinstance(report.report.facts.policy, PolicyFacts)
    assert [line.ending for line in report.lines] == [Ending.REPAIRED]
    assert "RemovePermission" in there.wire.calls
    assert "PutResourcePolicy" not in there.wire.calls


def test_the_policy_of_an_alias_is_read_by_its_qualified_arn() -> None:
    there = guarded()
    there.happen(Kind.PERMISSION_ADDED, arrived="it", qualifier="live", receives=3)
    target = "arn:aws:lambda:us-east-1:111122223333:function:orders:live"
    reads = [one for one in there.wire.sent if one[0] != "Query"]
    assert reads == [("GetResourcePolicy", {"ResourceArn": target}), ("GetPolicy", {"FunctionName": target})]


def test_a_log_group_that_may_not_be_looked_up_leaves_the_verdict_unknown() -> None:
    there = guarded()
    streams = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    there.account.with_role("role", logs={"Version": "2012-10-17", "Statement": [streams]})
    there.wire.faults["DescribeLogGroups"] = DENIED
    report = there.happen(Kind.FUNCTION_CREATED)
    assert [line.finding.verdict.value for line in report.lines] == ["UNKNOWN"]


def test_the_policy_to_attach_may_be_unreadable_and_then_the_fault_is_reported() -> None:
    there = guarded()
    there.account.managed.clear()
    report = there.happen(Kind.FUNCTION_CREATED)
    assert isinstance(report.report.facts.remedy, Unreadable)
    assert [line.ending for line in report.lines] == [Ending.REPORTED]


LAYER = LayerVersionArn("aws", "us-east-1", "111122223333", "tools", "7")


@pytest.mark.parametrize("document", ["{", '{"Statement":1}'])
def test_a_layers_policy_that_cannot_be_understood_is_unknown(document: str) -> None:
    there = guarded()
    there.account.layer_policies[str(LAYER)] = (document, "first")
    report = there.guard.handle(Trigger(Kind.LAYER_SHARED, LAYER, None, ALICE, "event-1", NOW), NOW)
    assert [line.finding.verdict.value for line in report.lines] == ["UNKNOWN"]


def test_a_layers_policy_that_may_not_be_read_is_reported_as_unknown() -> None:
    there = guarded()
    there.wire.faults["GetLayerVersionPolicy"] = DENIED
    report = there.guard.handle(Trigger(Kind.LAYER_SHARED, LAYER, None, ALICE, "event-1", NOW), NOW)
    assert [(line.finding.rule, line.finding.verdict.value) for line in report.lines] == [
        ("layer-is-not-public", "UNKNOWN")
    ]
