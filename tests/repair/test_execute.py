"""Carrying out: every way in which a step can end is an outcome, and a half-done step never locks anybody out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from permission_guard.fake_aws import Account, ApiError, FakeWriter
from permission_guard.iam import Policy
from permission_guard.model.document import statements_of
from permission_guard.model.facts import Family, PolicyFacts
from permission_guard.repair.execute import execute
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Result
from permission_guard.repair.step import AttachRolePolicy, DetachRolePolicy, Replacement, RewriteStatements
from tests.fake_aws.builders import BASIC, LOGGING, TARGET, TOPIC, document, statement

OPEN = statement("sns.amazonaws.com", sid="open")
NARROW = Grant("open", "lambda:InvokeFunction", "sns.amazonaws.com", source_arn=TOPIC).twin()
ATTACH = AttachRolePolicy("arn:aws:iam::111122223333:role/team/orders", LOGGING, ())
BY_STATEMENTS = Replacement(OPEN, (NARROW.statement(TARGET),), NARROW)
BY_DOCUMENT = Replacement(OPEN, ({**OPEN, "Condition": {"ArnLike": {"aws:SourceArn": TOPIC}}},))


def account_with(family: Family) -> Account:
    account = Account(has_resource_policy_calls=family is Family.DOCUMENT)
    account.with_function("orders", role="orders").policies[None] = (document(OPEN), "first")
    account.with_role("orders")
    account.managed[BASIC] = document()
    return account


def rewriting(family: Family, replacement: Replacement) -> RewriteStatements:
    return RewriteStatements(
        TARGET, PolicyFacts(None, Policy.parse(document(OPEN)), "first", family), (replacement,)
    )


def sids(account: Account) -> list[object]:
    return [one["Sid"] for one in statements_of(account.functions["orders"].policies[None][0])]


def test_a_document_that_somebody_wrote_meanwhile_is_not_overwritten() -> None:
    account = account_with(Family.DOCUMENT)
    account.functions["orders"].policies[None] = (document(OPEN), "second")

    outcome = execute(rewriting(Family.DOCUMENT, BY_DOCUMENT), FakeWriter(account))

    assert outcome.result is Result.CHANGED_MEANWHILE
    assert "PreconditionFailedException" in outcome.detail
    assert sids(account) == ["open"]


def test_a_statement_that_is_not_any_more_what_it_was_is_left_alone() -> None:
    account = account_with(Family.STATEMENTS)
    account.functions["orders"].policies[None] = (
        document(statement("s3.amazonaws.com", sid="open")),
        "second",
    )

    outcome = execute(rewriting(Family.STATEMENTS, BY_STATEMENTS), FakeWriter(account))

    assert (outcome.result, account.calls) == (Result.CHANGED_MEANWHILE, ["GetPolicy"])
    assert "open" in outcome.detail


def test_a_policy_that_is_gone_has_changed_meanwhile() -> None:
    account = account_with(Family.STATEMENTS)
    account.functions["orders"].policies.clear()

    assert (
        execute(rewriting(Family.STATEMENTS, BY_STATEMENTS), FakeWriter(account)).result
        is Result.CHANGED_MEANWHILE
    )


@pytest.mark.parametrize("call", ["AddPermission", "RemovePermission"])
def test_whoever_writes_between_two_calls_is_noticed_by_the_revision(call: str) -> None:
    account = account_with(Family.STATEMENTS)
    function = account.functions["orders"]

    def somebody(name: str) -> None:
        if name == call:
            function.policies[None] = (function.policies[None][0], "somebody's")

    account.before = somebody
    outcome = execute(rewriting(Family.STATEMENTS, BY_STATEMENTS), FakeWriter(account))

    assert outcome.result is Result.CHANGED_MEANWHILE
    assert "open" in sids(account)


def test_a_narrow_statement_that_does_not_read_back_as_it_was_meant_leaves_the_wide_one() -> None:
    account = account_with(Family.STATEMENTS)
    mangled = statement("sns.amazonaws.com", sid=NARROW.sid)

    def aws(name: str) -> None:
        if name == "AddPermission":
            account.functions["orders"].policies[None] = (document(OPEN, mangled), "mangled")

    account.after = aws
    outcome = execute(rewriting(Family.STATEMENTS, BY_STATEMENTS), FakeWriter(account))

    assert outcome.result is Result.RETRY_LATER
    assert "does not show it yet" in outcome.detail
    assert sids(account) == ["open", NARROW.sid]


def test_without_a_way_to_say_it_by_add_permission_nothing_is_called() -> None:
    account = account_with(Family.STATEMENTS)

    outcome = execute(rewriting(Family.STATEMENTS, replace(BY_STATEMENTS, narrow=None)), FakeWriter(account))

    assert (outcome.result, account.calls) == (Result.REFUSED, [])
    assert "NotExpressible" in outcome.detail


ENDS = {
    "TooManyRequestsException": Result.RETRY_LATER,
    "ServiceException": Result.RETRY_LATER,
    "PreconditionFailedException": Result.CHANGED_MEANWHILE,
    "ResourceConflictException": Result.CHANGED_MEANWHILE,
    "PolicyLengthExceededException": Result.TOO_LONG,
    "PublicPolicyException": Result.STILL_PUBLIC,
    "AccessDeniedException": Result.REFUSED,
}
STEPS = {
    "PutResourcePolicy": (Family.DOCUMENT, BY_DOCUMENT),
    "AddPermission": (Family.STATEMENTS, BY_STATEMENTS),
    "RemovePermission": (Family.STATEMENTS, BY_STATEMENTS),
    "GetPolicy": (Family.STATEMENTS, BY_STATEMENTS),
}


@dataclass(slots=True)
class Refuses:
    """A hook that makes one call fail with one of AWS's codes."""

    call: str
    code: str
    asked: list[str] = field(default_factory=list)

    def __call__(self, call: str) -> None:
        self.asked.append(call)
        if call == self.call:
            raise ApiError(self.code, "as the test wants it")


@pytest.mark.parametrize("code", ENDS)
@pytest.mark.parametrize("call", STEPS)
def test_each_refusal_of_each_call_ends_in_an_outcome_and_the_wide_statement_stays(
    call: str, code: str
) -> None:
    family, replacement = STEPS[call]
    account = account_with(family)
    account.before = Refuses(call, code)

    outcome = execute(rewriting(family, replacement), FakeWriter(account))

    assert outcome.result is ENDS[code]
    assert f"{code}: as the test wants it" in outcome.detail
    assert call in outcome.detail or outcome.result is Result.CHANGED_MEANWHILE
    assert "open" in sids(account)


@pytest.mark.parametrize(
    ("code", "end"), [("Throttling", Result.RETRY_LATER), ("UnmodifiableEntity", Result.REFUSED)]
)
def test_a_role_that_cannot_be_changed_now_or_ever_is_reported(code: str, end: Result) -> None:
    account = account_with(Family.DOCUMENT)
    account.before = Refuses("AttachRolePolicy", code)
    step = AttachRolePolicy(account.role_arn("team/orders"), LOGGING, ())

    assert execute(step, FakeWriter(account)).result is end
    assert account.roles["orders"].attached == []


def test_a_policy_is_attached_to_the_role_by_its_name_without_its_path() -> None:
    account = account_with(Family.DOCUMENT)
    step = AttachRolePolicy(account.role_arn("team/orders"), LOGGING, ())

    assert execute(step, FakeWriter(account)).result is Result.DONE
    assert account.roles["orders"].attached == [BASIC]


def test_a_role_with_as_many_policies_as_iam_allows_is_reported() -> None:
    account = account_with(Family.DOCUMENT)
    account.roles["orders"].attached.extend(f"arn:aws:iam::aws:policy/p{n}" for n in range(20))
    assert execute(ATTACH, FakeWriter(account)).result is Result.QUOTA


def test_what_was_attached_is_detached_and_what_is_not_attached_is_no_error() -> None:
    account = account_with(Family.DOCUMENT)
    step = DetachRolePolicy(account.roles["orders"].arn, BASIC, ())
    execute(ATTACH, FakeWriter(account))

    assert [execute(step, FakeWriter(account)).result for _ in range(2)] == [Result.DONE, Result.DONE]
    assert account.roles["orders"].attached == []
