"""The account in memory refuses what AWS refuses, with AWS's codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from permission_guard.fake_aws import Account, ApiError
from permission_guard.fake_aws.contents import ATTACHED_LIMIT
from permission_guard.model.document import POLICY_LIMIT, statements_of
from permission_guard.repair.grant import Grant
from tests.fake_aws.builders import BASIC, TARGET, TOPIC, document, statement

SNS = Grant("sns", "lambda:InvokeFunction", "sns.amazonaws.com", source_arn=TOPIC)
ALIAS = f"{TARGET}:live"


@pytest.fixture
def account() -> Account:
    made = Account()
    made.with_function("orders", aliases=["live"])
    made.with_role("role")
    made.managed[BASIC] = document()
    return made


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(ApiError) as refused:
        call()
    return refused.value.code


def test_a_permission_that_is_added_stands_there_as_lambda_writes_it(account: Account) -> None:
    made = account.add_permission(TARGET, SNS)

    text, revision = account.get_policy("orders")
    assert text == document(SNS.statement(TARGET)) == document(made)
    assert revision == account.get_resource_policy(TARGET)[1]


def test_a_sid_is_unique_within_a_policy(account: Account) -> None:
    account.add_permission(TARGET, SNS)
    twice = document(statement(sid="a"), statement(sid="a"))

    assert code_of(lambda: account.add_permission(TARGET, SNS)) == "ResourceConflictException"
    assert (
        code_of(lambda: account.put_resource_policy(TARGET, twice, None)) == "InvalidParameterValueException"
    )


def test_the_function_and_its_alias_have_policies_of_their_own(account: Account) -> None:
    account.add_permission(TARGET, SNS)

    assert code_of(lambda: account.get_policy(ALIAS)) == "ResourceNotFoundException"
    assert account.add_permission(ALIAS, SNS)["Resource"] == ALIAS
    account.remove_permission(TARGET, "sns")
    assert [one["Sid"] for one in statements_of(account.get_policy(ALIAS)[0])] == ["sns"]


@pytest.mark.parametrize(
    "target", ["nothing", f"{TARGET}:beta", f"{TARGET.replace('us-east-1', 'eu-west-1')}"]
)
def test_what_is_not_there_is_not_found(account: Account, target: str) -> None:
    assert code_of(lambda: account.get_policy(target)) == "ResourceNotFoundException"
    assert code_of(lambda: account.get_function(target)) == "ResourceNotFoundException"
    assert code_of(lambda: account.add_permission(target, SNS)) == "ResourceNotFoundException"


def test_a_name_that_is_none_is_an_invalid_parameter(account: Account) -> None:
    assert code_of(lambda: account.get_function("arn:aws:s3:::bucket")) == "InvalidParameterValueException"


def test_a_function_without_a_policy_has_none_to_read_or_to_remove_from(account: Account) -> None:
    assert code_of(lambda: account.get_policy(TARGET)) == "ResourceNotFoundException"
    assert code_of(lambda: account.get_resource_policy(TARGET)) == "ResourceNotFoundException"
    assert code_of(lambda: account.remove_permission(TARGET, "sns")) == "ResourceNotFoundException"


def test_a_sid_that_is_not_there_cannot_be_removed(account: Account) -> None:
    account.add_permission(TARGET, SNS)

    assert code_of(lambda: account.remove_permission(TARGET, "other")) == "ResourceNotFoundException"


def test_a_policy_is_gone_with_its_last_statement(account: Account) -> None:
    account.add_permission(TARGET, SNS)
    account.add_permission(TARGET, replace(SNS, sid="two"))

    account.remove_permission(TARGET, "sns")
    assert [one["Sid"] for one in statements_of(account.get_policy(TARGET)[0])] == ["two"]
    account.remove_permission(TARGET, "two")
    assert code_of(lambda: account.get_policy(TARGET)) == "ResourceNotFoundException"


def test_every_write_moves_the_revision_and_a_stale_one_fails(account: Account) -> None:
    account.add_permission(TARGET, SNS)
    first = account.get_policy(TARGET)[1]
    second = account.put_resource_policy(TARGET, document(SNS.statement(TARGET)), first)[1]

    assert second != first
    stale = replace(SNS, sid="two")
    assert code_of(lambda: account.add_permission(TARGET, stale, first)) == "PreconditionFailedException"
    assert code_of(lambda: account.remove_permission(TARGET, "sns", first)) == "PreconditionFailedException"
    assert (
        code_of(lambda: account.put_resource_policy(TARGET, document(), first))
        == "PreconditionFailedException"
    )
    account.add_permission(TARGET, stale, second)
    assert account.get_policy(TARGET)[1] not in {first, second}


def test_without_a_policy_no_revision_is_the_right_one(account: Account) -> None:
    assert code_of(lambda: account.add_permission(TARGET, SNS, "guess")) == "PreconditionFailedException"


def test_a_document_that_is_none_is_refused(account: Account) -> None:
    assert code_of(lambda: account.put_resource_policy(TARGET, "{", None)) == "InvalidParameterValueException"


def test_a_policy_has_at_most_so_many_characters(account: Account) -> None:
    body = statement("sns.amazonaws.com", sid="a")
    room = POLICY_LIMIT - len(document(body))
    full = document({**body, "Sid": "a" * (room + 1)})
    account.put_resource_policy(TARGET, full, None)

    assert len(full) == 20480
    assert code_of(lambda: account.add_permission(TARGET, SNS)) == "PolicyLengthExceededException"
    assert code_of(lambda: account.put_resource_policy(TARGET, full.replace("aaa", "aaaa", 1), None)) == (
        "PolicyLengthExceededException"
    )
    assert account.get_policy(TARGET)[0] == full


def test_where_the_calls_for_whole_documents_do_not_exist_they_are_unknown() -> None:
    account = Account(has_resource_policy_calls=False)
    account.with_function("orders")

    assert code_of(lambda: account.get_resource_policy(TARGET)) == "UnknownOperationException"
    assert (
        code_of(lambda: account.put_resource_policy(TARGET, document(), None)) == "UnknownOperationException"
    )


def test_a_policy_is_attached_once_however_often_it_is_asked_for(account: Account) -> None:
    account.attach_role_policy("role", BASIC)
    account.attach_role_policy("role", BASIC)

    assert account.roles["role"].attached == [BASIC]


def test_only_what_exists_can_be_attached_to_what_exists(account: Account) -> None:
    assert code_of(lambda: account.attach_role_policy("nobody", BASIC)) == "NoSuchEntity"
    assert code_of(lambda: account.attach_role_policy("role", "arn:aws:iam::aws:policy/No")) == "NoSuchEntity"
    assert code_of(lambda: account.get_managed_policy("arn:aws:iam::aws:policy/No")) == "NoSuchEntity"
    assert code_of(lambda: account.get_role("nobody")) == "NoSuchEntity"


def test_a_role_takes_at_most_so_many_policies(account: Account) -> None:
    account.roles["role"].attached = [
        f"arn:aws:iam::aws:policy/P{number}" for number in range(ATTACHED_LIMIT)
    ]

    assert ATTACHED_LIMIT == 20
    assert code_of(lambda: account.attach_role_policy("role", BASIC)) == "LimitExceeded"


@pytest.mark.parametrize("path", ["aws-service-role/x.amazonaws.com", "aws-reserved/sso.amazonaws.com"])
def test_a_role_of_aws_itself_cannot_be_changed(account: Account, path: str) -> None:
    account.with_role(f"{path}/Theirs")

    assert code_of(lambda: account.attach_role_policy("Theirs", BASIC)) == "UnmodifiableEntity"


def test_every_call_is_noted_and_a_test_can_make_one_fail_before_or_after_its_effect(
    account: Account,
) -> None:
    def fails(_call: str) -> None:
        raise ApiError("ServiceException", "down")

    account.before = fails
    assert code_of(lambda: account.add_permission(TARGET, SNS)) == "ServiceException"
    assert account.functions["orders"].policies == {}
    account.before, account.after = (lambda _call: None), fails
    assert code_of(lambda: account.add_permission(TARGET, SNS)) == "ServiceException"
    assert list(account.functions["orders"].policies) == [None]
    assert account.calls == ["AddPermission", "AddPermission"]
