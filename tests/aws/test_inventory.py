"""Which functions there are: page by page, with their versions, and the aliases of each."""

from __future__ import annotations

import pytest

from permission_guard.aws.inventory import PAGE, AwsInventory
from permission_guard.iam import FunctionArn
from permission_guard.ports import Listed, Refused, TryAgain
from permission_guard.world import ApiError
from tests.aws.wired_world import FUNCTION, WiredWorld, once, paged

BILLS = FunctionArn(FUNCTION.partition, FUNCTION.region, FUNCTION.account, "bills")


def entry(arn: FunctionArn, version: str) -> dict[str, object]:
    """An entry of Lambda's list."""
    return {"FunctionName": arn.name, "FunctionArn": f"{arn}:{version}", "Version": version}


ENTRIES = [entry(BILLS, "$LATEST"), entry(FUNCTION, "$LATEST"), entry(FUNCTION, "1"), entry(FUNCTION, "12")]
LIST = "lambda ListFunctions"
PAGES = paged("Functions", ENTRIES, "Marker", following="NextMarker", size=3)


def test_functions_are_listed_with_their_versions_page_by_page_one_call_each() -> None:
    world = WiredWorld({LIST: PAGES})
    inventory = AwsInventory(world.clients())
    assert inventory.functions(None) == Listed(((BILLS, None), (FUNCTION, None), (FUNCTION, "1")), "3")
    assert inventory.functions("3") == Listed(((FUNCTION, "12"),), None)
    asked = {"FunctionVersion": "ALL", "MaxItems": PAGE}
    assert world.sent == [(LIST, asked), (LIST, {**asked, "Marker": "3"})]


def test_a_region_without_functions_has_one_empty_page() -> None:
    assert AwsInventory(WiredWorld({LIST: once({"Functions": []})}).clients()).functions(None) == Listed(())


def test_a_list_that_aws_refuses_or_cannot_give_now_is_no_empty_list() -> None:
    for code, kind in {"AccessDenied": Refused, "ThrottlingException": TryAgain}.items():
        world = WiredWorld({LIST: PAGES}, faults={LIST: ApiError(code, "no")})
        with pytest.raises(kind):
            AwsInventory(world.clients()).functions(None)


ALIASES = "lambda ListAliases"


def test_every_alias_is_named_on_however_many_pages() -> None:
    found = paged("Aliases", [{"Name": "live"}, {"Name": "blue"}], "Marker", following="NextMarker")
    world = WiredWorld({ALIASES: found})
    assert AwsInventory(world.clients()).aliases(FUNCTION) == ("live", "blue")
    assert [sent["FunctionName"] for _, sent in world.sent] == [str(FUNCTION)] * 2


def test_a_function_that_is_gone_has_no_aliases() -> None:
    fault = ApiError("ResourceNotFoundException", "gone")
    world = WiredWorld({}, faults={ALIASES: fault})
    assert AwsInventory(world.clients()).aliases(FUNCTION) == ()


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", TryAgain)])
def test_aliases_that_cannot_be_listed_are_not_none(code: str, kind: type[Exception]) -> None:
    world = WiredWorld({}, faults={ALIASES: ApiError(code, "no")})
    with pytest.raises(kind):
        AwsInventory(world.clients()).aliases(FUNCTION)
