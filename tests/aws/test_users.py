"""Which functions use a role: all of them, in every region, or nothing certain."""

from __future__ import annotations

import pytest

from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.users import users
from permission_guard.fake_aws import ApiError
from permission_guard.iam import FunctionArn
from permission_guard.model.facts import Configuration, FunctionFacts, Unreadable
from permission_guard.ports import RetryLater
from tests.aws.answering import (
    ACCOUNT,
    ELSEWHERE,
    REGION,
    REGIONS,
    Answering,
    Responder,
    in_regions,
    paged,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/shared"
WHAT = f"the functions that use {ROLE}"


def listed(
    region: str, name: str, role: str = ROLE, *, version: str = "$LATEST", group: str | None = None
) -> dict[str, object]:
    """An entry of Lambda's list."""
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}:{version}"
    logging = {"LoggingConfig": {"LogGroup": group}} if group else {}
    return {"FunctionName": name, "FunctionArn": arn, "Role": role, "Version": version, **logging}


def using(region: str, name: str, group: str) -> FunctionFacts:
    return FunctionFacts(FunctionArn("aws", region, ACCOUNT, name), configuration=Configuration(ROLE, group))


OTHER = f"arn:aws:iam::{ACCOUNT}:role/another"
ANSWERS: dict[str, Responder] = {
    "account ListRegions": REGIONS,
    "lambda ListFunctions": in_regions(
        {
            REGION: paged(
                "Functions",
                [
                    listed(REGION, "orders", group="/shop"),
                    listed(REGION, "mails", OTHER),
                    listed(REGION, "bills"),
                ],
                "Marker",
                following="NextMarker",
            ),
            ELSEWHERE: paged("Functions", [listed(ELSEWHERE, "orders")], "Marker", following="NextMarker"),
        }
    ),
}


def test_every_function_that_uses_the_role_is_found_in_every_enabled_region_and_on_every_page() -> None:
    wire = Answering(ANSWERS)

    assert AwsObserver(wire.clients(), "").users(ROLE) == (
        using(REGION, "orders", "/shop"),
        using(REGION, "bills", "/aws/lambda/bills"),
        using(ELSEWHERE, "orders", "/aws/lambda/orders"),
    )
    assert wire.sent[0][1]["RegionOptStatusContains"] == ["ENABLED", "ENABLED_BY_DEFAULT"]


def test_a_function_counts_if_only_an_old_version_uses_the_role_and_counts_once() -> None:
    entries = [
        listed(REGION, "orders", OTHER),
        *(listed(REGION, "orders", version=number) for number in ("1", "2")),
    ]
    answers = ANSWERS | {
        "lambda ListFunctions": paged("Functions", entries, "Marker", following="NextMarker", size=3)
    }
    wire = Answering(
        answers | {"account ListRegions": paged("Regions", [{"RegionName": REGION}], "NextToken")}
    )

    assert users(wire.clients(), ROLE) == (using(REGION, "orders", "/aws/lambda/orders"),)
    assert wire.sent[-1][1]["FunctionVersion"] == "ALL"


def test_a_role_that_no_function_uses_has_no_users() -> None:
    assert users(Answering(ANSWERS).clients(), f"{ROLE}2") == ()


@pytest.mark.parametrize("call", ["account ListRegions", f"lambda ListFunctions {ELSEWHERE}"])
def test_refused_in_one_region_it_is_not_known_who_uses_the_role(call: str) -> None:
    wire = Answering(ANSWERS, faults={call: ApiError("AccessDenied", "no")})

    assert users(wire.clients(), ROLE) == Unreadable(WHAT, f"AccessDenied: no ({call.split()[1]})")


def test_throttled_in_one_region_it_is_to_be_tried_again() -> None:
    fault = ApiError("TooManyRequestsException", "Rate exceeded")
    with pytest.raises(RetryLater):
        users(Answering(ANSWERS, faults={f"lambda ListFunctions {ELSEWHERE}": fault}).clients(), ROLE)


def test_with_one_call_less_than_it_takes_it_is_not_known_who_uses_the_role() -> None:
    wire = Answering(ANSWERS)
    users(wire.clients(), ROLE)
    needed = len(wire.calls)

    found = users(Answering(ANSWERS).clients(), ROLE, budget=needed - 1)
    assert found == Unreadable(WHAT, f"it would take more than {needed - 1} calls")
    assert len(users(Answering(ANSWERS).clients(), ROLE, budget=needed)) == 3  # type: ignore[arg-type]
