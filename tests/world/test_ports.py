"""The guard's ports over the account in memory: what it reads, and what becomes of a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.facts import (
    GONE,
    MISSING_ROLE,
    Family,
    FunctionFacts,
    Look,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.iam import LayerVersionArn, Policy
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.world import Account, ApiError, WorldActor, WorldObserver
from permission_guard.world.resources import TRUST
from tests.world.builders import BASIC, FUNCTION, TARGET, document, statement

LOOK = FunctionFacts(FUNCTION)
EVERYTHING = Look.ROLE | Look.POLICY | Look.LOG_GROUP | Look.REMEDY | Look.URL


@pytest.fixture
def account() -> Account:
    made = Account()
    made.with_function("orders", role="team/orders").policies[None] = (document(statement()), "first")
    made.managed |= {BASIC: document(), "edge": document(), "more": document()}
    role = made.with_role("team/orders", inline={"Version": "2012-10-17", "Statement": []})
    role.boundary, role.attached, role.tags = "edge", ["more"], {"team": "orders"}
    return made


def failing(account: Account, call: str, code: str) -> WorldObserver:
    def hook(name: str) -> None:
        if name == call:
            raise ApiError(code, "as the test wants it")

    account.before = hook
    return WorldObserver(account, BASIC)


def test_everything_is_read_that_was_asked_for(account: Account) -> None:
    facts = WorldObserver(account, BASIC).read(LOOK, EVERYTHING)

    assert facts.role == RoleFacts(
        account.role_arn("team/orders"),
        identity=(Policy("more", (), "2012-10-17"), Policy("inline policy inline", (), "2012-10-17")),
        boundary=Policy("edge", (), "2012-10-17"),
        tags={"team": "orders"},
        attached=("more",),
        trust=Policy.parse(TRUST, name=f"the trust policy of {account.role_arn('team/orders')}"),
        id=account.roles["orders"].id,
    )
    assert facts.log_group_exists is False
    assert facts.remedy == Policy(BASIC, (), "2012-10-17")
    assert isinstance(facts.policy, PolicyFacts)
    assert (facts.policy.revision, facts.policy.family) == ("first", Family.DOCUMENT)
    assert facts.unread == Look.NOTHING


def test_nothing_is_read_that_was_not_asked_for(account: Account) -> None:
    assert WorldObserver(account, BASIC).read(LOOK, Look.NOTHING) == LOOK
    assert account.calls == []


@pytest.mark.parametrize("has_calls", [True, False])
def test_a_policy_is_read_by_the_calls_that_there_are(account: Account, *, has_calls: bool) -> None:
    account.has_resource_policy_calls = has_calls

    facts = WorldObserver(account, BASIC).read(LOOK, Look.POLICY)

    assert isinstance(facts.policy, PolicyFacts)
    assert facts.policy.family is (Family.DOCUMENT if has_calls else Family.STATEMENTS)
    assert account.calls == ["GetResourcePolicy" if has_calls else "GetPolicy"]


def test_what_is_not_there_is_a_fact(account: Account) -> None:
    account.functions["orders"].policies.clear()
    account.roles.clear()
    facts = WorldObserver(account, BASIC).read(LOOK, Look.ROLE | Look.POLICY)
    assert facts.policy == PolicyFacts(None, None, None, Family.DOCUMENT)
    assert facts.role is MISSING_ROLE

    account.functions.clear()
    assert WorldObserver(account, BASIC).read(LOOK, Look.ROLE).configuration is GONE


def test_what_may_not_be_read_is_a_fact_and_says_why(account: Account) -> None:
    def read(call: str, look: Look) -> FunctionFacts:
        return failing(account, call, "AccessDenied").read(LOOK, look)

    role = read("GetRole", Look.ROLE).role
    function = read("GetFunctionConfiguration", Look.ROLE)
    assert role == Unreadable(
        f"role {account.role_arn('team/orders')}", "AccessDenied: as the test wants it (GetRole)"
    )
    assert (
        function.configuration
        == function.role
        == Unreadable(f"function {TARGET}", "AccessDenied: as the test wants it (GetFunctionConfiguration)")
    )
    assert isinstance(read("GetResourcePolicy", Look.POLICY).policy, Unreadable)
    assert isinstance(read("iam:GetPolicy", Look.REMEDY).remedy, Unreadable)


def test_of_a_role_each_policy_that_may_not_be_read_is_kept_by_name(account: Account) -> None:
    role = failing(account, "iam:GetPolicy", "AccessDenied").read(LOOK, Look.ROLE).role

    assert isinstance(role, RoleFacts)
    assert [one.what for one in role.unreadable] == ["policy more", "policy edge"]
    assert role.boundary is None


def test_a_document_that_cannot_be_understood_is_a_fact_too(account: Account) -> None:
    account.functions["orders"].policies[None] = ('{"Statement":', "first")
    account.roles["orders"].inline["broken"] = '{"Statement":1}'
    account.managed["more"] = "{}"

    facts = WorldObserver(account, BASIC).read(LOOK, Look.ROLE | Look.POLICY)

    assert isinstance(facts.policy, Unreadable)
    assert "line 1 column 14" in facts.policy.why
    assert isinstance(facts.role, RoleFacts)
    assert [one.what for one in facts.role.unreadable] == ["more", "inline policy broken"]


def test_a_log_group_is_looked_for_only_if_its_name_is_known(account: Account) -> None:
    account.log_groups.add("/aws/lambda/orders")

    assert WorldObserver(account, BASIC).read(LOOK, Look.LOG_GROUP).log_group_exists is LOOK.log_group_exists
    assert WorldObserver(account, BASIC).read(LOOK, Look.ROLE | Look.LOG_GROUP).log_group_exists is True


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("TooManyRequestsException", TryAgain),
        ("PreconditionFailedException", ChangedMeanwhile),
        ("AccessDeniedException", Refused),
    ],
)
def test_a_refusal_is_raised_as_what_it_means(account: Account, code: str, raised: type[Exception]) -> None:
    failing(account, "GetPolicy", code)

    with pytest.raises(raised, match=code):
        WorldActor(account).get_policy(TARGET)


def test_a_policy_is_read_back_with_its_revision_or_as_nothing(account: Account) -> None:
    assert WorldActor(account).get_policy(TARGET) == (document(statement()), "first")
    account.functions["orders"].policies.clear()
    assert WorldActor(account).get_policy(TARGET) == (None, None)


def test_the_policy_of_a_layer_version_is_read_by_its_own_call(account: Account) -> None:
    layer = LayerVersionArn("aws", "us-east-1", account.account, "tools", "7")
    account.layer_policies[str(layer)] = (document(statement()), "first")
    observer = WorldObserver(account, BASIC)

    found = observer.read(FunctionFacts(layer), Look.POLICY).policy
    other = observer.read(FunctionFacts(replace(layer, version="8")), Look.POLICY).policy

    assert isinstance(found, PolicyFacts)
    assert (found.revision, found.family) == ("first", Family.STATEMENTS)
    assert other == PolicyFacts(None, None, None, Family.STATEMENTS)
    assert account.calls == ["GetLayerVersionPolicy", "GetLayerVersionPolicy"]
