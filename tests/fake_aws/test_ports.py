"""What the embedded AWS lets an observer read of function URLs."""

from __future__ import annotations

from permission_guard.fake_aws import Account, ApiError, FakeObserver
from permission_guard.iam import FunctionArn
from permission_guard.model.facts import FactKind, FunctionFacts, Unreadable
from tests.fake_aws.builders import BASIC, TARGET


def url_of(account: Account, qualifier: str | None) -> object:
    facts = FunctionFacts(FunctionArn.parse(TARGET), qualifier)
    return FakeObserver(account, BASIC).read(facts, FactKind.URL).has_public_url


def test_a_function_or_alias_may_have_a_public_url_and_a_version_never_has_one() -> None:
    account = Account()
    account.with_function("orders", aliases=["live"]).urls[None] = "NONE"

    assert [url_of(account, qualifier) for qualifier in (None, "live", "7")] == [True, False, False]


def test_a_url_that_may_not_be_read_is_unreadable() -> None:
    def refuse(call: str) -> None:
        raise ApiError("AccessDeniedException", f"not authorized to perform {call}")

    account = Account()
    account.with_function("orders")
    account.before = refuse

    found = url_of(account, None)
    assert isinstance(found, Unreadable)
    assert found.what == f"the function URL of {TARGET}"
