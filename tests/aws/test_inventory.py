"""Which functions there are: page by page, with their versions, and the aliases of each."""

from __future__ import annotations

import json

import pytest

from permission_guard.aws.inventory import PAGE, AwsInventory
from permission_guard.iam import FunctionArn
from permission_guard.ports import Listed, Refused, TryAgain
from permission_guard.world import ApiError
from tests.aws.answering import FUNCTION, Answering, once, paged

BILLS = FunctionArn(FUNCTION.partition, FUNCTION.region, FUNCTION.account, "bills")


def entry(arn: FunctionArn, version: str) -> dict[str, object]:
    """An entry of Lambda's list."""
    return {"FunctionName": arn.name, "FunctionArn": f"{arn}:{version}", "Version": version}


ENTRIES = [entry(BILLS, "$LATEST"), entry(FUNCTION, "$LATEST"), entry(FUNCTION, "1"), entry(FUNCTION, "12")]
LIST = "lambda ListFunctions"
PAGES = paged("Functions", ENTRIES, "Marker", following="NextMarker", size=3)


def test_functions_are_listed_with_their_versions_page_by_page_one_call_each() -> None:
    world = Answering({LIST: PAGES})
    inventory = AwsInventory(world.clients())
    assert inventory.functions(None) == Listed(((BILLS, None), (FUNCTION, None), (FUNCTION, "1")), "3")
    assert inventory.functions("3") == Listed(((FUNCTION, "12"),), None)
    asked = {"FunctionVersion": "ALL", "MaxItems": PAGE}
    assert world.sent == [(LIST, asked), (LIST, {**asked, "Marker": "3"})]


def test_a_region_without_functions_has_one_empty_page() -> None:
    assert AwsInventory(Answering({LIST: once({"Functions": []})}).clients()).functions(None) == Listed(())


def test_a_list_that_aws_refuses_or_cannot_give_now_is_no_empty_list() -> None:
    for code, kind in {"AccessDenied": Refused, "ThrottlingException": TryAgain}.items():
        world = Answering({LIST: PAGES}, faults={LIST: ApiError(code, "no")})
        with pytest.raises(kind):
            AwsInventory(world.clients()).functions(None)


ALIASES = "lambda ListAliases"


def test_every_alias_is_named_on_however_many_pages() -> None:
    found = paged("Aliases", [{"Name": "live"}, {"Name": "blue"}], "Marker", following="NextMarker")
    world = Answering({ALIASES: found})
    assert AwsInventory(world.clients()).aliases(FUNCTION) == ("live", "blue")
    assert [sent["FunctionName"] for _, sent in world.sent] == [str(FUNCTION)] * 2


def test_a_function_that_is_gone_has_no_aliases() -> None:
    fault = ApiError("ResourceNotFoundException", "gone")
    world = Answering({}, faults={ALIASES: fault})
    assert AwsInventory(world.clients()).aliases(FUNCTION) == ()


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", TryAgain)])
def test_aliases_that_cannot_be_listed_are_not_none(code: str, kind: type[Exception]) -> None:
    world = Answering({}, faults={ALIASES: ApiError(code, "no")})
    with pytest.raises(kind):
        AwsInventory(world.clients()).aliases(FUNCTION)


def test_the_functions_that_have_a_role_now_are_found_by_its_name_and_versions_are_not_asked_for() -> None:
    roles = [
        "arn:aws:iam::1:role/path/to/orders",
        "arn:aws:iam::1:role/bills",
        "arn:aws:iam::1:role/my-orders",
    ]
    entries = [
        entry(arn, "$LATEST") | {"Role": role}
        for arn, role in zip((FUNCTION, BILLS, FUNCTION), roles, strict=True)
    ]
    world = Answering({LIST: paged("Functions", entries, "Marker", following="NextMarker", size=2)})
    inventory = AwsInventory(world.clients())
    wanted = frozenset({"orders"})
    parsed = FunctionArn.parse(str(FUNCTION))
    assert inventory.functions_with(wanted, None) == Listed(((parsed, None),), "2")
    assert inventory.functions_with(wanted, "2") == Listed(())
    assert world.sent == [(LIST, {"MaxItems": PAGE}), (LIST, {"MaxItems": PAGE, "Marker": "2"})]


ENTITIES, ROLE = "iam ListEntitiesForPolicy", "iam GetRole"
POLICY = "arn:aws:iam::111122223333:policy/logs"


def test_every_role_with_a_policy_is_named_on_however_many_pages() -> None:
    pages = paged("PolicyRoles", [{"RoleName": "a"}, {"RoleName": "b"}], "Marker", following="Marker", size=1)

    def answer(asked: dict[str, object], region: str) -> dict[str, object]:
        return {**pages(asked, region), "IsTruncated": "Marker" not in asked}

    world = Answering({ENTITIES: answer})
    assert AwsInventory(world.clients()).roles_with(POLICY) == {"a", "b"}
    assert world.sent[0] == (ENTITIES, {"PolicyArn": POLICY, "EntityFilter": "Role"})


def trust(**principal: str) -> dict[str, object]:
    return {
        "Role": {"AssumeRolePolicyDocument": json.dumps({"Statement": [{"Principal": principal or "*"}]})}
    }


@pytest.mark.parametrize(
    ("found", "may"),
    [
        (trust(Service="lambda.amazonaws.com"), True),
        (trust(), True),
        (trust(Service="ec2.amazonaws.com"), False),
    ],
)
def test_a_role_that_trusts_neither_lambda_nor_everybody_is_no_functions(
    found: dict[str, object], *, may: bool
) -> None:
    assert AwsInventory(Answering({ROLE: once(found)}).clients()).may_be_a_functions("role") is may


def test_what_is_gone_has_no_users() -> None:
    faults: dict[str, Exception] = {name: ApiError("NoSuchEntity", "gone") for name in (ENTITIES, ROLE)}
    inventory = AwsInventory(Answering({}, faults=faults).clients())
    assert inventory.roles_with(POLICY) == frozenset()
    assert inventory.may_be_a_functions("role") is False


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("Throttling", TryAgain)])
def test_what_iam_does_not_say_is_not_nothing(code: str, kind: type[Exception]) -> None:
    faults: dict[str, Exception] = {name: ApiError(code, "no") for name in (ENTITIES, ROLE)}
    inventory = AwsInventory(Answering({}, faults=faults).clients())
    with pytest.raises(kind):
        inventory.roles_with(POLICY)
    with pytest.raises(kind):
        inventory.may_be_a_functions("role")
