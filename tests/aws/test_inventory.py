"""What there is in the Region, read in bulk: page after page, and a list that is refused is no empty list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from permission_guard.aws.inventory import PAGE, AwsInventory
from permission_guard.fake_aws import ApiError
from permission_guard.iam import FunctionArn
from permission_guard.model.facts import Configuration, Family, PolicyFacts, Unreadable
from permission_guard.ports import Alias, ListedFunction, Refused, RetryLater
from tests.aws.answering import FUNCTION, Answering, once, paged
from tests.fake_aws.builders import document, statement

BILLS = FunctionArn(FUNCTION.partition, FUNCTION.region, FUNCTION.account, "bills")
ROLE = "arn:aws:iam::111122223333:role/orders"
LIST, ALIASES, VERSIONS = "lambda ListFunctions", "lambda ListAliases", "lambda ListVersionsByFunction"
GROUPS, POLICY = "logs DescribeLogGroups", "lambda GetPolicy"


def entry(
    arn: FunctionArn, version: str = "$LATEST", *, qualified: bool = False, **more: object
) -> dict[str, object]:
    """An entry of Lambda's list; with every version, each ARN ends in its own."""
    name = f"{arn}:{version}" if qualified else str(arn)
    return {"FunctionName": arn.name, "FunctionArn": name, "Version": version, "Role": ROLE, **more}


def listed(arn: FunctionArn, version: str | None = None, group: str = "") -> ListedFunction:
    return ListedFunction(arn, version, Configuration(ROLE, group or f"/aws/lambda/{arn.name}"))


def inventory(wire: Answering) -> AwsInventory:
    return AwsInventory(wire.clients())


def test_functions_are_listed_page_by_page_with_their_roles_and_log_groups() -> None:
    found = [entry(BILLS, LoggingConfig={"LogGroup": "/shop"}), entry(FUNCTION)]
    wire = Answering({LIST: paged("Functions", found, "Marker", following="NextMarker")})
    assert list(inventory(wire).functions()) == [(listed(BILLS, group="/shop"),), (listed(FUNCTION),)]
    assert wire.sent == [(LIST, {"MaxItems": PAGE}), (LIST, {"MaxItems": PAGE, "Marker": "1"})]


def test_their_published_versions_are_listed_if_they_are_asked_for() -> None:
    found = [entry(FUNCTION, version, qualified=True) for version in ("$LATEST", "1", "12")]
    wire = Answering({LIST: paged("Functions", found, "Marker", following="NextMarker", size=3)})
    assert list(inventory(wire).functions(all_versions=True)) == [
        (listed(FUNCTION), listed(FUNCTION, "1"), listed(FUNCTION, "12"))
    ]
    assert wire.sent == [(LIST, {"FunctionVersion": "ALL", "MaxItems": PAGE})]


def test_a_region_without_functions_has_one_empty_page() -> None:
    assert list(inventory(Answering({LIST: once({"Functions": []})})).functions()) == [()]


def test_every_alias_is_named_with_the_versions_to_which_it_points_on_however_many_pages() -> None:
    shifting = {"AdditionalVersionWeights": {"8": 0.1}}
    found = [
        {"Name": "live", "FunctionVersion": "7", "RoutingConfig": shifting},
        {"Name": "next", "FunctionVersion": "$LATEST"},
    ]
    wire = Answering({ALIASES: paged("Aliases", found, "Marker", following="NextMarker")})
    assert inventory(wire).aliases(FUNCTION) == (Alias("live", ("7", "8")), Alias("next", ()))
    assert [sent["FunctionName"] for _, sent in wire.sent] == [str(FUNCTION)] * 2


def test_every_published_version_of_a_function_is_listed_with_its_own_role() -> None:
    found = [
        {"FunctionArn": FUNCTION.qualified(one), "Version": one, "Role": f"role {one}"}
        for one in ("$LATEST", "1", "2")
    ]
    wire = Answering({VERSIONS: paged("Versions", found, "Marker", following="NextMarker")})
    assert inventory(wire).versions(FUNCTION) == {
        version: Configuration(f"role {version or '$LATEST'}", "/aws/lambda/orders")
        for version in (None, "1", "2")
    }


def test_every_log_group_is_named() -> None:
    found = [{"logGroupName": one} for one in ("/aws/lambda/orders", "/shop")]
    wire = Answering({GROUPS: paged("logGroups", found, "nextToken")})
    assert inventory(wire).log_groups() == {"/aws/lambda/orders", "/shop"}


def test_a_policy_is_read_in_one_call_by_its_qualified_arn() -> None:
    text = document(statement())
    wire = Answering({POLICY: once({"Policy": text, "RevisionId": "r"})})
    found = inventory(wire).policy(FUNCTION, "live")
    assert isinstance(found, PolicyFacts)
    assert (found.qualifier, found.revision, found.family) == ("live", "r", Family.DOCUMENT)
    assert wire.sent == [(POLICY, {"FunctionName": f"{FUNCTION}:live"})]


def test_what_is_gone_has_nothing_and_a_policy_that_may_not_be_read_is_a_fact() -> None:
    gone = ApiError("ResourceNotFoundException", "gone")
    there = inventory(Answering({}, faults={ALIASES: gone, VERSIONS: gone, POLICY: gone}))
    assert (there.aliases(FUNCTION), there.versions(FUNCTION)) == ((), {})
    assert there.policy(FUNCTION, None) == PolicyFacts(None, None, None, Family.DOCUMENT)
    denied = inventory(Answering({}, faults={POLICY: ApiError("AccessDenied", "no")}))
    assert isinstance(denied.policy(FUNCTION, None), Unreadable)


ASKED: dict[str, Callable[[AwsInventory], object]] = {
    LIST: lambda there: list(there.functions()),
    ALIASES: lambda there: there.aliases(FUNCTION),
    VERSIONS: lambda there: there.versions(FUNCTION),
    GROUPS: lambda there: there.log_groups(),
    "iam GetAccountAuthorizationDetails": lambda there: list(there.roles()),
}


@pytest.mark.parametrize(("code", "kind"), [("AccessDenied", Refused), ("ThrottlingException", RetryLater)])
@pytest.mark.parametrize("call", ASKED)
def test_a_list_that_aws_refuses_or_cannot_give_now_is_no_empty_list(
    call: str, code: str, kind: type[Exception]
) -> None:
    wire = Answering({}, faults={call: ApiError(code, "no")})
    with pytest.raises(kind):
        ASKED[call](inventory(wire))
