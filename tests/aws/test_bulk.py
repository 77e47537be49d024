"""Roles read all at once are the same facts as roles read one by one, and policies are read in one call each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from permission_guard.aws.bulk import BulkRoles
from permission_guard.aws.policies import FewestPolicies
from permission_guard.aws.roles import RoleStore
from permission_guard.fake_aws import Account, ApiError
from permission_guard.iam import Policy
from permission_guard.model.document import dumped
from permission_guard.model.facts import MISSING_ROLE, Family, PolicyFacts, RoleFacts, Unreadable
from permission_guard.ports import Refused, RetryLater
from tests.aws.surveyed import Surveyed
from tests.fake_aws.builders import BASIC
from tests.samples import LOGGING

BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


def there(items: int = 1000) -> Surveyed:
    account = Account()
    account.managed |= {BASIC: dumped(LOGGING), BOUNDARY: dumped(LOGGING)}
    account.with_role("plain", logs=LOGGING)
    rich = account.with_role("team/rich", logs=LOGGING, more=LOGGING)
    rich.attached.append(BASIC)
    rich.boundary = BOUNDARY
    rich.tags = {"team": "orders"}
    return Surveyed(account, items=items)


@pytest.mark.parametrize("items", [1000, 1])
def test_a_role_is_the_same_however_it_is_read(items: int) -> None:
    wire = there(items)
    one_by_one, bulk = RoleStore(wire.clients()), BulkRoles(wire.clients())
    for name in ("plain", "team/rich", "none"):
        arn = wire.account.role_arn(name)
        assert bulk.role(arn) == one_by_one.role(arn)


def test_a_boundary_that_is_not_among_the_policies_of_the_list_is_read_by_itself() -> None:
    wire = there()
    role = BulkRoles(wire.clients()).role(wire.account.role_arn("team/rich"))
    assert isinstance(role, RoleFacts)
    assert role.boundary is not None
    assert wire.calls == [*["GetAccountAuthorizationDetails"] * 2, "GetPolicy", "GetPolicyVersion"]


def test_a_role_that_does_not_exist_is_missing_only_if_iam_says_so() -> None:
    wire = there()
    arn = wire.account.role_arn("new")
    bulk = BulkRoles(wire.clients())
    bulk.role(wire.account.role_arn("plain"))
    wire.account.with_role("new", logs=LOGGING)
    assert isinstance(bulk.role(arn), RoleFacts)
    assert bulk.role(wire.account.role_arn("none")) is MISSING_ROLE


def test_many_threads_read_everything_once() -> None:
    wire = there()
    bulk = BulkRoles(wire.clients())
    arns = [wire.account.role_arn(name) for name in ("plain", "team/rich", "none")] * 8
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(bulk.role, arns))) == len(arns)
    assert sorted(wire.calls) == [
        *["GetAccountAuthorizationDetails"] * 2,
        "GetPolicy",
        "GetPolicyVersion",
        "GetRole",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
    ]


def test_a_list_that_is_refused_after_its_first_page_is_not_believed_at_all() -> None:
    wire = there(items=1)
    wire.later["GetAccountAuthorizationDetails"] = (1, ApiError("AccessDenied", "no"))
    bulk = BulkRoles(wire.clients())
    assert isinstance(bulk.role(wire.account.role_arn("plain")), RoleFacts)
    assert wire.calls[:3] == ["GetAccountAuthorizationDetails"] * 2 + ["GetRole"]


def test_a_list_that_is_throttled_is_to_be_tried_again_and_begins_anew() -> None:
    wire = there(items=1)
    wire.later["GetAccountAuthorizationDetails"] = (1, ApiError("Throttling", "Rate exceeded"))
    bulk = BulkRoles(wire.clients())
    arn = wire.account.role_arn("plain")
    with pytest.raises(RetryLater):
        bulk.role(arn)
    wire.later.clear()
    wire.faults.clear()
    assert isinstance(bulk.role(arn), RoleFacts)


def test_a_policy_without_its_default_version_is_unreadable_and_no_pass() -> None:
    wire = there()
    wire.lists_documents = False
    role = BulkRoles(wire.clients()).role(wire.account.role_arn("team/rich"))
    assert isinstance(role, RoleFacts)
    assert role.unreadable == (
        Unreadable(f"policy {BASIC}", "its default version is not in the account's list"),
    )


def test_a_resource_policy_costs_one_call_whether_there_is_one_or_not() -> None:
    wire = there()
    wire.account.with_function("orders", aliases=["live"])
    policies = FewestPolicies(wire.clients())
    target = "arn:aws:lambda:us-east-1:111122223333:function:orders"
    assert policies.read(f"{target}:live", "live") == PolicyFacts("live", None, None, Family.DOCUMENT)
    wire.account.put_resource_policy(target, dumped({"Version": "2012-10-17", "Statement": [OPEN]}), None)
    found = policies.read(target, None)
    assert isinstance(found, PolicyFacts)
    assert isinstance(found.policy, Policy)
    assert wire.calls == ["GetPolicy", "GetPolicy"]
    wire.faults["GetPolicy"] = ApiError("AccessDeniedException", "no")
    with pytest.raises(Refused, match="AccessDeniedException"):
        policies.read(target, None)


OPEN = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "lambda:InvokeFunction",
    "Resource": "arn:aws:lambda:us-east-1:111122223333:function:orders",
}
